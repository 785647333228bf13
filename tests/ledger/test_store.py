"""Records are written once and whole, found without verification, and never lost in silence."""

from __future__ import annotations

import errno
import hashlib
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aigate.domain.accountability import StatementKind
from aigate.errors import AigateError, IncompleteError, IntegrityError
from aigate.ledger import dsse, sshsig, statements, store


@pytest.fixture(scope="session")
def make_entry(hardware_keys, make_terms, make_saying) -> Callable[..., bytes]:
    def make(number: int = 0, **changed: object) -> bytes:
        saying = make_saying(nonce=f"{number:032x}")
        payload = statements.encode(make_terms(**changed), saying)
        armor = hardware_keys["sk-ed25519"].sign(dsse.pae(payload))
        return dsse.encode(payload, (dsse.Signature("SHA256:hint", armor),))

    return make


def path_for(entry: bytes) -> str:
    payload = dsse.decode(entry, file="r").payload
    return store.path_of(hashlib.sha256(payload).hexdigest())


def ledger(folder: Path) -> dict[str, bytes]:
    """Read a working tree as git would list it."""
    inside = folder / store.FOLDER
    return {f"{store.FOLDER}/{each.name}": each.read_bytes() for each in inside.glob("*")}


def test_what_is_appended_is_read_back(tmp_path, make_entry) -> None:
    entry = make_entry()

    path = store.append(tmp_path, entry)

    assert ledger(tmp_path) == {path: entry}
    assert store.read(ledger(tmp_path))[0].person == "dana"
    assert (tmp_path / path).stat().st_mode & 0o777 == 0o644


def test_writing_the_same_record_again_changes_nothing(tmp_path, make_entry) -> None:
    entry = make_entry()
    path = store.append(tmp_path, entry)
    before = (tmp_path / path).stat()

    assert store.append(tmp_path, entry) == path
    assert (tmp_path / path).stat().st_ino == before.st_ino
    assert len(list((tmp_path / store.FOLDER).iterdir())) == 1


def test_another_record_of_the_same_name_is_never_replaced(tmp_path, make_entry) -> None:
    entry = make_entry()
    there = tmp_path / path_for(entry)
    there.parent.mkdir(parents=True)
    there.write_bytes(b"something else")

    with pytest.raises(IntegrityError) as caught:
        store.append(tmp_path, entry)

    assert caught.value.code == "ledger-exists"
    assert there.read_bytes() == b"something else"
    assert list(there.parent.iterdir()) == [there]


def test_what_would_not_be_read_is_not_written(tmp_path, make_entry) -> None:
    envelope = dsse.decode(make_entry(), file="r")
    bad = dsse.encode(envelope.payload + b"\n", envelope.signatures)

    with pytest.raises(IntegrityError):
        store.append(tmp_path, bad)

    assert not (tmp_path / ".aigate").exists()


@pytest.mark.parametrize("link", [".aigate", ".aigate/ledger"])
def test_links_in_the_working_tree_are_not_followed(link, tmp_path, make_entry) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    outside.mkdir()
    (inside / link).parent.mkdir(parents=True)
    (inside / link).symlink_to(outside)

    with pytest.raises(IncompleteError) as caught:
        store.append(inside, make_entry())

    assert caught.value.code == "ledger-write"
    assert list(outside.iterdir()) == []


def test_a_folder_that_cannot_be_written_says_so(tmp_path, make_entry) -> None:
    (tmp_path / ".aigate").write_text("a file")

    with pytest.raises(IncompleteError, match="cannot be written"):
        store.append(tmp_path, make_entry())


# C-110 to C-112, C-123


def test_c_110_an_edited_record_is_named(make_entry) -> None:
    entry = make_entry()
    path = path_for(entry)
    start = entry.index(b"SHA256:hint")
    hint = range(start, start + len(b"SHA256:hint"))
    for at in (*range(0, len(entry), 97), start + len("SHA256:")):
        edited = entry[:at] + bytes([entry[at] ^ 1]) + entry[at + 1 :]

        if at in hint:
            # Nothing relies on the hint, but git sees that it is another.
            store.read({path: edited})
        else:
            with pytest.raises(IntegrityError, match=path):
                store.read({path: edited})
        with pytest.raises(IntegrityError, match=path) as caught:
            store.require_append_only({path: entry}, {path: edited})
        assert caught.value.code == "ledger-changed"


def test_c_111_a_record_that_is_gone_is_named() -> None:
    reference = {store.path_of(f"{number:064x}"): str(number) for number in range(20)}
    head = dict(list(reference.items())[:10])

    with pytest.raises(IntegrityError, match="and 7 more") as caught:
        store.require_append_only(reference, head)

    assert caught.value.code == "ledger-removed"
    store.require_append_only(head, reference)
    store.require_append_only({}, {})


