"""What package indexes are asked, and what is made of their answers."""

from __future__ import annotations

import json
import socket
import time
from contextlib import suppress
from datetime import date
from threading import Thread

import pytest

from aigate.domain.package import Ecosystem, Listing, Package
from aigate.errors import UsageError
from aigate.remote import package_index
from aigate.remote.package_index import Indexes, look_up, require_safe
from tests.dependencies.index_server import Page, packument, serving, simple

PYPI, NPM = Ecosystem.PYPI, Ecosystem.NPM
OLD, NEW = "2019-05-01T10:00:00.123456Z", "2026-11-20T10:00:00Z"


@pytest.fixture(scope="module")
def index():
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(package_index, "_PAUSES", (0.01, 0.01))


def ask(server, *packages: Package, seconds: float = 20, **more) -> tuple[Listing, ...]:
    indexes = Indexes(**{"pypi": (f"{server.url}/simple",), "npm": f"{server.url}/npm", **more})
    require_safe(indexes)
    return look_up(packages, indexes, seconds=seconds)


def on_pypi(server, page, *, version="", known=False) -> Listing:
    server.pages["/simple/acme/"] = page
    (one,) = ask(server, Package(PYPI, "acme", version, known))
    return one


def test_a_package_of_pypi_is_as_old_as_its_first_file(index):
    page = simple(
        "Acme", ("acme-2.0.tar.gz", NEW), ("acme-1.0.tar.gz", OLD), versions=["1.0", "2.0"]
    )
    one = on_pypi(index, page)
    assert (one.exists, one.has_version, one.first, one.problem) == (
        True,
        True,
        date(2019, 5, 1),
        "",
    )
    path, headers = index.asked[-1]
    assert path == "/simple/acme/"
    assert headers["Accept"].startswith("application/vnd.pypi.simple.v1+json")
    assert headers["User-Agent"] == "aigate"


def test_a_package_that_nobody_has_does_not_exist(index):
    one, two = ask(index, Package(PYPI, "nothing"), Package(NPM, "@acme/nothing"))
    assert (one.exists, one.problem) == (two.exists, two.problem) == (False, "")
    assert index.asked[-1][0] in {"/simple/nothing/", "/npm/@acme%2Fnothing"}


def test_a_name_without_files_cannot_be_installed(index):
    assert not on_pypi(index, simple("acme")).exists
    index.pages["/npm/acme"] = Page(json.dumps({"name": "acme", "time": {"created": OLD}}).encode())
    (one,) = ask(index, Package(NPM, "acme"))
    assert not one.exists


