"""Which names are taken for others, and which are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from aigate.domain.package import Ecosystem
from aigate.scanners._dependencies.known import FAMOUS, known_names, normal
from aigate.scanners._dependencies.near import LONGEST, nearest, surely_nearest

PACKS = str(Path(__file__).parents[2] / "policies")
PYPI, NPM = Ecosystem.PYPI, Ecosystem.NPM


def near(name: str, ecosystem: Ecosystem) -> tuple[str, str]:
    known = known_names(PACKS, ecosystem)
    assert known is not None
    plain = normal(name, ecosystem)
    assert plain not in known, "this name is well known"
    found = nearest(plain, known)
    return (found.target, "sure" if found.sure else "guess") if found else ("", "")


# Names that were used in attacks, from public research: OpenSSF's malicious-packages, and the
# data set of ecosyste.ms on typosquatting.
ATTACKS = [
    ("reqeusts", PYPI, "requests", "sure"),
    ("requets", PYPI, "requests", "sure"),
    ("rrequests", PYPI, "requests", "sure"),
    ("reque5ts", PYPI, "requests", "sure"),
    ("r3quests", PYPI, "requests", "sure"),
    ("requestsaa", PYPI, "requests", "guess"),
    ("coloroma", PYPI, "colorama", "sure"),
    ("tensrflow", PYPI, "tensorflow", "sure"),
    ("cryptograohy", PYPI, "cryptography", "sure"),
    ("djangoo", PYPI, "django", "sure"),
    ("urllib", PYPI, "urllib3", "guess"),
    ("beautifulsup4", PYPI, "beautifulsoup4", "sure"),
    ("Maptplotlib", PYPI, "matplotlib", "sure"),
    ("prompt-tool-kit", PYPI, "prompt-toolkit", "sure"),
    ("crossenv", NPM, "cross-env", "sure"),
    ("loadsh", NPM, "lodash", "sure"),
    ("1odash", NPM, "lodash", "sure"),
    ("axois", NPM, "axios", "sure"),
    ("uglify.js", NPM, "uglify-js", "sure"),
    ("comander", NPM, "commander", "sure"),
    ("typescriptjs", NPM, "typescript", "guess"),
    ("babelcl", NPM, "", ""),
]


@pytest.mark.parametrize(("name", "ecosystem", "target", "how"), ATTACKS)
def test_names_that_were_used_in_attacks_are_told(name, ecosystem, target, how):
    assert near(name, ecosystem) == (target, how)


FORGED = {
    "requеsts": (PYPI, "requests"),  # noqa: RUF001 - a Cyrillic letter is what it is about
    "numрy": (PYPI, "numpy"),  # noqa: RUF001 - the same
    "réact": (NPM, "react"),
    "@babell/core": (NPM, "@babel/core"),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_letters_and_scopes_are_told(name):
    ecosystem, target = FORGED[name]
    assert near(name, ecosystem) == (target, "sure")


def test_a_scope_that_is_left_out_is_told():
    assert near("types-node", NPM) == ("@types/node", "sure")


# Packages that exist, are used, and stand near a famous name.
HONEST = [
    ("openai-agents-tracing", PYPI),
    ("my-company-client", PYPI),
    ("pytest-subket", PYPI),
    ("@acme/react", NPM),
    ("left-pad-of-acme", NPM),
    ("@types/acme", NPM),
    ("@babel/plugin-of-acme", NPM),
]


@pytest.mark.parametrize(("name", "ecosystem"), HONEST)
def test_a_name_of_its_own_is_never_sure(name, ecosystem):
    assert near(name, ecosystem)[1] != "sure"


def test_a_name_in_the_scope_of_its_target_is_not_mistaken():
    # Nobody but its holder can publish there.
    assert near("@types/noode", NPM) == ("", "")
    assert near("@babel/corre", NPM) == ("", "")


@pytest.mark.parametrize("name", [one for one, *_ in ATTACKS] + [one for one, _ in HONEST])
@pytest.mark.parametrize("ecosystem", list(Ecosystem))
def test_the_quick_look_says_the_same_of_what_is_sure(name, ecosystem):
    known = known_names(PACKS, ecosystem)
    assert known is not None
    plain = normal(name, ecosystem)
    found = None if plain in known else nearest(plain, known)
    quick = None if plain in known else surely_nearest(plain, known)
    assert quick == (found if found and found.sure else None)


def test_a_plural_and_a_version_are_a_guess():
    assert near("request", PYPI) == ("requests", "guess")
    assert near("huggingface-hubs", PYPI) == ("huggingface-hub", "guess")
    assert near("boto9", PYPI) == ("boto3", "guess")


def test_a_name_without_end_costs_nothing():
    known = known_names(PACKS, PYPI)
    assert known is not None
    assert nearest("a" * (LONGEST + 1), known) is None
    assert nearest("a" * 1_000_000, known) is None


@pytest.mark.parametrize("ecosystem", list(Ecosystem))
def test_the_lists_that_ship_say_where_they_are_from_and_hold_names_only(ecosystem):
    text = Path(PACKS, "data", f"packages_{ecosystem.value}.txt").read_text("ascii")
    lines = text.splitlines()
    head = [line for line in lines if line.startswith("#")]
    names = lines[len(head) :]
    assert any(line.startswith("# origin: https://github.com/") for line in head)
    assert any(line.startswith("# date: 20") for line in head)
    assert len(names) == len(set(names)) > 10 * FAMOUS - 1
    assert all(name == normal(name, ecosystem) or ecosystem is NPM for name in names)
    assert not any(set(name) & set(" ,\"'#\t") for name in names)
