"""Times a scan against the size of the ledger, and the verification of all of it.

    python benchmarks/ledger.py scan [--sizes 10,1000,100000] [--rounds 7] [--folder DIR]
    python benchmarks/ledger.py verify [--sizes 1000,10000,100000] [--rounds 3]
    python benchmarks/ledger.py signatures [--rounds 7]

The repositories are real, with real signatures by Ed25519 keys of two people, and some of them
are checked with `ssh-keygen` first. In each of them the same change brings five findings that
ten records accept; all others are about something else. `--folder` keeps them for the next
time. Within a round each case runs once, so that the ratios are paired. Prints Markdown.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from aigate.domain.accountability import (
    Binding,
    Key,
    Person,
    PersonKind,
    Role,
    Root,
    StatementKind,
    Terms,
)
from aigate.domain.severity import Severity
from aigate.ledger import dsse, registry, roots, sshsig, statements, store, succession
from aigate.ledger.keys import parse_public_key
from aigate.ledger.wire import string

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
CODE = "import jwt\n\n" + "\n\n".join(
    f'def user_{n}(token{n}):\n    return jwt.decode(token{n}, options={{"verify_signature": False}})\n'
    for n in range(5)
)
COMMITS = 10
PEOPLE = (("dana", Role.DEVELOPER), ("sam", Role.SECURITY))


@dataclass(frozen=True)
class Signer:
    """Somebody with a key, who signs as `ssh-keygen` would."""

    person: str
    role: Role
    private: Ed25519PrivateKey

    @property
    def blob(self) -> bytes:
        """The public key as SSH writes it."""
        return string(b"ssh-ed25519") + string(self.private.public_key().public_bytes_raw())

    @property
    def line(self) -> str:
        """The line of a `.pub` file."""
        return f"ssh-ed25519 {base64.b64encode(self.blob).decode()}"

    @property
    def key(self) -> Key:
        """The key as the registry has it."""
        return parse_public_key(self.line)

    def sign(self, message: bytes) -> bytes:
        """Sign as `ssh-keygen -Y sign` does."""
        fields = (b"aigate", b"", b"sha512")
        inner = b"SSHSIG" + b"".join(map(string, (*fields, hashlib.sha512(message).digest())))
        signature = string(b"ssh-ed25519") + string(self.private.sign(inner))
        blob = b"".join(map(string, (self.blob, *fields, signature)))
        return sshsig.armored(b"SSHSIG" + (1).to_bytes(4, "big") + blob)

    def record(self, payload: bytes, keyid: str) -> tuple[str, bytes]:
        """Return the path and the bytes of a record."""
        signature = dsse.Signature(keyid, self.sign(dsse.pae(payload)))
        path = store.path_of(hashlib.sha256(payload).hexdigest())
        return path, dsse.encode(payload, (signature,))


SIGNERS = tuple(
    Signer(name, role, Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest()))
    for name, role in PEOPLE
)


def founded() -> tuple[Root, bytes]:
    """Return a trust root of two people, and its file."""
    people = tuple(
        Person(
            id=one.person,
            name=one.person,
            kind=PersonKind.HUMAN,
            roles=tuple(sorted((Role.OWNER, one.role))),
            keys=(one.key,),
        )
        for one in SIGNERS
    )
    root = succession.first_root(people, ledger_id="b" * 32, at=NOW)
    root = replace(root, expires=datetime(2090, 1, 1, tzinfo=UTC))
    payload = roots.write_payload(root)
    message = roots.signed_bytes(payload)
    signatures = tuple((one.key.fingerprint, one.sign(message)) for one in SIGNERS)
    found = roots.RootFile(payload, signatures)
    return replace(root, digest=found.digest), roots.write_root_file(found)


def terms_of(binding: Binding, root: Root) -> Terms:
    return statements.with_raw(
        Terms(
            kind=StatementKind.ACCEPT,
            ledger_id=root.ledger_id,
            repository_id="",
            branch="main",
            bindings=(binding,),
            reason_code="accepted-risk",
            reason="the gateway in front of it has checked the token already",
            control="",
            developer="dana",
            security="sam",
            expires_at=datetime.now(UTC).replace(microsecond=0) + timedelta(days=20),
            policy_digest="4" * 64,
            registry_version=1,
            registry_digest=root.digest,
        )
    )


def payload_of(terms: Terms, signer: Signer) -> bytes:
    saying = statements.Saying(
        as_role=signer.role, person=signer.person, parents=(), nonce="0" * 32, claimed_at=NOW
    )
    return statements.encode(terms, saying)


def others(count: int, root: Root) -> Iterator[tuple[str, bytes]]:
    """Yield records about findings that nobody has, from one pattern: encoding takes longer."""
    binding = Binding(
        fingerprint="f" * 32, rule="r", rule_digest="1" * 64, severity=Severity.HIGH,
        path="service/session/handlers.py", match="2" * 64, context="3" * 64, scope="login",
    )  # fmt: skip
    patterns = []
    for signer in SIGNERS:
        payload = payload_of(terms_of(binding, root), signer)
        body = json.loads(payload)
        subject = body["subject"][0]["digest"]["sha256"].encode()
        findings = dsse.canonical(body["predicate"]["terms"]["findings"])
        patterns.append((signer, signer.key.fingerprint, payload, subject, findings))
    for number in range(count):
        signer, keyid, payload, subject, findings = patterns[number % 2]
        name = hashlib.sha256(b"%d" % (number // 2)).hexdigest()[:32].encode()
        said = hashlib.sha256(findings.replace(b"f" * 32, name)).hexdigest().encode()
        yield signer.record(payload.replace(b"f" * 32, name).replace(subject, said), keyid)


class Repository:
    """A repository with a ledger: branches with one change of its code each."""

    def __init__(self, folder: Path) -> None:
        """Look at a folder, which may still be empty."""
        self.folder = folder
        self.git_dir = folder / "repo.git"
        self.home = folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)

    @property
    def pin(self) -> str:
        """The digest of the trust root."""
        return (self.folder / "pin").read_text()

    def environment(self) -> dict[str, str]:
        """Return the environment of every program: nobody's settings."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def git(self, *arguments: str, feed: bytes = b"") -> bytes:
        """Run git, and return what it printed."""
        command = ["git", f"--git-dir={self.git_dir}", *arguments]
        return subprocess.run(
            command, input=feed, capture_output=True, check=True, env=self.environment()
        ).stdout

    def scan(self, base: str, head: str, *options: str) -> tuple[dict, float, float]:
        """Return the report, the seconds, and the processor seconds of one scan."""
        command = [sys.executable, "-m", "aigate", "-C", str(self.git_dir), "scan", "-q"]
        # The name of another branch than `main` would ask for acceptances that are for that one.
        commit = self.git("rev-parse", base).decode().strip()
        command += ["--format", "json", "--base", commit, "--head", head]
        command += ["--trust-root", self.pin, *options]
        done, seconds, processor, _ = timed(command, self.environment())
        if not done.stdout:
            raise SystemExit(f"{self.folder}: {done.stderr.decode()}")
        return json.loads(done.stdout), seconds, processor

    def build(self, count: int) -> None:
        """Make commits and branches with so many records on `main`."""
        root, file = founded()
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(self.git_dir)], check=True)
        (self.folder / "pin").write_text(root.digest)
        out = _Import(self)
        out.commit("main", {registry.root_path(1): file, "app.py": b'"""Users."""\n'})
        out.commit("change", {"app.py": CODE.encode()}, parent="main")
        out.done()
        report, *_ = self.scan("main", "change")
        matching = [
            signer.record(
                payload_of(terms_of(binding_of(one), root), signer), signer.key.fingerprint
            )
            for one in report["findings"]
            if one["blocking"]
            for signer in SIGNERS
        ]
        assert len(matching) == 10, f"{len(matching)} records would match"
        rest = others(count - len(matching) + 2, root)
        more = [next(rest) for _ in range(2)]
        blobs = dict(self.keep([*_both(matching, rest), *more]))
        ledger = list(blobs)
        each = -(-count // COMMITS)
        steps = [*range(each, count, each), count, count + 2]
        trees = [self.tree({path: blobs[path] for path in ledger[:step]}) for step in steps]
        out = _Import(self)
        for tree in trees[:-1]:
            out.commit("main", {}, parent="main", ledger=tree)
        out.commit("later", {}, parent="main", ledger=trees[-1])
        for name, parent in (("change", "main"), ("change-later", "later")):
            out.commit(name, {"app.py": CODE.encode()}, parent=parent)
        out.commit("signing", {}, parent="change", ledger=trees[-1])
        out.done()
        # As a clone has it, and as every server repacks it.
        self.git("repack", "-q", "-a", "-d")
        self.check(matching)

    def keep(self, records: list[tuple[str, bytes]]) -> Iterator[tuple[str, str]]:
        """Write records as blobs; yield each path with the id of its blob."""
        out = _Import(self)
        for path, data in records:
            out.write(b"blob\ndata %d\n%s\n" % (len(data), data))
            digest = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False)
            yield path, digest.hexdigest()
        out.done()

    def tree(self, blobs: dict[str, str]) -> str:
        """Write the tree of the ledger's folder, and return its id."""
        lines = [f"100644 blob {b}\t{p.rpartition('/')[2]}\n" for p, b in blobs.items()]
        return self.git("mktree", feed="".join(lines).encode()).decode().strip()

    def check(self, records: list[tuple[str, bytes]]) -> None:
        """Have `ssh-keygen` judge some of what was signed here."""
        with tempfile.TemporaryDirectory() as folder:
            allowed = Path(folder, "allowed")
            allowed.write_text("".join(f"signer {one.line}\n" for one in SIGNERS))
            for path, data in records[:4]:
                envelope = dsse.decode(data, file=path)
                if not ssh_keygen(envelope.signed, envelope.signatures[0].armor, allowed):
                    raise SystemExit("ssh-keygen does not accept these signatures")


