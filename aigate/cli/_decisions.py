"""Holds the decisions of a folder against each commit of a history that is audited."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from aigate import __version__
from aigate.accounts import root_files_of
from aigate.cli._verdict import contradictions, mismatches
from aigate.cli._verdict_folder import Folder, Found
from aigate.domain.accountability import Root
from aigate.engine.audit import Objection
from aigate.errors import AigateError, IntegrityError
from aigate.ledger import registry as registries
from aigate.ledger.attestation import signer_of
from aigate.workspace import sides

# What of `.aigate/` is no part of what decides.
_NO_POLICY = (".aigate/trust/", ".aigate/ledger/")

_Key = tuple[str, str, frozenset[tuple[str, str]]]


class Decisions:
    """Asks of each commit whether a decision about it is there, and whether that is true.

    `tip` is the last commit of the audit: a key that is compromised by then never counted.
    `signers` are the ids of whom one has to have signed, if that is asked for.
    """

    def __init__(
        self, folder: Folder, tip: sides.Tree, *, signers: Sequence[str], policy_file: str
    ) -> None:
        """Remember what to ask."""
        self._folder = folder
        self._signers = signers
        self._policy_file = policy_file
        try:
            self._last: tuple[Root, ...] = registries.read_chain(root_files_of(tip))
        except AigateError:
            # What is wrong with it is found elsewhere.
            self._last = ()
        self._digests: dict[_Key, list[tuple[str, str, str]]] = defaultdict(list)

    def step(self, commit: str, reference: sides.Tree, head: sides.Tree) -> Iterator[Objection]:
        """Look for a decision about exactly this commit and its first parent."""
        named = self._folder.named.get(commit)
        if isinstance(named, AigateError):
            yield _false(commit, f"{commit}.json", [named.message])
            return
        about = [
            one
            for one in self._folder.by_head.get(commit, ())
            if one.verdict.texts["reference"] == reference.side.commit
        ]
        if named and named not in about:
            about.append(named)
        passed = False
        open_points = []
        for one in about:
            wrong = self._wrong(one, reference, head)
            if wrong:
                yield _false(commit, one.file, wrong)
                continue
            self._remember(commit, one, reference)
            unsigned = self._unsigned(one, reference)
            if unsigned:
                code, text = unsigned
                open_points.append(Objection(commit=commit, code=code, subject=one.file, text=text))
            elif not one.verdict.passed:
                text = f"the decision in `{one.file}` is `{one.verdict.texts['decision']}`"
                open_points.append(
                    Objection(commit=commit, code="not-passed", subject=one.file, text=text)
                )
            passed = passed or not (unsigned or not one.verdict.passed)
        if not about:
            pair = f"`{commit}` against `{reference.side.commit or 'nothing'}`"
            text = f"no decision about {pair}"
            yield Objection(commit=commit, code="undecided", subject=commit, text=text)
        elif not passed:
            yield from open_points

    def outcome(self, commit: str) -> Iterator[Objection]:
        """Object to what is wrong with the decisions as a whole.

        What another version of the gate ships cannot be looked up here; but the same version,
        with the same files in the reference, decides by the same policy and the same rules.
        """
        for file, error in self._folder.broken:
            yield Objection(
                commit=commit, code=error.code, subject=file, text=error.message, integrity=True
            )
        for (what, gate, _), seen in self._digests.items():
            common, _ = Counter(digest for _, _, digest in seen).most_common(1)[0]
            for about, file, digest in seen:
                if digest != common:
                    text = (
                        f"`{file}` was decided by other {what} than the other decisions that aigate"
                        f" {gate} made with the same files in the reference"
                    )
                    yield Objection(
                        commit=about,
                        code="verdict-inconsistent",
                        subject=file,
                        text=text,
                        integrity=True,
                    )

    def _wrong(self, one: Found, reference: sides.Tree, head: sides.Tree) -> list[str]:
        found = list(contradictions(one.verdict))
        try:
            found += mismatches(
                one.verdict,
                reference,
                head,
                same_gate=one.verdict.texts["gate"] == __version__,
                policy_file=self._policy_file,
            )
        except AigateError as error:
            found.append(error.message)
        return found

    def _unsigned(self, one: Found, reference: sides.Tree) -> tuple[str, str] | None:
        """Say why nobody who counts has signed a decision, as code and words."""
        roots = registries.read_chain(root_files_of(reference))
        try:
            signer_of(one.verdict.attested, roots, wanted=self._signers, file=one.file)
            # Whoever signs for the pipeline now need not be who signed then.
            signer_of(one.verdict.attested, self._last, file=one.file)
        except IntegrityError as error:
            return error.code, error.message
        return None

    def _remember(self, commit: str, one: Found, reference: sides.Tree) -> None:
        gate = one.verdict.texts["gate"]
        if gate == __version__:
            return
        files = frozenset(
            (entry.path, entry.blob)
            for entry in reference.entries
            if entry.path.startswith(".aigate/") and not entry.path.startswith(_NO_POLICY)
        )
        if not self._policy_file:
            digest = one.verdict.texts["digests.policy"]
            self._digests["policy", gate, files].append((commit, one.file, digest))
        digest = one.verdict.texts["digests.rules"]
        self._digests["rules", gate, files].append((commit, one.file, digest))


def _false(commit: str, file: str, wrong: Sequence[str]) -> Objection:
    return Objection(
        commit=commit,
        code="verdict-mismatch",
        subject=file,
        text=f"`{file}`: {'; '.join(wrong)}",
        integrity=True,
    )
