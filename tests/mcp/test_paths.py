"""A path that a model names stays inside the repository, whatever it looks like."""

from __future__ import annotations

import pytest

from aigate.errors import UsageError
from aigate.mcp.paths import file_inside, inside


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "a/../../outside",
        "/etc/passwd",
        "link/secret",
        ".git/config",
        "a/.GIT/hooks/x",
        ".",
        "a/..",
        "",
        "  ",
        "a\0b",
        "x/" * 3000,
        "x" * 256,
        "\u00e9" * 200,
        "a/" + "x" * 256 + "/b",
        "\ud800",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused_with_a_way_out(tmp_path, name):
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (root / "link").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(UsageError) as refused:
        inside(name, str(root))

    assert refused.value.hint
    assert len(refused.value.message) < 400


@pytest.mark.parametrize("name", ["a/x.py", "./a/x.py", "a//x.py", "b/../a/x.py", "{root}/a/x.py"])
def test_one_file_is_spelled_in_one_way(tmp_path, name):
    (tmp_path / "a").mkdir()

    assert inside(name.format(root=tmp_path), str(tmp_path)) == "a/x.py"


def test_a_link_is_judged_as_a_link_and_not_followed(tmp_path):
    (tmp_path / "to").symlink_to("/etc/passwd")

    assert file_inside("to", str(tmp_path)) == "to"


def test_a_folder_is_refused_where_a_file_is_wanted(tmp_path):
    (tmp_path / "a").mkdir()

    with pytest.raises(UsageError, match="is a folder"):
        file_inside("a", str(tmp_path))