def ssh_keygen(message: bytes, armor: bytes, allowed: Path) -> bool:
    """Tell whether `ssh-keygen` accepts a signature."""
    file = allowed.with_name("signature")
    file.write_bytes(armor)
    command = ["ssh-keygen", "-q", "-Y", "verify", "-f", str(allowed), "-I", "signer"]
    command += ["-n", "aigate", "-s", str(file)]
    return subprocess.run(command, input=message, capture_output=True, check=False).returncode == 0


def _both(
    first: list[tuple[str, bytes]], rest: Iterator[tuple[str, bytes]]
) -> Iterator[tuple[str, bytes]]:
    # Half of what matches comes early, the other half late.
    yield from first[:5]
    yield from rest
    yield from first[5:]


class _Import:
    """Writes commits through `git fast-import`."""

    def __init__(self, repository: Repository) -> None:
        """Start git."""
        command = ["git", f"--git-dir={repository.git_dir}", "fast-import", "--quiet", "--force"]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE)
        self._at = int(NOW.timestamp())
        self._here: set[str] = set()

    def write(self, data: bytes) -> None:
        """Send a part of the stream."""
        assert self._child.stdin
        self._child.stdin.write(data)

    def commit(
        self, branch: str, files: dict[str, bytes], *, parent: str = "", ledger: str = ""
    ) -> None:
        """Add a commit to a branch, on top of another branch."""
        self._at += 60
        out = [b"commit refs/heads/%s\n" % branch.encode()]
        out.append(b"committer Lee <lee@example.org> %d +0000\ndata 1\nx\n" % self._at)
        if parent and parent in self._here:
            out.append(b"from refs/heads/%s\n" % parent.encode() if parent != branch else b"")
        elif parent:
            out.append(b"from refs/heads/%s^0\n" % parent.encode())
        self._here.add(branch)
        for path, data in files.items():
            out.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
        if ledger:
            # Files by themselves would take minutes: each is looked for from the first one on.
            out.append(b"M 040000 %s %s\n" % (ledger.encode(), store.FOLDER.encode()))
        self.write(b"".join(out))

    def done(self) -> None:
        """Wait for the end."""
        self._child.communicate()
        if self._child.returncode:
            raise SystemExit("git fast-import failed")