def test_c_131_a_merge_holds_what_both_sides_have() -> None:
    ours, theirs = {"a": 1, "b": 2}, {"a": 1, "c": 3}

    store.require_union((ours, theirs), ours | theirs)
    for merged in (ours, theirs, {"b": 2, "c": 3}, {"a": 1, "b": 2, "c": 4}):
        with pytest.raises(IntegrityError):
            store.require_union((ours, theirs), merged)


def test_c_112_order_plays_no_part_and_a_wrong_name_does(make_entry) -> None:
    entries = {path_for(each): each for each in map(make_entry, range(5))}

    assert store.read(dict(reversed(entries.items()))) == store.read(entries)
    with pytest.raises(IntegrityError) as caught:
        store.read(entries | {store.path_of("0" * 64): make_entry()})
    assert caught.value.code == "ledger-name"


@pytest.mark.parametrize(
    "name",
    ["README.md", "x.json", "A" * 64 + ".json", "0" * 64, "sub/" + "0" * 64 + ".json",
     "0" * 64 + ".json\n", "\u202e.json"],
)  # fmt: skip
def test_nothing_but_records_is_in_the_ledger(name) -> None:
    with pytest.raises(IntegrityError) as caught:
        store.read({f"{store.FOLDER}/{name}": b""})

    assert caught.value.code == "ledger-name"
    assert caught.value.message.isascii()


def test_left_overs_of_a_crash_are_passed_over() -> None:
    assert store.read({f"{store.FOLDER}/.{'0' * 64}.json.12.tmp": b"half"}) == ()


# C-135


def test_c_135_a_flood_is_refused_before_it_is_read() -> None:
    many = {store.path_of(f"{number:064x}"): 2000 for number in range(10_000)}

    with pytest.raises(IntegrityError) as caught:
        store.require_bounded(many)
    assert caught.value.code == "ledger-flooded"
    store.require_bounded(many, known=many)
    with pytest.raises(IntegrityError) as caught:
        store.require_bounded({store.path_of("0" * 64): 50_000_000}, known=())
    assert caught.value.code == "ledger-large"
    big = {store.path_of(f"{number:064x}"): 15_000_000 for number in range(5)}
    with pytest.raises(IntegrityError) as caught:
        store.require_bounded(big)
    assert caught.value.code == "ledger-flooded"


JUNK = {
    "C-135-50-megabytes": (b'{"payload":"' + b"A" * 50_000_000 + b'"}', "json-large"),
    "C-135-nesting": (b"[" * 10**6, "json-deep"),
    "C-135-nesting-after-payload": (b'{"payload":"YQ==","x":' + b"[" * 10**6, "json-deep"),
    "C-135-keys": (
        b"{" + b",".join(b'"%d":1' % n for n in range(10**6)) + b"}\n",
        "envelope-fields",
    ),
    "C-135-empty": (b"", "json-syntax"),
    "C-135-zeros": (bytes(10**6), "json-syntax"),
}


@pytest.mark.parametrize(("data", "code"), JUNK.values(), ids=JUNK)
def test_junk_is_refused_within_bounds(data, code) -> None:
    began = time.perf_counter()

    store.index({store.path_of("0" * 64): data})
    with pytest.raises(IntegrityError) as caught:
        store.read({store.path_of("0" * 64): data})

    assert caught.value.code == code
    assert time.perf_counter() - began < 5


# Finding records


def test_records_are_found_by_finding_and_by_what_they_end(make_entry, make_terms) -> None:
    terms = make_terms()
    accepted = make_entry(1)
    ended = make_entry(
        2, kind=StatementKind.WITHDRAW, bindings=(), supersedes=(terms.digest,), expires_at=None
    )
    entries = {path_for(each): each for each in (accepted, ended)}

    found = store.index(entries)

    assert found.by_fingerprint == {terms.bindings[0].fingerprint: (path_for(accepted),)}
    assert found.by_terms == {terms.digest: (path_for(ended),)}


def test_words_in_a_reason_find_nothing(make_entry) -> None:
    reason = '"fingerprint":"' + "f" * 32 + '" "supersedes":["' + "e" * 64 + '"],"parents":["x"]'

    entry = make_entry(reason=reason)
    found = store.index({path_for(entry): entry})

    assert "f" * 32 not in found.by_fingerprint
    assert found.by_terms == {}


def test_junk_beside_a_withdrawal_does_not_hide_it(make_entry, make_terms) -> None:
    ended = make_entry(kind=StatementKind.WITHDRAW, supersedes=(make_terms().digest,))
    junk = {store.path_of(f"{n:064x}"): data for n, (data, _) in enumerate(JUNK.values())}
    entries = junk | {path_for(ended): ended}

    assert store.index(entries).by_terms == {make_terms().digest: (path_for(ended),)}


def test_heads_are_what_nobody_saw_yet(hardware_keys, make_terms, make_saying, make_entry) -> None:
    first = make_entry(1)
    digest = Path(path_for(first)).stem
    payload = statements.encode(make_terms(), make_saying(parents=(digest,)))
    armor = hardware_keys["sk-ed25519"].sign(dsse.pae(payload))
    second = dsse.encode(payload, (dsse.Signature("", armor),))
    third = make_entry(3)

    heads = store.heads({path_for(each): each for each in (first, second, third)})

    assert heads == tuple(sorted(Path(path_for(each)).stem for each in (second, third)))


