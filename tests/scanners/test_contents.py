"""What cannot be read is reported by what it is; what runs by itself and leads astray as well."""

import pytest

from aigate.domain.extension import Target
from aigate.domain.finding import Sighting
from aigate.domain.severity import Severity
from aigate.domain.tree import Change, Entry, Kind, Unit
from aigate.scanners.contents import SCANNER


def scan(*units: Unit, paths: tuple[str, ...] = ()) -> list[Sighting]:
    every = frozenset(paths) | {unit.path for unit in units}
    target = Target(units=units, paths=every, scratch="", exported="", packs="")
    return [item for item in SCANNER.scan(target) if isinstance(item, Sighting)]


def unit(path: str, text: str = "", kind: Kind = Kind.TEXT, notes: tuple[str, ...] = ()) -> Unit:
    return Unit(path, Entry(path, "100644", "0" * 40, 9), kind, Change.ADDED, text, notes=notes)


def binary(path: str, head: bytes) -> Unit:
    return Unit(path, Entry(path, "100644", "0" * 40, 9), Kind.BINARY, Change.ADDED, head=head)


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF"),
        ("a.gif", b"GIF89a\1\0"),
        ("a.webp", b"RIFF\1\2\3\4WEBPVP8 "),
        ("a.ico", b"\0\0\1\0\1\0"),
        ("a.woff2", b"wOF2\0\1\0\0"),
        ("a.ttf", b"\0\1\0\0\0\x10"),
        ("a.pdf", b"%PDF-1.7"),
        ("a.mp4", b"\0\0\0\x18ftypmp42"),
    ],
)
def test_media_is_a_small_finding(path: str, head: bytes) -> None:
    (sighting,) = scan(binary(path, head))

    assert sighting.rule == "unscanned-media"


@pytest.mark.parametrize(
    ("path", "head"),
    [
        pytest.param("lib.so", b"\x7fELF\2\1\1", id="C-034-so"),
        pytest.param("tests/data/a.whl", b"PK\3\4\x14\0", id="C-034-whl"),
        pytest.param("docs/a.zip", b"PK\5\6\0\0", id="C-034-zip"),
        pytest.param("a.exe", b"MZ\x90\0", id="C-034-exe"),
        pytest.param("a.dylib", b"\xcf\xfa\xed\xfe\7\0", id="C-034-mach-o"),
        pytest.param("A.class", b"\xca\xfe\xba\xbe\0\0", id="C-034-class"),
        pytest.param("a.wasm", b"\0asm\1\0\0\0", id="C-034-wasm"),
        pytest.param("a.tar.gz", b"\x1f\x8b\x08\0", id="C-034-gz"),
        pytest.param("a.sqlite", b"SQLite format 3\0", id="sqlite"),
        pytest.param("logo.png", b"\x7fELF\2\1\1", id="program-named-as-picture"),
        pytest.param("logo.png", b"\xde\xad\xbe\xef", id="no-picture-in-spite-of-its-name"),
    ],
)
def test_binary_content_is_reported_wherever_it_lies(path: str, head: bytes) -> None:
    (sighting,) = scan(binary(path, head))

    assert (sighting.rule, sighting.severity) == ("unscanned-binary", None)


@pytest.mark.parametrize(
    ("path", "head"),
    [
        pytest.param("a.pkl", b"\x80\4\x95\x10\0", id="C-098-pickle"),
        pytest.param("a.pkl", b"cos\nsystem\n\xff", id="pickle-by-name"),
        pytest.param("model.bin", b"\x80\2}q\0", id="C-100-pickle-by-content"),
        pytest.param("m.pt", b"PK\3\4\x14\0", id="torch"),
        pytest.param("m.npy", b"\x93NUMPY\1\0", id="numpy"),
        pytest.param("m.gguf", b"GGUF\3\0\0\0", id="gguf"),
        pytest.param("m.safetensors", b"\x10\0\0\0\0\0\0\0{}", id="safetensors"),
    ],
)
def test_what_the_scanner_of_model_files_examines_is_left_to_it(path: str, head: bytes) -> None:
    assert scan(binary(path, head)) == []


@pytest.mark.parametrize("path", ["m.pt", "m.pth.tar", "a.7z", "m.pkl"])
def test_a_model_in_an_archive_of_7_zip_is_reported(path: str) -> None:
    (sighting,) = scan(binary(path, b"7z\xbc\xaf\x27\x1c"))

    assert sighting.rule == "unscanned-binary"