def binding_of(finding: dict) -> Binding:
    names = ("fingerprint", "rule", "rule_digest", "path", "match", "context", "scope")
    severity = next(one for one in Severity if one.word == finding["severity"])
    return Binding(**{name: finding[name] for name in names}, severity=severity)


def timed(
    command: list[str], environment: dict[str, str]
) -> tuple[subprocess.CompletedProcess[bytes], float, float, int]:
    """Run a command; return it with its seconds, processor seconds and largest size in bytes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, check=False, env=environment)
    seconds = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done, seconds, used, after.ru_maxrss * 1024


def repositories(folder: Path, sizes: list[int]) -> dict[int, Repository]:
    made = {}
    for size in sizes:
        place = folder / str(size)
        made[size] = Repository(place)
        if not (place / "whole").exists():
            shutil.rmtree(place)
            made[size] = Repository(place)
            started = time.monotonic()
            made[size].build(size)
            (place / "whole").touch()
            print(f"built {size:,} records in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return made


CASES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "no index kept": ("main", "change", ("--no-cache",)),
    "index there": ("main", "change", ()),
    "two records were merged since": ("later", "change-later", ()),
    "the change brings two records": ("main", "signing", ()),
}


def scans(folder: Path, sizes: list[int], rounds: int) -> None:
    """Time the same scan on ledgers of several sizes."""
    made = repositories(folder, sizes)
    seconds: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for each in made.values():
        shutil.rmtree(each.home)
        each.home.mkdir()
        each.scan("main", "change")
        shutil.copytree(each.home, each.folder / "warm", dirs_exist_ok=True)
    for _ in range(rounds):
        for name, (base, head, options) in CASES.items():
            for size, each in made.items():
                shutil.rmtree(each.home)
                shutil.copytree(each.folder / "warm", each.home)
                report, wall, processor = each.scan(base, head, *options)
                accepted = sum(one["decision"] == "accepted" for one in report["findings"])
                assert accepted == 5, f"{accepted} of 5 findings are accepted"
                seconds.setdefault((name, size), []).append((wall, processor))
    print("| case | records | seconds | range | processor seconds | ratio |")
    print("|---|---|---|---|---|---|")
    for (name, size), taken in seconds.items():
        least = seconds[name, sizes[0]]
        ratio = statistics.median(a / b for (a, _), (b, _) in zip(taken, least, strict=True))
        wall = sorted(w for w, _ in taken)
        processor = statistics.median(p for _, p in taken)
        print(
            f"| {name} | {size:,} | {statistics.median(wall):.2f} | {wall[0]:.2f} to {wall[-1]:.2f}"
            f" | {processor:.2f} | {ratio:.2f} |"
        )


def verifications(sizes: list[int], rounds: int) -> None:
    """Time the verification of whole ledgers, name, form and signature of each record."""
    root, _ = founded()
    made = list(others(max(sizes), root))
    print("| records | processor seconds | range | microseconds for each |")
    print("|---|---|---|---|")
    for size in sizes:
        taken = []
        for _ in range(rounds):
            started = time.process_time()
            for path, data in made[:size]:
                store.read_one(path, data)
            taken.append(time.process_time() - started)
        middle = statistics.median(taken)
        spread = f"{min(taken):.2f} to {max(taken):.2f}"
        print(f"| {size:,} | {middle:.2f} | {spread} | {middle / size * 1e6:.0f} |")


KEYS = (("ed25519", ""), ("ecdsa", "256"), ("ecdsa", "384"), ("ecdsa", "521"), ("rsa", "3072"))
CALLS = 200


def signatures(rounds: int) -> None:
    """Time one signature in process against one call of `ssh-keygen -Y verify`, in pairs."""
    message = dsse.pae(b"x" * 1500)
    print("| key | in process, µs | `ssh-keygen`, µs | ratio | range |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        allowed = Path(folder, "allowed")
        for kind, bits in KEYS:
            file = Path(folder, kind + bits)
            size = ["-b", bits] if bits else []
            command = ["ssh-keygen", "-q", "-t", kind, *size, "-N", "", "-f", str(file)]
            subprocess.run(command, check=True)
            command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "aigate", "-f", str(file)]
            armor = subprocess.run(command, input=message, capture_output=True, check=True).stdout
            allowed.write_text(f"signer {file.with_suffix('.pub').read_text()}")
            sshsig.verify(message, armor)
            pairs = []
            for _ in range(rounds):
                started = time.process_time()
                for _ in range(CALLS):
                    sshsig.verify(message, armor)
                ours = (time.process_time() - started) / CALLS
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                for _ in range(CALLS // 10):
                    if not ssh_keygen(message, armor, allowed):
                        raise SystemExit("ssh-keygen does not accept its own signature")
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                pairs.append((ours, used / (CALLS // 10)))
            ratios = sorted(theirs / ours for ours, theirs in pairs)
            ours, theirs = (statistics.median(one) * 1e6 for one in zip(*pairs, strict=True))
            print(
                f"| {kind} {bits} | {ours:.0f} | {theirs:.0f} | {statistics.median(ratios):.1f}"
                f" | {ratios[0]:.1f} to {ratios[-1]:.1f} |"
            )


def main() -> None:
    """Build, time, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["scan", "verify", "signatures"])
    parser.add_argument("--sizes", default="")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    usual = {"scan": "10,1000,100000", "verify": "1000,10000,100000"}
    sizes = [int(one) for one in (given.sizes or usual.get(given.what, "1")).split(",")]
    if given.what == "signatures":
        signatures(given.rounds)
    elif given.what == "verify":
        verifications(sizes, given.rounds)
    else:
        with tempfile.TemporaryDirectory() as folder:
            scans(given.folder or Path(folder), sizes, given.rounds)


if __name__ == "__main__":
    main()
