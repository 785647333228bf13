"""The registry with keys that `ssh-keygen` made, and what its caller sees of it."""

import base64
import copy
import dataclasses
import hashlib
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import jsonschema  # noqa: TID253 - only a module of the product must not load it early
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.domain.accountability import KeyState, PersonKind, Role, Root
from aigate.errors import IntegrityError, UsageError
from aigate.ledger import registry, roots, succession
from aigate.ledger.keys import parse_public_key
from aigate.ledger.sshsig import armored
from aigate.ledger.wire import string

AT = datetime(2026, 6, 1, tzinfo=UTC)
SCHEMA = Path(__file__).parents[2] / "policies" / "schemas" / "root.schema.json"


def _read(files, pin=""):
    return registry.read_registry(files, pin=pin, at=AT)


def test_without_root_files_there_is_no_registry():
    assert _read({}) is None
    assert _read({".aigate/trust/README.md": b"x", "src/1.root.json": b"x"}) is None


def test_c_127_any_version_can_be_pinned_and_vouches_for_the_others(corpus):
    v1 = corpus.first()
    v2 = corpus.following(v1, grace_days=3)
    files = corpus.two(v2)

    assert not _read(files).pinned
    for payload in (v1, v2):
        assert _read(files, corpus.digest(payload)).pinned
        assert _read(files, corpus.digest(payload)).current.grace_days == 3


@pytest.mark.parametrize("pin", ["x", "A" * 64, "0" * 63, "0" * 64 + "\n", "*"])
def test_a_pin_that_is_no_digest_is_a_mistake_of_the_caller(corpus, pin):
    with pytest.raises(UsageError, match="no SHA-256"):
        _read(corpus.one(corpus.first()), pin)


@pytest.mark.parametrize("name", ["ed25519", "p256", "p521", "rsa"])
def test_keys_and_signatures_of_ssh_keygen_count(real_keys, tmp_path, corpus, name):
    key = parse_public_key((real_keys / f"{name}.pub").read_text())
    fields = {"type": key.type, "blob": key.blob, "state": "active"}
    ada = corpus.person("ada", "owner") | {"keys": [fields]}
    payload = roots.canonical(corpus.first(ada, corpus.person("grace", "security")))
    message = tmp_path / "message"
    message.write_bytes(roots.signed_bytes(payload))
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "aigate", "-f", str(real_keys / name)]
    subprocess.run([*command, str(message)], check=True)
    pairs = [
        (key.fingerprint, (tmp_path / "message.sig").read_bytes()),
        (
            corpus.public("grace").fingerprint,
            corpus.signature(roots.signed_bytes(payload), "grace"),
        ),
    ]
    file = roots.write_root_file(roots.RootFile(payload, tuple(pairs)))

    read = _read({registry.root_path(1): file})

    assert read.current.people[0].keys[0] == key


def test_c_125_a_weak_key_is_refused(real_keys, corpus):
    kind, blob, _ = (real_keys / "weak.pub").read_text().split()
    ada = corpus.person("ada", "owner") | {
        "keys": [{"type": kind, "blob": blob, "state": "active"}]
    }

    with pytest.raises(IntegrityError) as caught:
        _read(corpus.one(corpus.first(ada, corpus.person("grace", "security"))))
    assert caught.value.code == "key-weak"


def test_what_is_written_is_read_back(corpus):
    payload = roots.canonical(corpus.first(*corpus.people(corpus.LINUS, corpus.ROBOT)))

    root = roots.read_payload(payload, file="x")

    assert roots.write_payload(root) == payload
    assert root.people[-1].kind is PersonKind.AUTOMATION


def test_the_signatures_of_a_file_do_not_change_its_digest(corpus):
    payload = corpus.first(*corpus.people(corpus.LINUS))
    v2 = corpus.following(payload, grace_days=1)
    base = corpus.one(payload, [*corpus.BOTH, "linus"])
    few = base | {corpus.path(2): corpus.signed(v2, corpus.BOTH)}
    many = base | {corpus.path(2): corpus.signed(v2, [*corpus.BOTH, "linus"])}

    assert _read(few).current.digest == _read(many).current.digest
    # All the same, what is in the reference stays as it is.
    with pytest.raises(IntegrityError) as caught:
        registry.require_succession(few, many)
    assert caught.value.code == "registry-fork"


