"""Says what to do next about a finding, for whom, in words and as a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aigate.domain.finding import Action, Decision

if TYPE_CHECKING:
    from aigate.engine.acceptance import Outcome

_SHORT = 12

# What each reason code means for the people who have to move now.
_WORDS = {
    "surplus-copy": "another copy of this was accepted, and this one was not",
    "match-changed": "the code that was accepted has changed",
    "context-changed": "what was accepted stands in other surroundings now",
    "scope-changed": "what was accepted stands in another function now",
    "rule-changed": "the rule means something else than when this was accepted",
    "severity-changed": "this is worse than what was accepted",
    "expired": "the acceptance has expired",
    "lasts-too-long": "the acceptance lasts longer than its severity allows",
    "entry-unknown": ("since when the acceptance is here cannot be told: fetch the whole history"),
    "ownerless": "nobody answers for the acceptance any more",
    "withdrawn": "the acceptance was withdrawn",
    "assurance-too-low": "the signatures are weaker than the severity asks for",
    "trust-root-not-pinned": (
        "the trust root is not pinned from outside, so signatures count for little:"
        " pass `--trust-root SHA256`"
    ),
    "one-person-in-both-seats": "one person has signed for both seats; another one has to",
    "security-signed-own-change": "the security signer is an author of this change",
    "registry-outdated": "it was signed under another version of the registry",
    "signer-unknown": "a signer is not in the registry, or with another key",
    "key-compromised": "a key that signed is compromised",
    "signer-is-automation": "automation has signed, which never counts",
    "role-missing": "a signer does not have the role",
    "signer-has-left": "a signer has left",
    "no-registry": "there was no registry yet",
    "ledger-other": "what was signed belongs to another ledger",
    "repository-other": "what was signed belongs to another repository",
    "branch-other": "what was signed belongs to another branch",
    "reviews-not-read": (
        "the reviews on the code host could not be read, so none of them counts: give the job"
        " the permission `pull-requests: read`"
    ),
    "reviews-too-old": "what was read of the reviews is too old: run the job again",
    "reviews-of-other-commit": "the reviews on the code host are not about exactly what is judged",
    "reviewer-unknown": "an account that is in nobody's entry of the registry accepted it",
    "reviewer-is-automation": "automation accepted it, which never counts",
    "reviewer-is-author": "an author of the change accepted it in a review",
    "comment-edited": "a comment that accepts it was edited, or is hidden: write it again",
    "approval-missing": "who accepts it in a comment has to approve the pull request as well",
    "approval-dismissed": "the approval of somebody who accepted it was dismissed",
    "approval-for-other-branch": (
        "the change was meant for another branch when somebody who accepted it approved it:"
        " approve again"
    ),
    "approval-of-other-commit": "somebody who accepted it has approved another commit: approve again",
}
# Codes of what reviews could do and did not.
_REVIEWS = frozenset(
    {
        "no-reviews",
        "reviewer-unknown",
        "reviewer-is-author",
        "comment-edited",
        "approval-missing",
        "approval-dismissed",
        "approval-for-other-branch",
        "approval-of-other-commit",
    }
)

# The same where a whole baseline was signed, and not this finding by itself.
_IN_BASELINE = {
    "surplus-copy": "the baseline covers other copies of this, and this one is more than it counts",
    "match-changed": "the baseline covers this as it was, and the code has changed since",
    "context-changed": (
        "the baseline covers this as it was, and the definition around it was edited since"
    ),
    "scope-changed": "the baseline covers this in another function",
    "rule-changed": "the rule means something else than when the baseline was signed",
    "severity-changed": "this is worse than when the baseline was signed",
    "expired": "the baseline has expired",
    "lasts-too-long": "the baseline lasts longer than this severity allows",
    "entry-unknown": "since when the baseline is here cannot be told: fetch the whole history",
    "ownerless": "nobody answers for the baseline any more",
    "withdrawn": "the baseline was withdrawn",
}
# What ends a baseline as a whole, so that a new one is the way out.
_ENDS_BASELINE = frozenset({"expired", "ownerless", "withdrawn"})


def words_of(code: str) -> str:
    """Return what a reason code means, in words; the code itself if there are none."""
    return _WORDS.get(code, code)


def next_step(action: Action, outcome: Outcome, fingerprint: str, *, has_registry: bool) -> str:
    """Return what would stop a finding from blocking; empty if it does not block."""
    name = fingerprint[:_SHORT]
    if action is Action.FORBID:
        return "fix it; this cannot be accepted"
    if action is not Action.JOINT or outcome.decision is Decision.ACCEPTED:
        return ""
    if not has_registry:
        return "fix it; accepting it needs a registry of people, see `aigate trust init`"
    accept = f"`aigate accept {name} --as developer --until DATE --reason TEXT`"
    from aigate.domain.accountability import StatementKind  # noqa: PLC0415 - where there is a finding

    in_baseline = outcome.kind is StatementKind.BASELINE
    words = _WORDS | _IN_BASELINE if in_baseline else _WORDS
    said = "; ".join(words[code] for code in outcome.codes if code in words)
    if "waits-for-security" in outcome.codes:
        step = f"the developer has signed; waits for security: `aigate cosign {name} --as security`"
    elif "waits-for-developer" in outcome.codes:
        step = f"security has signed; waits for a developer: `aigate cosign {name} --as developer`"
    elif in_baseline and _ENDS_BASELINE.intersection(outcome.codes):
        step = "fix it, or sign again: `aigate baseline --as developer --until DATE --reason TEXT`"
    elif said:
        step = f"fix it, or look at it again: {accept}"
    else:
        step = f"fix it, or have it accepted by two people: {accept}"
    if _REVIEWS.intersection(outcome.codes):
        step += (
            "; or two reviewers, a developer and a security person, approve this commit, and each"
            f" comments `/aigate accept {fingerprint} until DATE because REASON`, the same line"
        )
    return f"{said}; {step}" if said else step
