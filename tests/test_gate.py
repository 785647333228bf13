"""The gate on real repositories, run as a person and as CI run it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CLEAN = 'def greet(name):\n    return f"hello {name}"\n'
BAD = (
    "import subprocess\nfrom flask import request\n\n"
    'def run():\n    subprocess.run(request.args["c"], shell=True)\n'
)
POLICY = "version: 1\nname: ours\nextends: [aigate:default]\n"
LAX = "version: 1\nname: lax\nmode: advisory\nrequirements:\n  - {id: all, action: note}\n"


@dataclass(frozen=True)
class Bench:
    """A repository, and the gate beside it."""

    root: Path
    environ: Mapping[str, str]

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=self.environ,
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()

    def write(self, files: Mapping[str, str]) -> None:
        for path, text in files.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def commit(self, files: Mapping[str, str]) -> str:
        self.write(files)
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", "change")
        return self.git("rev-parse", "HEAD")

    def aigate(
        self,
        *arguments: str,
        cwd: Path | None = None,
        program: tuple[str, ...] = ("-m", "aigate"),
        **given: object,
    ) -> subprocess.CompletedProcess[str]:
        environ = {**self.environ, **given.pop("environ", {})}
        facts = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"} | given
        return subprocess.run(
            [sys.executable, *program, *arguments],
            cwd=cwd or self.root,
            env=environ,
            check=False,
            **facts,
        )

    def judge(self, *arguments: str, **given: object) -> tuple[int, dict]:
        """Judge the last commit; return the exit code and the report."""
        done = self.aigate(
            *("scan", "--base", "HEAD~1", "--head", "HEAD", "--format", "json"), *arguments, **given
        )
        assert "Traceback" not in done.stderr
        return done.returncode, json.loads(done.stdout) if done.stdout else {}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    root = tmp_path / "project"
    root.mkdir()
    people = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (
            ("NAME", "Dev"),
            ("EMAIL", "d@example.com"),
            ("DATE", "1700000000 +0000"),
        )
    }
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHONPATH": str(Path(__file__).parents[1]),
    } | people
    made = Bench(root, environ)
    made.git("init", "--quiet", "--initial-branch=main")
    return made


def prints(report: dict, rule: str = "python-command-injection") -> set[str]:
    return {f["fingerprint"] for f in report["findings"] if f["rule"] == rule}


def without_run(report: dict) -> dict:
    return {key: value for key, value in report.items() if key != "run"}


def decision(file: Path) -> dict:
    return json.loads(file.read_text(encoding="utf-8"))


def test_a_harmless_change_passes_and_the_decision_file_says_so(
    bench: Bench, tmp_path: Path
) -> None:
    base = bench.commit({"app.py": CLEAN, ".aigate/policy.yaml": POLICY})
    head = bench.commit({"app.py": CLEAN + "\nx = 1\n"})
    file, report_file, sarif = (tmp_path / name for name in ("d.json", "r.json", "r.sarif"))
    file.write_text('{"decision": "pass", "nonce": "old"}')
    code, report = bench.judge(
        *("--decision", str(file), "-o", f"json={report_file}", "-o", f"sarif={sarif}")
    )
    assert (code, report["verdict"], report["gaps"]) == (0, "pass", [])
    written = decision(file)
    assert (written["decision"], written["exit_code"]) == ("pass", 0)
    assert (written["reference"], written["head"]) == (base, head)
    assert written["nonce"] == report["run"]["nonce"] != "old"
    assert json.loads(report_file.read_text()) == report
    assert json.loads(sarif.read_text())["runs"]


def test_a_weakness_fails_and_two_runs_say_the_same(bench: Bench, tmp_path: Path) -> None:
    bench.commit({"app.py": CLEAN})
    bench.commit({"app.py": BAD})
    file = tmp_path / "d.json"
    code, report = bench.judge("--decision", str(file))
    assert (code, report["verdict"], decision(file)["decision"]) == (1, "fail", "fail")
    again, second = bench.judge()
    assert (again, without_run(second)) == (1, without_run(report))
    # from elsewhere, in a locale that knows nothing but ASCII
    done = bench.aigate(
        *("-C", str(bench.root), "scan", "--base", "HEAD~1", "--head", "HEAD"),
        cwd=tmp_path,
        environ={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_nothing_in_the_change_silences_the_gate_or_steers_it(bench: Bench) -> None:
    bench.commit({"app.py": "import os\n", ".aigate/policy.yaml": POLICY})
    silenced = BAD.replace("shell=True)", "shell=True)  # nosec # nosemgrep # noqa: S602")
    bench.commit(
        {
            "app.py": silenced,
            ".aigate/policy.yaml": LAX,
            ".semgrepignore": "*\n",
            ".bandit": "[bandit]\nskips: B602\nexclude: /\n",
            ".gitattributes": "* -diff linguist-generated binary\n",
            ".gitignore": "*\n",
            "pyproject.toml": "[tool.bandit]\nskips = ['B602']\n",
            "CODEOWNERS": "* @attacker\n",
        }
    )
    code, report = bench.judge(environ={"AIGATE_MODE": "advisory", "INPUT_MODE": "advisory"})
    assert (code, report["verdict"], report["policy"]["name"]) == (1, "fail", "ours")
    rules = {f["rule"] for f in report["findings"]}
    assert {"python-command-injection", "inline-suppression"} <= rules
    shown = [f for f in report["findings"] if f["rule"] == "python-command-injection"]
    assert [f["suppressed_inline"] for f in shown] == [True]
    assert "@attacker" not in json.dumps(report["findings"])
    assert any("policy.yaml" in note for note in report["notes"])


def test_c_146_advisory_mode_of_the_reference_exits_0_and_never_says_pass(
    bench: Bench, tmp_path: Path
) -> None:
    bench.commit({"app.py": CLEAN, ".aigate/policy.yaml": POLICY + "mode: advisory\n"})
    bench.commit({"app.py": BAD})
    file = tmp_path / "d.json"
    code, report = bench.judge("--decision", str(file))
    assert (code, report["verdict"], decision(file)["decision"]) == (0, *["advisory-fail"] * 2)


def test_moved_and_renamed_code_keeps_its_finding_and_a_copy_is_new(bench: Bench) -> None:
    bench.commit({"app.py": CLEAN})
    bench.commit({"app.py": BAD})
    first = prints(bench.judge()[1])
    bench.commit({"app.py": "# one\n\n# two\n" + BAD.replace("\n", "\r\n") + "\r\ny = 2\r\n"})
    code, report = bench.judge()
    assert (code, prints(report)) == (0, first)
    bench.git("mv", "app.py", "moved.py")
    bench.commit({})
    code, report = bench.judge()
    assert (code, {f["status"] for f in report["findings"]}) == (0, {"existing"})
    bench.commit({"copy.py": BAD})
    done = bench.aigate("scan", "--base", "HEAD~1", "--head", "HEAD")
    assert done.returncode == 1, done.stderr


def test_what_is_staged_is_judged_and_the_working_tree_and_the_whole(bench: Bench) -> None:
    bench.commit({"app.py": CLEAN})
    bench.write({"app.py": BAD})
    bench.git("add", "app.py")
    bench.write({"app.py": CLEAN})
    assert bench.aigate("scan", "--staged").returncode == 1
    assert bench.aigate("scan", "--base", "HEAD").returncode == 0
    bench.git("reset", "--quiet")
    bench.write({"new.py": BAD})
    assert bench.aigate("scan", "--base", "HEAD").returncode == 1
    assert bench.aigate("scan", "--staged").returncode == 0
    assert bench.aigate("scan").returncode == 1


ENDS = {
    "missing reference": (3, ("scan", "--base", "0" * 40), {}),
    "wrong flag": (2, ("scan", "--sloppy"), {}),
    "two heads": (2, ("scan", "--staged", "--base", "HEAD"), {}),
    "no folder": (2, ("-C", "nowhere", "scan"), {}),
    "bad policy": (
        *(2, ("scan", "--base", "HEAD~1", "--head", "HEAD")),
        {".aigate/policy.yaml": POLICY + "mode: sloppy\n"},
    ),
    "C-015-older-gate": (
        *(4, ("scan", "--base", "HEAD~1", "--head", "HEAD")),
        {".aigate/policy.yaml": POLICY + 'min-gate-version: "99.0.0"\n'},
    ),
    "C-140-nothing-in-scope": (
        *(3, ("scan", "--base", "HEAD~1", "--head", "HEAD")),
        {
            ".aigate/policy.yaml": POLICY
            + 'scope:\n  exclude:\n    - {paths: ["**"], reason: all}\n'
        },
    ),
    "C-032-no-rules": (
        *(2, ("scan", "--base", "HEAD~1", "--head", "HEAD")),
        {".aigate/policy.yaml": POLICY + "rules: [r.yaml]\n", ".aigate/r.yaml": "rules: []\n"},
    ),
    "C-032-broken-rules": (
        *(2, ("scan", "--base", "HEAD~1", "--head", "HEAD")),
        {
            ".aigate/policy.yaml": POLICY + "rules: [r.yaml]\n",
            ".aigate/r.yaml": "rules:\n- id: x\n  languages: [python]\n  severity: ERROR\n  message: m\n  pattern-regex: [1]\n",
        },
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_every_other_end_has_its_code_and_words(bench: Bench, name: str) -> None:
    code, arguments, files = ENDS[name]
    bench.commit({"app.py": CLEAN, **files})
    bench.commit({"app.py": CLEAN + "\nx = 1\n", ".aigate/policy.yaml": POLICY})
    done = bench.aigate(*arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    if name == "bad policy":
        assert ".aigate/policy.yaml:4:7: " in done.stderr


def test_c_011_the_first_trust_root_needs_somebody_to_vouch_for_it(bench: Bench) -> None:
    bench.commit({"app.py": CLEAN})
    bench.commit({".aigate/trust/1.root.json": "{}\n", ".aigate/policy.yaml": LAX})
    done = bench.aigate("scan", "--base", "HEAD~1", "--head", "HEAD")
    assert (done.returncode, "bootstrap required" in done.stderr) == (4, True)
    wrong = bench.aigate("scan", "--base", "HEAD~1", "--head", "HEAD", "--trust-root", "0" * 64)
    assert wrong.returncode == 4


def test_a_code_owners_file_with_an_unreadable_line_still_names_owners(bench: Bench) -> None:
    bench.commit({"app.py": CLEAN, "CODEOWNERS": "[broken @nobody\n* @team\n"})
    bench.commit({"app.py": BAD})
    code, report = bench.judge()
    assert code == 1
    assert {f["owners"]["developer"] for f in report["findings"]} == {"@team"}


@pytest.mark.parametrize("date", ["253402300799 +0000", "4102444800 +0000"])
def test_a_commit_from_the_future_gains_no_time(bench: Bench, date: str) -> None:
    bench.commit({"app.py": CLEAN})
    future = Bench(bench.root, {**bench.environ, "GIT_COMMITTER_DATE": f"@{date}"})
    future.commit({"app.py": BAD})
    code, report = bench.judge()
    assert code == 1
    assert all(f["due"] < "2100" for f in report["findings"])


REFUSED = ("../out.json", "app.py", "link.json", ".github/x.json", "folder/x.json", ".git/x", ".")


@pytest.mark.parametrize("name", REFUSED, ids=[f"C-080-{name}" for name in REFUSED])
@pytest.mark.parametrize("absolute", [False, True])
def test_outputs_that_could_do_harm_are_refused(bench: Bench, name: str, absolute: bool) -> None:  # noqa: FBT001 - a parameter
    outside = bench.root.parent / "outside"
    outside.mkdir()
    (bench.root / "link.json").symlink_to(outside / "x.json")
    (bench.root / "folder").symlink_to(outside)
    bench.commit({"app.py": CLEAN})
    given = f"{bench.root}/{name}" if absolute else name
    for arguments in (("-o", f"json={given}"), ("--decision", given)):
        done = bench.aigate("scan", "--head", "HEAD", *arguments)
        assert (done.returncode, "will not write" in done.stderr) == (2, True), done.stderr
    assert (bench.root / "app.py").read_text() == CLEAN
    assert not list(outside.iterdir())


def test_an_old_decision_does_not_survive_a_refused_output(bench: Bench, tmp_path: Path) -> None:
    bench.commit({"app.py": CLEAN})
    file = tmp_path / "d.json"
    file.write_text('{"decision": "pass"}')
    done = bench.aigate("scan", "--head", "HEAD", "--decision", str(file), "-o", "json=app.py")
    assert (done.returncode, file.exists()) == (2, False)


def test_c_144_a_report_that_cannot_be_written_is_no_pass(bench: Bench, tmp_path: Path) -> None:
    bench.commit({"app.py": CLEAN})
    (tmp_path / "plain").write_text("a file, no folder")
    file = tmp_path / "d.json"
    below = tmp_path / "plain" / "r.json"
    done = bench.aigate(
        *("scan", "--head", "HEAD", "-o", f"json={below}", "--decision", str(file)),
    )
    assert (done.returncode, decision(file)["decision"]) == (3, "incomplete")
    assert "report-not-written" in decision(file)["reason_codes"]
    done = bench.aigate("scan", "--head", "HEAD", "--decision", str(below))
    assert (done.returncode, "Traceback" in done.stderr) == (3, False), done.stderr


@pytest.mark.parametrize("how", ["C-142-closed", "C-142-reader-gone", "C-142-full"])
def test_broken_output_is_never_a_pass(bench: Bench, tmp_path: Path, how: str) -> None:
    bench.commit({"app.py": CLEAN})
    file = tmp_path / "d.json"
    command = f"{sys.executable} -m aigate scan --head HEAD --decision {file}"
    ends = {"C-142-closed": ">&-", "C-142-full": ">/dev/full"}
    if how in ends:
        done = subprocess.run(
            ["sh", "-c", f"{command} {ends[how]}"],
            cwd=bench.root,
            env=bench.environ,
            capture_output=True,
            check=False,
        )
        code, err = done.returncode, done.stderr
    else:
        read, write = os.pipe()
        os.close(read)
        done = bench.aigate("scan", "--head", "HEAD", "--decision", str(file), stdout=write)
        os.close(write)
        code, err = done.returncode, done.stderr.encode()
    assert code == 74, err
    assert b"Traceback" not in err
    assert b"Exception ignored" not in err
    assert not file.exists()


def test_c_142_closed_errors_change_nothing(bench: Bench) -> None:
    bench.commit({"app.py": CLEAN})
    for arguments, code in (("scan --head HEAD --format json", 0), ("scan --sloppy", 2)):
        done = subprocess.run(
            ["sh", "-c", f"{sys.executable} -m aigate {arguments} 2>&-"],
            cwd=bench.root,
            env=bench.environ,
            capture_output=True,
            check=False,
        )
        assert done.returncode == code
        assert not done.stdout or json.loads(done.stdout)


def test_c_143_a_terminated_scan_leaves_no_decision_and_no_program(
    bench: Bench, tmp_path: Path
) -> None:
    bench.commit({f"m{n}.py": BAD * 200 for n in range(12)})
    temporary, file = tmp_path / "temporary", tmp_path / "d.json"
    temporary.mkdir()
    child = subprocess.Popen(
        [sys.executable, "-m", "aigate", "scan", "--head", "HEAD", "--decision", str(file)],
        cwd=bench.root,
        env={**bench.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    limit = time.monotonic() + 30
    while not running(temporary) and time.monotonic() < limit:
        time.sleep(0.05)
    assert running(temporary)
    child.send_signal(signal.SIGTERM)
    sent = time.monotonic()
    _, err = child.communicate(timeout=60)
    assert (child.returncode, b"Traceback" in err) == (143, False), err
    assert time.monotonic() - sent < 5
    assert not file.exists()
    assert not running(temporary)
    assert not list(temporary.iterdir())


def running(folder: Path) -> bool:
    done = subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, check=True)
    return str(folder).encode() in done.stdout


def test_c_143_a_scan_that_takes_too_long_is_incomplete(bench: Bench, tmp_path: Path) -> None:
    bench.commit({f"m{n}.py": f"# {n}\n{BAD * 300}" for n in range(12)})
    file = tmp_path / "d.json"
    done = bench.aigate("scan", "--head", "HEAD", "--deadline", "1", "--decision", str(file))
    assert (done.returncode, decision(file)["decision"]) == (3, "incomplete"), done.stderr
    assert "scanner-timeout" in decision(file)["reason_codes"]


FAULTS = (
    "aigate.kept.place",
    "aigate.conclusion.group",
    "aigate.gate.compare",
    "aigate.gate.read_trusted",
    "aigate.engine.judge.prioritise",
    "aigate.conclusion.judge",
    "aigate.gate.git.open_repository",
    "aigate.examine.scratch.export",
    "aigate.conclusion.decide.verdict",
    "aigate.material.units_of",
    "aigate.scanners._bandit._run",
    "aigate.scanners.secrets._scan",
    "aigate.cli.last.remember",
    "aigate.cli.decision.decision_text",
    "aigate.reporters.text.REPORTER",
)
WRAPPER = """\
import dataclasses, importlib, sys
def broken(*arguments, **options):
    raise RuntimeError("sk-" + "secret")