def test_the_chain_vouches_against_every_changed_byte(corpus):
    payload = corpus.first()
    files = corpus.two(corpus.following(payload, grace_days=3))
    good = _read(files)

    @given(st.sampled_from(sorted(files)), st.integers(0, 10_000), st.integers(1, 255))
    def tried(path, at, flip):
        data = bytearray(files[path])
        data[at % len(data)] ^= flip
        with pytest.raises(IntegrityError):
            _read({**files, path: bytes(data)})

    tried()
    assert _read(files) == good


def test_a_large_registry_of_a_large_organisation_is_read(corpus):
    newcomers = [corpus.person(f"p{number}", "developer") for number in range(300)]
    payload = corpus.first(*corpus.people(*newcomers))
    names = [*corpus.BOTH, *(str(person["id"]) for person in newcomers)]

    assert len(_read(corpus.one(payload, names)).current.people) == 302


def test_a_huge_file_is_refused(corpus):
    file = corpus.one(corpus.first())[corpus.path(1)] + b" " * roots.LARGEST

    with pytest.raises(IntegrityError, match="larger than"):
        _read({corpus.path(1): file})


def test_the_schema_describes_every_payload_that_is_read(corpus):
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    allowed = jsonschema.Draft202012Validator(schema)

    for name, case in corpus.cases().items():
        for path, data in case.head.items():
            if name.endswith("_ok"):
                payload = roots.read_root_file(data, file=path).payload
                assert not list(allowed.iter_errors(json.loads(payload))), name
    assert not allowed.is_valid(corpus.first(threshold=1))
    assert not allowed.is_valid(corpus.first() | {"admins": []})
    assert not allowed.is_valid(corpus.first(*corpus.people(corpus.person("*", "owner"))))


def test_differences_name_all_that_a_version_changes(corpus):
    before = roots.read_payload(roots.canonical(corpus.first()), file="x")
    draft = succession.next_root(before)
    draft = succession.with_roles(draft, "ada", (Role.OWNER, Role.SECURITY), at=AT)
    draft = succession.with_key(draft, "ada", corpus.public("ada-2"))
    old = corpus.public("ada").fingerprint
    draft = succession.with_key_state(draft, old, KeyState.COMPROMISED)
    draft = succession.departed(draft, "grace", at=AT)
    draft = dataclasses.replace(
        draft,
        threshold=3,
        grace_days=1,
        limits=(dataclasses.replace(draft.limits[0], longest=7), *draft.limits[1:]),
        repository_id="github:2",
        repository_names=("example/moved",),
    )

    assert succession.differences(before, draft) == (
        "`ada`: loses the role developer",
        "`ada`: gains the role security",
        "`ada`: developer until 2026-06-01T00:00:00Z",
        f"`ada`: key {old} is compromised from now on",
        f"`ada`: new key {corpus.public('ada-2').fingerprint} (ssh-ed25519)",
        "`grace`: left on 2026-06-01T00:00:00Z",
        "threshold: 2 -> 3",
        "grace days: 30 -> 1",
        "repository id: github:1 -> github:2",
        "repository names: example/project -> example/moved",
        "limit for critical: 30 days, signed-touch -> 7 days, signed-touch",
    )


def test_every_field_of_a_version_shows_among_the_differences():
    shown = {"people", "threshold", "limits", "grace_days", "expires"}
    shown |= {"repository_id", "repository_names"}
    fixed = {"version", "previous", "digest", "ledger_id"}

    assert {field.name for field in dataclasses.fields(Root)} == shown | fixed


