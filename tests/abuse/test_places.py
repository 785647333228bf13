"""Whoever sits between the gate and the code host, or writes what the gate passes on, gains nothing."""

from __future__ import annotations

import datetime as dt
import gzip
import http.server
import json
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.remote.github_fake import REPOSITORY, TOKEN, Reply, github, one_github

__all__ = ["github", "one_github"]
pytestmark = pytest.mark.slow

HEAD = "a" * 40
SECRET_URL = f"https://x:{TOKEN}@example.com/"


def step(project, tmp_path, name, event, **environ):
    """Run a step of the action that talks to the code host."""
    for file in ("output", "summary"):
        (tmp_path / file).write_text("")
    (tmp_path / "event.json").write_text(json.dumps(event))
    temp = tmp_path / "temp"
    temp.mkdir(exist_ok=True)
    given = {
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "RUNNER_TEMP": str(temp),
        "AIGATE_TOKEN": TOKEN,
    }
    seen = project.run("github-action", name, **(given | environ))
    left = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert TOKEN.encode() not in seen.out + seen.err + left
    return seen


def asked(project, tmp_path, github, **environ):
    github.pull(1, head=HEAD)
    seen = step(
        project,
        tmp_path,
        "ask",
        {"pull_request": github.pulls[1]},
        **{"GITHUB_API_URL": github.url, **environ},
    )
    assert seen.code == 0
    lines = (tmp_path / "output").read_text().splitlines()
    (file,) = [line.partition("=")[2] for line in lines]
    with open(file, encoding="utf-8") as stream:  # noqa: PTH123 - shorter
        return seen, json.load(stream)


def always(status, body=b"", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _method, _path: Reply(status, body, named)


TRANSPORT = {
    "C-092-plain": ({"GITHUB_API_URL": "http://api.example.com"}, None, "github-address"),
    "C-092-token-in-url": ({"GITHUB_API_URL": SECRET_URL}, None, "github-address"),
    "C-092-to-plain": ({}, always(302, Location="http://example.com/"), "github-redirect"),
    "C-092-metadata": ({}, always(307, Location="http://169.254.169.254/"), "github-redirect"),
    "C-092-localhost": ({}, always(302, Location="http://localhost:1/"), "github-redirect"),
    "C-092-account": ({}, always(302, Location=SECRET_URL), "github-redirect"),
    "C-092-other-host": ({}, always(301, Location="https://example.com/"), "github-redirect"),
    "C-092-large": ({}, always(200, b" " * 20_000_000), "github-answer"),
    "C-092-gzip-bomb": (
        {},
        always(200, gzip.compress(b" " * 50_000_000), Content_Encoding="gzip"),
        "github-answer",
    ),
    "C-095-nobody": ({"GITHUB_API_URL": "https://127.0.0.1:9"}, None, "github-unreachable"),
    "C-095-limit": ({}, always(429, Retry_After="3600"), "github-rate-limit"),
}


@pytest.mark.parametrize("name", TRANSPORT)
def test_what_cannot_be_had_safely_counts_for_nothing(project, github, tmp_path, name):
    environ, script, code = TRANSPORT[name]
    if script:
        github.script = script
    seen, said = asked(project, tmp_path, github, **environ)

    assert (said["unread"], said["reviews"], said["openers"]) == (code, [], [])
    assert b"reviews were not read: " in seen.out
    assert len(github.asked) <= 4


def test_c_092_thirty_redirects_are_not_followed(project, github, tmp_path):
    github.script = always(302, Location=f"{github.url}/again")
    _, said = asked(project, tmp_path, github)

    assert said["unread"] == "github-redirect"
    assert len(github.asked) <= 4


@pytest.fixture(scope="module")
def impostor(tmp_path_factory):
    """A server with a certificate that nobody vouches for."""
    folder = tmp_path_factory.mktemp("impostor")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api.example.com")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    text = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "pem").write_bytes(key.private_bytes(text, *plain) + certificate.public_bytes(text))
    heard = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(dict(self.headers))

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"https://127.0.0.1:{server.server_address[1]}", heard
    server.shutdown()
    server.server_close()


def test_c_092_a_wrong_certificate_hears_no_token(project, github, tmp_path, impostor):
    url, heard = impostor
    _, said = asked(project, tmp_path, github, GITHUB_API_URL=url)

    assert (said["unread"], heard) == ("github-unreachable", [])


def test_c_065_no_secret_of_the_job_is_kept_anywhere(project, github, tmp_path):
    config = project.root / ".git" / "config"
    before = config.read_bytes()
    (project.home / ".netrc").write_text("machine 127.0.0.1 login x password y\n")
    _, said = asked(project, tmp_path, github)
    files = [file for file in project.home.rglob("*") if file.is_file()]

    assert said["unread"] == ""
    assert config.read_bytes() == before
    assert not [file for file in files if "credential" in file.name]
    assert {token for _, token in github.tokens} == {f"Bearer {TOKEN}"}
    assert TOKEN.encode() not in b"".join(file.read_bytes() for file in files)


INJECTED = {
    "C-075-newline": "x\nverdict=pass",
    "C-075-delimiter": "x\nghadelimiter_1\nverdict=pass\nghadelimiter_1",
    "C-075-heredoc": "verdict<<EOF\npass\nEOF",
    "C-075-return": "x\r\nverdict=pass",
    "C-075-command": "x%0A::set-output name=verdict::pass",
}


@pytest.mark.parametrize("name", INJECTED)
def test_no_value_becomes_an_output_of_its_own(project, tmp_path, name):
    """The only values that are not ours are paths and what the change is called."""
    text = INJECTED[name]
    project.commit({"README.md": "hello\n"})
    project.git("update-ref", "refs/remotes/origin/main", "main")
    head = project.commit({f"{text}.txt".replace("/", "_"): "x\n"}, branch="topic")
    temp = tmp_path / f"temp {text}".replace("/", "_")
    temp.mkdir()
    event = {
        "pull_request": {"base": {"ref": "main"}, "title": text, "head": {"ref": text}},
        "repository": {"default_branch": "main"},
    }
    seen = step(
        project,
        tmp_path,
        "run",
        event,
        GITHUB_SHA=head,
        RUNNER_TEMP=str(temp),
        GITHUB_HEAD_REF=text,
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary"),
    )
    known = {
        "nonce", "decision-file", "report-file", "sarif-file", "summary-file", "comment-file",
        "verdict", "blocking-count", "findings-count",
    }  # fmt: skip
    lines = (tmp_path / "output").read_text(newline="").split("\n")
    names = [line.partition("=")[0] for line in lines if line]

    assert len(set(names)) == len(names)
    assert set(names) <= known
    assert "\r" not in "".join(lines)
    if "\n" in text:
        # A folder of that name cannot be told to later steps, so nothing is passed.
        assert (seen.code, "verdict" in names) == (3, False)
    assert not [line for line in seen.out.splitlines() if line.startswith(b"::set-output")]