path, name = sys.argv.pop(1).rsplit(".", 1)
parts = path.split(".")
for end in range(len(parts), 0, -1):
    try:
        owner = importlib.import_module(".".join(parts[:end]))
        break
    except ModuleNotFoundError:
        pass
for part in parts[end:]:
    owner = getattr(owner, part)
value = getattr(owner, name)
if dataclasses.is_dataclass(value):
    broken = dataclasses.replace(value, render=broken)
if name == "_scan":
    owner.SCANNER = dataclasses.replace(owner.SCANNER, scan=broken)
setattr(owner, name, broken)
from aigate.cli.main import main
main()
"""


@pytest.mark.parametrize("fault", FAULTS, ids=[f"C-139-{fault}" for fault in FAULTS])
def test_whatever_raises_the_gate_ends_with_70_and_no_decision(
    bench: Bench, tmp_path: Path, fault: str
) -> None:
    bench.commit({"app.py": CLEAN})
    bench.commit({"app.py": "import subprocess\n"})
    file, wrapper = tmp_path / "d.json", tmp_path / "wrapper.py"
    wrapper.write_text(WRAPPER)
    done = bench.aigate(
        *(fault, "scan", "--base", "HEAD~1", "--head", "HEAD", "--decision", str(file)),
        program=(str(wrapper),),
    )
    assert done.returncode == 70, done.stderr
    assert not file.exists()
    assert "pass" not in done.stdout or fault.endswith("decision_text")
    errors = done.stderr.splitlines()
    assert [line.split(":")[0] for line in errors] == ["internal error", "hint"]
    assert "sk-secret" not in done.stderr