def test_unknown_binary_content_is_of_medium_severity() -> None:
    (sighting,) = scan(binary("src/data.xyz", b"\xde\xad\xbe\xef"))

    assert (sighting.rule, sighting.severity) == ("unscanned-binary", Severity.MEDIUM)


@pytest.mark.parametrize("head", [b"", b"\0", b"P"])
def test_a_short_binary_is_still_reported(head: bytes) -> None:
    assert [s.rule for s in scan(binary("a", head))] == ["unscanned-binary"]


@pytest.mark.parametrize(
    ("path", "paths", "rule"),
    [
        pytest.param("pkg/a.pyc", ("pkg/b.py",), "startup-hook", id="C-035-sourceless"),
        pytest.param("pkg/a.pyc", ("pkg/a.py",), "unscanned-binary", id="with-source"),
        pytest.param(
            "pkg/__pycache__/a.cpython-313.pyc", ("pkg/a.py",), "unscanned-binary", id="cached"
        ),
        pytest.param(
            "pkg/__pycache__/a.cpython-313.pyc", (), "startup-hook", id="C-035-cached-sourceless"
        ),
        pytest.param("a.pyc", ("a.py",), "unscanned-binary", id="at-the-top"),
    ],
)
def test_compiled_python_counts_by_whether_its_source_is_there(
    path: str, paths: tuple[str, ...], rule: str
) -> None:
    (sighting,) = scan(binary(path, b"\xf3\r\r\n\0\0\0\0"), paths=paths)

    assert sighting.rule == rule


@pytest.mark.parametrize(
    ("path", "text", "hook"),
    [
        pytest.param("a.pth", "import os; os.getcwd()\n", True, id="C-035-pth"),
        pytest.param("x/a.pth", "../src\nimport\tsys\n", True, id="C-035-pth-tab"),
        pytest.param("a.pth", "../src\nimportant\n", False, id="pth-with-paths"),
        pytest.param("sitecustomize.py", "x = 1\n", True, id="C-035-sitecustomize"),
        pytest.param("src/usercustomize.py", "x = 1\n", True, id="C-035-usercustomize"),
        pytest.param("src/sitecustomize_docs.py", "x = 1\n", False, id="other-name"),
    ],
)
def test_what_python_runs_at_its_start_is_found(path: str, text: str, *, hook: bool) -> None:
    assert [s.rule for s in scan(unit(path, text))] == ["startup-hook"] * hook


@pytest.mark.parametrize(
    ("path", "link", "odd"),
    [
        pytest.param("a", "/etc/passwd", True, id="C-027-absolute"),
        pytest.param("a", "../outside", True, id="C-027-above"),
        pytest.param("d/e/a", "../../../outside", True, id="C-027-far-above"),
        pytest.param("d/a", "../..", True, id="C-027-folder-above"),
        pytest.param("a", ".git/hooks/pre-commit", True, id="into-git"),
        pytest.param("d/a", "../.GIT/config", True, id="into-git-other-case"),
        pytest.param("a", ".aigate/policy.yaml", True, id="into-the-gate"),
        pytest.param("a", "C:\\Windows", True, id="drive"),
        pytest.param("a", "..\\outside", True, id="backslash"),
        pytest.param("a", "~/.ssh/id", True, id="home"),
        pytest.param("d/a", "../b", False, id="inside"),
        pytest.param("a", "a", False, id="C-027-loop"),
        pytest.param("CLAUDE.md", ".github/copilot-instructions.md", False, id="instructions"),
        pytest.param("a", ".gitignore", False, id="gitignore"),
    ],
)
def test_a_link_counts_by_where_it_leads(path: str, link: str, *, odd: bool) -> None:
    found = scan(unit(path, link, Kind.SYMLINK))

    assert [s.rule for s in found] == ["symlink-out-of-tree"] * odd


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('[submodule "a"]\n\tpath = a\n\turl = -u./payload\n', id="C-047-option"),
        pytest.param('[submodule "a"]\n\tpath = a\n\turl = ext::sh -c id\n', id="C-047-command"),
        pytest.param('[submodule "../x"]\n\tpath = a\n\turl = https://h/a\n', id="C-047-name"),
        pytest.param('[submodule "a"]\n\tpath = "a\n"\n\turl = https://h/a\n', id="C-047-return"),
        pytest.param('[submodule "a"]\n\tpath = ../a\n\turl = https://h/a\n', id="C-047-path"),
        pytest.param('[submodule "a"]\n\tpath = .git/hooks\n\turl = https://h/a\n', id="C-047-git"),
        pytest.param('[submodule "a"]\n\tpath = -a\n\turl = https://h/a\n', id="C-047-dash"),
        pytest.param('[submodule "a"]\n\tpath = a\n\turl = ssh://-oProxy/a\n', id="C-047-ssh"),
        pytest.param('[submodule "a"]\n\tpath = a\n\turl = /srv/a\n', id="C-047-local"),
        pytest.param(
            '[submodule "a"]\n\tpath = a\n\turl = ../a\n\tupdate = !id\n', id="C-047-update"
        ),
    ],
)
def test_odd_submodule_values_are_found(text: str) -> None:
    assert {s.rule for s in scan(unit(".gitmodules", text))} == {"odd-submodule"}