def _hardware(corpus, *, touched):
    """Return a hardware key as a payload holds it, and what makes its signatures."""
    secret = corpus.private("hardware")
    plain_blob = corpus.blob("hardware")
    kind, application = b"sk-ssh-ed25519@openssh.com", b"ssh:"
    blob = string(kind) + plain_blob[len(string(b"ssh-ed25519")) :] + string(application)

    def sign(message):
        parts = (b"aigate", b"", b"sha512", hashlib.sha512(message).digest())
        data = hashlib.sha256(b"SSHSIG" + b"".join(map(string, parts))).digest()
        flags = bytes([touched]) + (7).to_bytes(4, "big")
        value = secret.sign(hashlib.sha256(application).digest() + flags + data)
        made = string(kind) + string(value) + flags
        fields = b"".join(map(string, (blob, b"aigate", b"", b"sha512", made)))
        return armored(b"SSHSIG" + (1).to_bytes(4, "big") + fields)

    text = base64.b64encode(blob).decode("ascii")
    return {"type": kind.decode("ascii"), "blob": text, "state": "active"}, sign


@pytest.mark.parametrize("touched", [0, 1])
def test_a_hardware_key_proves_its_possession(corpus, touched):
    fields, sign = _hardware(corpus, touched=touched)
    ada = corpus.person("ada", "owner") | {"keys": [fields]}
    payload = roots.canonical(corpus.first(ada, corpus.person("grace", "security")))
    message = roots.signed_bytes(payload)
    key = parse_public_key(f"{fields['type']} {fields['blob']}")
    grace = corpus.public("grace").fingerprint
    pairs = ((key.fingerprint, sign(message)), (grace, corpus.signature(message, "grace")))
    file = roots.write_root_file(roots.RootFile(payload, pairs))

    assert _read({registry.root_path(1): file}).current.people[0].keys == (key,)


def test_c_112_the_order_of_files_and_of_signatures_does_not_matter(corpus):
    v2 = corpus.following(corpus.first(), grace_days=3)
    files = corpus.two(v2)
    turned = corpus.two(v2, reversed(corpus.BOTH))

    assert _read(dict(reversed(files.items()))) == _read(files) == _read(turned)


def test_c_112_a_signature_given_twice_is_refused(corpus):
    data = json.loads(corpus.one(corpus.first())[corpus.path(1)])
    data["signatures"].append(data["signatures"][-1])

    with pytest.raises(IntegrityError) as caught:
        _read({corpus.path(1): roots.canonical(data)})
    assert caught.value.code == "root-form"


def test_fewer_signatures_never_help(corpus):
    payload = corpus.first(*corpus.people(corpus.LINUS, corpus.ROBOT))
    v2 = corpus.following(payload, grace_days=1)
    base = corpus.one(payload, corpus.ALL)

    def accepted(names):
        try:
            _read(base | {corpus.path(2): corpus.signed(v2, names)})
        except IntegrityError:
            return False
        return True

    @given(st.sets(st.sampled_from(corpus.ALL), min_size=1), st.sampled_from(corpus.ALL))
    def tried(names, other):
        fewer = names - {other}
        assert not fewer or accepted(names) or not accepted(fewer)
        assert accepted(names) == (set(corpus.BOTH) <= names)

    tried()


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(("", "ada", "owner", "human", "0001-01-01T00:00:00Z", "f" * 64)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)


def _places(value, at=()):
    yield at
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from _places(value[key], (*at, key))


def test_any_value_in_any_field_is_read_or_refused(corpus):
    payload = corpus.first(*corpus.people(corpus.LINUS, corpus.ROBOT))

    @given(st.sampled_from(list(_places(payload))), anything)
    def tried(place, value):
        changed = copy.deepcopy(payload)
        inner = changed
        for key in place[:-1]:
            inner = inner[key]
        if place:
            inner[place[-1]] = value
        else:
            changed = value
        data = roots.canonical(changed)
        try:
            read = _read(corpus.one_raw(data, corpus.ALL))
        except IntegrityError as error:
            refused = error
        else:
            refused = None
            assert roots.write_payload(read.current) == data
        assert refused is None or refused.code

    tried()
