"""Secrets are found by form and by name; placeholders are not. Nothing here is a live secret."""

import base64
import json
import random
import string
from collections.abc import Callable

import pytest

from aigate.domain.extension import Target
from aigate.domain.finding import Sighting
from aigate.domain.tree import Entry, Kind, Unit
from aigate.scanners.secrets import SCANNER

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
DIGITS = "123456789"
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
URLSAFE = ALNUM + "-_"
BASE64 = ALNUM + "+/"
DASHES = "-" * 5

_random = random.Random(20261122)


def some(alphabet: str, length: int) -> str:
    return "".join(_random.choice(alphabet) for _ in range(length))


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def pem(kind: str) -> str:
    body = "\n".join(some(BASE64, 64) for _ in range(8))
    return f"{DASHES}BEGIN {kind}PRIVATE KEY{DASHES}\n{body}\n{DASHES}END {kind}PRIVATE KEY{DASHES}"


PROVIDERS: dict[str, Callable[[], str]] = {
    "aws-id": lambda: "AK" + "IA" + some(BASE32, 16),
    "github": lambda: "gh" + "p_" + some(ALNUM, 36),
    "github-fine": lambda: "github" + "_pat_" + some(ALNUM, 22) + "_" + some(ALNUM, 59),
    "gitlab": lambda: "gl" + "pat-" + some(ALNUM, 20),
    "slack": lambda: (
        "xo" + "xb-" + some(DIGITS, 12) + "-" + some(DIGITS, 12) + "-" + some(ALNUM, 24)
    ),
    "stripe": lambda: "sk" + "_live_" + some(ALNUM, 24),
    "openai": lambda: "sk" + "-proj-" + some(URLSAFE, 64) + "x",
    "anthropic": lambda: "sk" + "-ant-api03-" + some(URLSAFE, 93) + "AA",
    "google": lambda: "AI" + "za" + some(ALNUM, 35),
    "npm": lambda: "np" + "m_" + some(ALNUM, 36),
    "pypi": lambda: "py" + "pi-AgEIcHlwaS5vcmc" + some(ALNUM, 120),
    "sendgrid": lambda: "S" + "G." + some(ALNUM, 22) + "." + some(ALNUM, 43),
    "twilio": lambda: "S" + "K" + some(HEX, 32),
    "huggingface": lambda: "h" + "f_" + some(string.ascii_letters, 34),
    "jwt": lambda: (
        f"{segment({'alg': 'HS256'})}.{segment({'sub': some(ALNUM, 9)})}.{some(ALNUM, 43)}"
    ),
}


def scan(text: str, path: str = "settings.py", kind: Kind = Kind.PYTHON) -> list[Sighting]:
    unit = Unit(path, Entry(path, "100644", "0" * 40), kind, text=text)
    target = Target(units=(unit,), paths=frozenset({path}), scratch="", exported="", packs="")
    return [item for item in SCANNER.scan(target) if isinstance(item, Sighting)]


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_providers_key_is_found_with_exactly_its_span_and_masked(name: str) -> None:
    key = PROVIDERS[name]()
    text = f'import os\nclient = connect("{key}")\n'

    (sighting,) = scan(text)

    assert sighting.rule == "provider-key"
    assert sighting.secret
    line = text.split("\n")[sighting.span.line - 1]
    assert line[sighting.span.column - 1 : sighting.span.end_column - 1] == key
    assert key not in sighting.message
    assert key[6:20] not in sighting.message


@pytest.mark.parametrize("kind", ["RSA ", "EC ", "OPENSSH ", "", "ENCRYPTED "])
def test_a_private_key_is_found_whole(kind: str) -> None:
    key = pem(kind)

    (sighting,) = scan(f'x = 1\nKEY = """{key}"""\n')

    assert sighting.rule == "private-key"
    assert sighting.span.end_line - sighting.span.line == key.count("\n")


def test_a_private_key_on_one_line_is_found() -> None:
    key = pem("RSA ").replace("\n", "\\n")

    assert [s.rule for s in scan(f'KEY = "{key}"\n')] == ["private-key"]


@pytest.mark.parametrize(
    ("scheme", "host"),
    [("postgresql", "db.acme.io"), ("mongodb+srv", "c0.mongodb.net"), ("https", "git.acme.io")],
)
def test_a_password_in_a_url_is_found(scheme: str, host: str) -> None:
    password = "Tr0ub4dor" + "9x2"

    (sighting,) = scan(f'URL = "{scheme}://svc:{password}@{host}/app"\n')

    assert sighting.rule == "credential-in-url"
    assert sighting.span.end_column - sighting.span.column == len(password)
    assert password not in sighting.message