@pytest.mark.parametrize(
    "url", ["https://h/a.git", "git@h:a/b.git", "../a.git", "ssh://git@h/a", "./b", "git://h/a"]
)
def test_plain_submodule_values_are_left_alone(url: str) -> None:
    text = f'[submodule "vendor/a"]\n\tpath = vendor/a\n\turl = {url}\n\tbranch = main\n'

    assert scan(unit(".gitmodules", text)) == []


def test_c_047_a_commit_of_another_repository_is_reported() -> None:
    (sighting,) = scan(unit("vendor/a", "", Kind.SUBMODULE))

    assert sighting.rule == "unscanned-submodule"


def test_c_048_a_pointer_is_reported_with_size_and_digest() -> None:
    digest = "ab" * 32
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 4096\n"

    (sighting,) = scan(unit("model.bin", text, Kind.POINTER))

    assert sighting.rule == "unscanned-pointer"
    assert "4096 bytes" in sighting.message
    assert f"sha256:{digest}" in sighting.message


def test_a_file_too_large_to_read_is_reported() -> None:
    (sighting,) = scan(unit("a.csv", notes=("too-large",)))

    assert sighting.rule == "unscanned-large-file"


@pytest.mark.parametrize(
    ("path", "paths"),
    [
        pytest.param("foo.py", ("Foo.py",), id="C-050-case"),
        pytest.param("src/a.py", ("Src/b.py",), id="C-050-folder"),
        pytest.param("caf\u00e9.py", ("cafe\u0301.py",), id="C-050-normal-form"),
        pytest.param("AUX.py", (), id="C-050-device"),
        pytest.param("src/nul", (), id="C-050-device-below"),
        pytest.param("a.py.", (), id="C-050-dot"),
        pytest.param("a /b.py", (), id="C-050-blank"),
        pytest.param(".GIT/config", (), id="C-050-git"),
        pytest.param("a/.g\u200cit/config", (), id="C-050-git-invisible"),
        pytest.param("git~1/config", (), id="C-050-git-short"),
    ],
)
def test_a_path_that_other_systems_read_otherwise_is_found(
    path: str, paths: tuple[str, ...]
) -> None:
    assert [s.rule for s in scan(unit(path, "x\n"), paths=paths)] == ["colliding-path"]


@pytest.mark.parametrize("path", ["src/auxiliary.py", "console.py", ".gitignore", "a.b/c.d", "..a"])
def test_plain_paths_are_left_alone(path: str) -> None:
    assert scan(unit(path, "x\n"), paths=("src/other.py", "A.py")) == []


@pytest.mark.parametrize(
    "path", ["a.php", "src/A.java", "a.VUE", "run.sh", "a.pyx", "Jenkinsfile", "t/a.html.j2"]
)
def test_a_program_in_a_language_without_rules_is_said_to_be_one(path):
    assert [s.rule for s in scan(unit(path, text="x\n"))] == ["language-not-examined"]


@pytest.mark.parametrize("path", ["README.md", "a.json", "data.csv", "LICENSE", "a.yaml"])
def test_other_texts_are_no_programs(path):
    assert scan(unit(path, text="x\n")) == []