# C-132, C-133

WRITER = """
import base64, sys
from pathlib import Path
from aigate.ledger import store
for line in sys.stdin:
    store.append(Path(sys.argv[1]), base64.b64decode(line))
"""


@pytest.mark.slow
def test_c_132_eight_writers_at_once_lose_nothing(tmp_path, make_entry) -> None:
    import base64  # noqa: PLC0415 - only here

    entries = [make_entry(number) for number in range(400)]
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdin=subprocess.PIPE)
        for _ in range(8)
    ]
    for number, writer in enumerate(writers):
        lines = b"".join(base64.b64encode(e) + b"\n" for e in entries[number::8])
        writer.stdin.write(lines)
        writer.stdin.close()

    assert [writer.wait() for writer in writers] == [0] * 8
    assert len(store.read(ledger(tmp_path))) == 400
    assert len(list((tmp_path / store.FOLDER).iterdir())) == 400


def in_child(work: Callable[[], None]) -> int:
    """Run in a process of its own and return how it ended."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except AigateError:
            status = 3
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


@pytest.mark.slow
def test_c_133_killed_at_any_step_the_old_state_or_the_new_one_is_there(
    tmp_path, make_entry
) -> None:
    old, new = make_entry(1), make_entry(2)
    states = set()
    for steps in range(1, 200):
        folder = tmp_path / str(steps)
        folder.mkdir()
        store.append(folder, old)

        def killed(folder: Path = folder, steps: int = steps) -> None:
            left = steps

            def trace(frame, event, _):
                nonlocal left
                if frame.f_code.co_filename != store.__file__:
                    return None
                if event == "line":
                    left -= 1
                    if left == 0:
                        os.kill(os.getpid(), signal.SIGKILL)
                return trace

            sys.settrace(trace)
            store.append(folder, new)
            sys.settrace(None)

        ended = in_child(killed)
        there = ledger(folder)
        visible = {path: there[path] for path in store.records(there)}
        assert visible in ({path_for(old): old}, {path_for(old): old, path_for(new): new})
        assert len(store.read(there)) == len(visible)
        states.add(len(visible))
        # The next one who signs is not disturbed by what lies there.
        store.append(folder, new)
        assert len(store.read(ledger(folder))) == 2
        if not ended:
            break
    else:
        pytest.fail("never ran to its end")
    assert states == {1, 2}


@pytest.mark.slow
def test_c_133_a_limit_on_file_sizes_leaves_the_old_state(tmp_path, make_entry) -> None:
    old, new = make_entry(1), make_entry(2)
    for limit in (0, 1, 512, len(new) - 1, len(new)):
        folder = tmp_path / str(limit)
        folder.mkdir()
        store.append(folder, old)

        def limited(folder: Path = folder, limit: int = limit) -> None:
            sys.dont_write_bytecode = True  # half of a module's cache would stay
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            store.append(folder, new)

        ended = os.waitstatus_to_exitcode(in_child(limited))

        assert ended == (0 if limit == len(new) else 3)
        assert len(store.read(ledger(folder))) == (2 if ended == 0 else 1)
        assert not list((folder / store.FOLDER).glob(".*"))


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK])
def test_c_133_without_hard_links_nothing_is_written_and_the_error_says_why(
    tmp_path, make_entry, monkeypatch, code
) -> None:
    def refused(source, target, **_) -> None:
        raise OSError(code, os.strerror(code), source, None, target)

    monkeypatch.setattr(os, "link", refused)
    with pytest.raises(IncompleteError, match="no hard links") as caught:
        store.append(tmp_path, make_entry(1))

    assert (caught.value.code, "another file system" in caught.value.hint) == ("ledger-write", True)
    assert list((tmp_path / store.FOLDER).iterdir()) == []


# Speed


@pytest.mark.slow
def test_c_134_finding_records_is_quick_and_verifying_linear(make_entry) -> None:
    sample = [make_entry(number) for number in range(200)]
    many = {
        store.path_of(f"{number:064x}"): sample[number % len(sample)] for number in range(100_000)
    }
    entries = {path_for(each): each for each in sample}

    began = time.perf_counter()
    found = store.index(many)
    indexed = time.perf_counter() - began
    began = time.perf_counter()
    store.read(entries)
    each = (time.perf_counter() - began) / len(entries)

    assert len(next(iter(found.by_fingerprint.values()))) == 100_000
    print(f"index of 100,000: {indexed:.2f} s; verification of one: {each * 1000:.2f} ms")  # noqa: T201 - asked for by -s
    # Far less than verifying them all.
    assert indexed * 10 < each * 100_000
    assert sshsig.LARGEST < dsse.LARGEST