VERSIONS = {
    "1.0": True,
    "1": True,
    "v1.0.0": True,
    "2.0rc1": True,
    "2.0.0-rc.1": True,
    "2.0": False,
    "9.9": False,
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("listed", [True, False])
def test_a_version_is_looked_up_as_installers_compare_it(index, version, listed):
    files = [("acme-1.0-py3-none-any.whl", OLD), ("acme-2.0rc1.tar.gz", NEW)]
    page = simple("acme", *files, versions=["1.0", "2.0rc1"] if listed else None)
    assert on_pypi(index, page, version=version).has_version is VERSIONS[version]


def test_a_yanked_version_is_withdrawn(index):
    page = simple(
        "acme", ("acme-1.0.tar.gz", OLD), ("acme-2.0.tar.gz", OLD), versions=["1.0", "2.0"]
    )
    document = json.loads(page.body)
    document["files"][0]["yanked"] = "broken"
    page = Page(json.dumps(document).encode())
    assert on_pypi(index, page, version="1.0").gone
    assert not on_pypi(index, page, version="2.0").gone


def test_an_index_of_the_older_form_tells_what_exists_and_no_dates(index):
    links = (
        b'<!doctype html><a href="x#sha256=ab">acme-1.0.tar.gz</a><a href="y">acme-1.1.tar.gz</a>'
    )
    one = on_pypi(index, Page(links, kind="text/html"), version="1.1")
    assert (one.exists, one.has_version, one.first, one.problem) == (True, True, None, "")


def test_a_package_of_npm_is_as_old_as_its_first_version(index):
    index.pages["/npm/@acme%2Ftool"] = packument("@acme/tool", v1_0_0=OLD, v1_1_0=NEW)
    (one,) = ask(index, Package(NPM, "@acme/tool"))
    assert (one.exists, one.first) == (True, date(2019, 5, 1))


def test_a_version_of_npm_is_asked_by_itself(index):
    index.pages["/npm/acme"] = packument("acme", v1_0_0=OLD)
    index.pages["/npm/acme/1.0.0"] = Page(b'{"name": "acme", "deprecated": "use another"}')
    known, unknown, none = ask(
        index,
        Package(NPM, "acme", "1.0.0", is_known=True),
        Package(NPM, "acme", "1.0.0"),
        Package(NPM, "acme", "3.0.0", is_known=True),
    )
    assert (known.exists, known.gone, known.first) == (True, True, None)
    assert unknown.first == date(2019, 5, 1)
    assert (none.exists, none.has_version) == (True, False)


PROBLEMS = {
    "unauthorised": Page(status=401),
    "forbidden": Page(status=403),
    "teapot": Page(status=418),
    "broken": Page(status=503),
    "limited": Page(status=429, headers={"Retry-After": "86400"}),
    "elsewhere": Page(status=302, headers={"Location": "https://evil.example/simple/acme/"}),
    "other-port": Page(status=301, headers={"Location": "http://127.0.0.1:1/simple/acme/"}),
    "other-scheme": Page(status=301, headers={"Location": "file:///etc/passwd"}),
    "nowhere": Page(status=302),
    "circle": Page(status=302, headers={"Location": "/simple/acme/"}),
    "garbage": Page(b"\x00\xff garbage"),
    "list": Page(b"[]"),
    "deep": Page(b"[" * 100_000),
    "other-package": simple("other", ("other-1.0.tar.gz", OLD)),
    "no-files": Page(b'{"name": "acme", "files": 5}'),
    "sign-in": Page(b"<html><form>sign in</form></html>", kind="text/html; charset=utf-8"),
    "cut": Page(simple("acme", ("acme-1.0.tar.gz", OLD)).body, cut=20),
    "packed": Page(b"\x1f\x8b\x00", headers={"Content-Encoding": "gzip"}),
    "empty": Page(b""),
}


@pytest.mark.parametrize("page", PROBLEMS.values(), ids=PROBLEMS)
def test_an_answer_that_settles_nothing_is_a_problem_and_never_good_news(index, page):
    one = on_pypi(index, page)
    assert one.problem
    assert not one.exists
    assert "127.0.0.1" not in one.problem
    assert "evil" not in one.problem
    index.pages["/npm/acme"] = page
    (other,) = ask(index, Package(NPM, "acme"))
    assert other.problem
    assert not other.exists


def test_an_answer_without_end_is_a_problem(index, monkeypatch):
    monkeypatch.setattr(package_index, "_LARGEST", 1000)
    assert (
        "more than 1000 bytes"
        in on_pypi(index, simple("acme", *[("acme-1.0.tar.gz", OLD)] * 50)).problem
    )


def test_an_answer_that_comes_too_late_is_a_problem(index, monkeypatch):
    monkeypatch.setattr(package_index, "_TIMES", (0.2, 0.2))
    good = simple("acme", ("acme-1.0.tar.gz", OLD))
    good.slow = 0.5
    assert on_pypi(index, good).problem == "the index does not answer in time"
    index.pages["/simple/acme/"] = Page(status=404)
    (one,) = ask(index, Package(PYPI, "acme"), seconds=-1)
    assert one.problem == "there was no time left"


def test_nobody_at_home_is_a_problem():
    with serving() as gone:
        pass
    (one,) = ask(gone, Package(PYPI, "acme"))
    assert one.problem == "the index cannot be reached"


def test_a_passing_fault_is_asked_again(index):
    good = simple("acme", ("acme-1.0.tar.gz", OLD))
    limited = Page(status=429, headers={"Retry-After": "0"})
    assert on_pypi(index, [Page(status=500), limited, good]).exists


def test_a_redirect_on_the_same_host_is_followed(index):
    index.pages["/simple/acme-real/"] = simple("acme", ("acme-1.0.tar.gz", OLD))
    assert on_pypi(index, Page(status=301, headers={"Location": "/simple/acme-real/"})).exists


def test_several_indexes_are_all_asked_before_a_package_does_not_exist(index):
    index.pages["/other/acme/"] = simple("acme", ("acme-1.0.tar.gz", NEW))
    both = (f"{index.url}/simple", f"{index.url}/other")
    index.pages["/simple/acme/"] = Page(status=404)
    (one,) = ask(index, Package(PYPI, "acme"), pypi=both)
    assert (one.exists, one.first) == (True, date(2026, 11, 20))
    # Young on the second index is young, however old the first one is.
    index.pages["/simple/acme/"] = simple("acme", ("acme-1.0.tar.gz", OLD))
    (one,) = ask(index, Package(PYPI, "acme"), pypi=both)
    assert one.first == date(2026, 11, 20)
    index.pages["/simple/acme/"] = Page(status=404)
    index.pages["/other/acme/"] = Page(status=403)
    (one,) = ask(index, Package(PYPI, "acme"), pypi=both)
    assert one.problem == "the index does not let us see it"


def test_an_index_in_a_folder_is_read(index, tmp_path):
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "acme-1.0.tar.gz").touch()
    found, other, none = ask(
        index,
        Package(PYPI, "acme", "1.0"),
        Package(PYPI, "acme", "2.0"),
        Package(PYPI, "nothing"),
        pypi=(tmp_path.as_uri(),),
    )
    assert (found.exists, found.has_version) == (True, True)
    assert (other.exists, other.has_version) == (True, False)
    assert not none.exists