@pytest.mark.parametrize(
    ("path", "kind", "line"),
    [
        ("a.py", Kind.PYTHON, 'API_KEY = "{}"'),
        ("a.py", Kind.PYTHON, 'api_key: str = "{}"'),
        ("a.py", Kind.PYTHON, 'config["client_secret"] = "{}"'),
        ("a.py", Kind.PYTHON, 'connect(password="{}")'),
        ("a.py", Kind.PYTHON, 'key = os.getenv("API_KEY", "{}")'),
        ("a.py", Kind.PYTHON, 'key = os.environ.get("API_KEY", default="{}")'),
        ("a.py", Kind.PYTHON, 'key = os.environ.get("API_KEY") or "{}"'),
        ("a.py", Kind.PYTHON, 'API_KEY = os.environ.get("X") or "{}"'),
        ("a.ts", Kind.TYPESCRIPT, "const key = process.env.API_KEY ?? '{}'"),
        ("a.ts", Kind.TYPESCRIPT, "const apiKey = process.env.KEY || '{}'"),
        ("a.ts", Kind.TYPESCRIPT, "const authToken = '{}';"),
        ("a.ts", Kind.TYPESCRIPT, 'headers = {{ Authorization: token, apiKey: "{}" }}'),
        (".env", Kind.TEXT, "SECRET_KEY={}"),
        ("a.yaml", Kind.TEXT, "  client-secret: {}"),
        ("a.json", Kind.TEXT, '{{"access_token": "{}"}}'),
    ],
)
def test_a_random_value_under_a_secret_name_is_found(path: str, kind: Kind, line: str) -> None:
    value = "b8F" + some(ALNUM, 15) + "4k9Q2x7Z1m"

    assert [s.rule for s in scan(line.format(value) + "\n", path, kind)] == ["assigned-secret"]


@pytest.mark.parametrize(
    "value",
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        "gh" + "p_" + "x" * 36,
        "gh" + "p_" + "a" * 36,
        "sk" + "-proj-" + "your-key-here-0000000000000000000000000000",
        "xo" + "xb-your-token-goes-here-please",
        "h" + "f_" + "X" * 34,
        "AI" + "za" + "S" + "y" + "0" * 33,
        "<your-api-key>",
        "${API_KEY}",
        "{{ secrets.TOKEN }}",
        "changeme-changeme-changeme1",
        "REDACTED",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "0123456789abcdef0123456789abcdef",
        "550e8400-e29b-41d4-a716-446655440000",
        "https://auth.acme.io/oauth2/token/v2/x1y2z3",
        "/run/secrets/api_token_v2_a1b2c3",
        "com.acme.service.TokenProvider2",
        "correct-horse-battery-staple",
        "AccessTokenAuthenticationProvider",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "postgresql://user:password@localhost/db",
        "postgres://postgres:postgres@localhost:5432/x",
        "https://user:pass@example.com/",
        "mongodb://<user>:<password>@host/",
        "https://x-access-token:${TOKEN}@github.com/a/b",
        f"{DASHES}BEGIN RSA PRIVATE KEY{DASHES}\\n...\\n{DASHES}END RSA PRIVATE KEY{DASHES}",
    ],
)
@pytest.mark.parametrize("line", ['API_KEY = "{}"', 'password = "{}"', "token: '{}'"])
def test_a_placeholder_is_no_secret(value: str, line: str) -> None:
    assert scan(line.replace("{}", value) + "\n") == []


@pytest.mark.parametrize(
    "line",
    [
        'token_url = "aB3dE5fG7hJ9kL1mN2pQ4r"',
        'password_hash = "aB3dE5fG7hJ9kL1mN2pQ4r"',
        'token = os.environ["aB3dE5fG7hJ9kL1mN2pQ4r"]',
        'commit = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"',
    ],
)
def test_a_random_value_under_another_name_is_left_alone(line: str) -> None:
    assert scan(line + "\n") == []


def test_lock_files_are_not_searched_for_names_but_for_providers_keys() -> None:
    key = PROVIDERS["github"]()
    text = f'token = "{some(ALNUM, 30)}1a2b"\nurl = "{key}"\n'

    assert [s.rule for s in scan(text, "uv.lock", Kind.TEXT)] == ["provider-key"]
