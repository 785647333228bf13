"""Draws growth curves, once for light pages and once for dark ones, the same bytes each time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

try:
    import matplotlib as mpl
except ImportError as error:
    raise SystemExit("the picture needs matplotlib; hint: `pip install --group bench`") from error
mpl.use("svg")
from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

if TYPE_CHECKING:
    from curves import Curve
    from matplotlib.axes import Axes

AXES = {
    "files": "changed files",
    "rules": "rules of the repository's own",
    "ledger": "records in the ledger",
    "history": "commits in the history",
    "repository": "files that did not change",
    "cores": "cores",
}
# Told apart by their marks as well, and by brightness.
LOOKS = {
    "light": ("#1f2328", "#d1d9e0", ("#0550ae", "#bc4c00")),
    "dark": ("#e6edf3", "#3d444d", ("#58a6ff", "#ffa657")),
}
MARKS = ("o", "s")


def draw(curves: Sequence[Curve], folder: Path) -> None:
    """Write `growth-light.svg` and `growth-dark.svg` into a folder."""
    folder.mkdir(exist_ok=True)
    for name, (ink, grid, colours) in LOOKS.items():
        style = {
            "svg.hashsalt": "aigate",
            "svg.fonttype": "none",
            "font.family": "sans-serif",
            "font.size": 9,
            "text.color": ink,
            "axes.edgecolor": grid,
            "axes.labelcolor": ink,
            "axes.titlecolor": ink,
            "xtick.color": ink,
            "ytick.color": ink,
            "grid.color": grid,
            "grid.linewidth": 0.5,
            "axes.prop_cycle": mpl.cycler(color=colours, marker=MARKS),
        }
        with mpl.rc_context(style):
            figure, places = plt.subplots(2, 3, figsize=(9.5, 5.4), layout="constrained")
            for of, axes in zip(AXES, places.flat, strict=True):
                _panel(axes, of, [one for one in curves if one.of == of and one.points])
            file = folder / f"growth-{name}.svg"
            figure.savefig(file, transparent=True, metadata={"Date": None, "Creator": None})
            plt.close(figure)
        # Trailing blanks are the library's, and no editor of ours leaves them.
        lines = file.read_text(encoding="utf-8").splitlines()
        file.write_text("".join(f"{line.rstrip()}\n" for line in lines), encoding="utf-8")


def _panel(axes: Axes, of: str, curves: Sequence[Curve]) -> None:
    for curve in curves:
        seconds = [one.wall if of == "cores" else one.cpu for one in curve.points]
        sizes = [one.size for one in curve.points]
        power = "" if curve.exponent is None else f": n^{curve.exponent:z.2f}"
        axes.plot(sizes, seconds, label=f"{curve.case}{power}", markersize=4, linewidth=1.5)
    axes.set_xlabel(AXES[of])
    axes.set_ylabel("seconds" if of == "cores" else "processor seconds")
    axes.grid(visible=True)
    axes.spines[["top", "right"]].set_visible(False)
    if of == "cores":
        axes.set_xticks(sorted({one.size for curve in curves for one in curve.points}))
        axes.set_ylim(bottom=0)
    else:
        axes.set_xscale("log")
        axes.set_yscale("log")
        values = [one.cpu for curve in curves for one in curve.points] or [1.0]
        # The same for all, at least from a tenth to ten, so that flat looks flat.
        axes.set_ylim(min(0.1, min(values) / 1.5), max(10.0, max(values) * 1.5))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
            axis.set_minor_formatter(NullFormatter())
            axis.set_minor_locator(NullLocator())
    if curves:
        place = "lower left" if of == "cores" else "upper left"
        axes.legend(frameon=False, fontsize=8, loc=place)