def test_credentials_go_to_their_registry_and_nowhere_else(index):
    token = "tok" + "en-1"
    host = index.url.removeprefix("http://")
    index.pages["/mine/@acme%2Ftool"] = packument("@acme/tool", v1_0_0=OLD)
    more = {
        "scopes": {"@acme": f"{index.url}/mine/"},
        "tokens": {f"{host}/mine/": f"Bearer {token}"},
    }
    index.asked.clear()
    one, other = ask(index, Package(NPM, "@acme/tool"), Package(NPM, "tool"), **more)
    assert one.exists
    assert not other.exists
    sent = {path: headers.get("Authorization", "") for path, headers in index.asked}
    assert sent == {"/mine/@acme%2Ftool": f"Bearer {token}", "/npm/tool": ""}
    assert token not in repr(Indexes(pypi=(), npm="", tokens={"a": token}))


def test_a_name_that_no_index_allows_is_not_sent(index):
    index.asked.clear()
    names = ["../../etc", "a b", "a/b/c", "@/x", "", "a?b", "a#b", "é"]
    found = ask(index, *(Package(one, name) for name in names for one in Ecosystem))
    assert not any(one.exists for one in found)
    assert index.asked == []


@pytest.mark.parametrize(
    "address", ["http://a.example/simple", "ftp://a.example", "x", "https://[", ""]
)
def test_an_index_over_which_anybody_could_answer_is_refused(address):
    with pytest.raises(UsageError) as caught:
        require_safe(Indexes(pypi=(address,), npm="https://a.example"))
    assert "a.example" not in caught.value.message


def test_an_index_that_sends_its_headers_letter_by_letter_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            with listener.accept()[0] as held, suppress(OSError):
                held.sendall(b"HTTP/1.1 200 OK\r\nX-A: ")
                for _ in range(30):
                    held.sendall(b"a")
                    time.sleep(0.1)

        Thread(target=drip, daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        started = time.monotonic()
        (one,) = look_up([Package(NPM, "acme")], Indexes(pypi=(url,), npm=url), seconds=0.4)
        assert time.monotonic() - started < 1.5
    assert one.problem == "there was no time left"
