"""The registry agrees with a small model of it, whatever people try."""

from itertools import permutations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from aigate.errors import IntegrityError
from aigate.ledger.registry import read_chain

PEOPLE = ("ada", "grace", "linus", "mei", "robot")
ROLES = ("developer", "owner", "security")
LEFT = "2026-05-01T00:00:00Z"
LOST = "2026-04-01T00:00:00Z"

changes = st.lists(
    st.one_of(
        st.tuples(st.just("roles"), st.sampled_from(PEOPLE), st.frozensets(st.sampled_from(ROLES))),
        st.tuples(st.just("key"), st.sampled_from(PEOPLE), st.integers(1, 2)),
        st.tuples(
            st.just("state"),
            st.sampled_from(PEOPLE),
            st.sampled_from(("active", "retired", "compromised")),
        ),
        st.tuples(st.just("left"), st.sampled_from(PEOPLE), st.booleans()),
        st.tuples(st.just("threshold"), st.integers(1, 4), st.none()),
        st.tuples(st.just("drop"), st.sampled_from(PEOPLE), st.none()),
    ),
    max_size=3,
)
# Mostly enough signatures, sometimes too few, sometimes a stranger's.
absent = st.frozensets(st.sampled_from(PEOPLE), max_size=2)


def _draft(before, wanted):
    """Return people and threshold after the changes: id -> roles, keys with states, left."""
    people = {who: (roles, dict(keys), left) for who, (roles, keys, left) in before[0].items()}
    threshold = before[1]
    for what, who, value in wanted:
        if what == "threshold":
            threshold = who
            continue
        roles, keys, left = people.get(who, (frozenset(), {f"{who}-0": "active"}, False))
        if what == "drop":
            people.pop(who, None)
            continue
        if what == "roles" and who != "robot":
            roles = value
        elif what == "key":
            keys = {**keys, f"{who}-{value}": keys.get(f"{who}-{value}", "active")}
        elif what == "state":
            keys = {**keys, f"{who}-0": value}
        elif what == "left":
            left = value
        people[who] = (roles, keys, left)
    return people, threshold


def _enough(version, signed):
    people, threshold = version
    there = {
        who: roles
        for who, (roles, keys, left) in people.items()
        if roles & {"owner", "security"}
        and not left
        and any(state == "active" and key in signed for key, state in keys.items())
    }
    seats = any(
        "owner" in there[one] and "security" in there[other]
        for one, other in permutations(there, 2)
    )
    return seats and len(there) >= threshold >= 2


def _accepts(before, after, signed):
    def active(version):
        return {k for _, keys, _ in version[0].values() for k, s in keys.items() if s == "active"}

    enrolled = {key: state for _, keys, _ in before[0].values() for key, state in keys.items()}
    now = {key: state for _, keys, _ in after[0].values() for key, state in keys.items()}
    order = ("active", "retired", "compromised")
    return (
        "ada" in after[0]  # answers for the robot
        and before[0].keys() <= after[0].keys()
        and enrolled.keys() <= now.keys()
        and all(order.index(now[key]) >= order.index(old) for key, old in enrolled.items())
        and all(now[key] == "active" and key in signed for key in now.keys() - enrolled.keys())
        and _enough(after, active(after))
        and signed <= active(before) | active(after)
        and _enough(before, signed & active(before))
        and _enough(after, signed & active(after))
    )


class Registries(RuleBasedStateMachine):
    """Versions are proposed with all sorts of changes and signatures."""

    corpus = None

    def __init__(self):
        super().__init__()
        self.version = (
            {
                "ada": (frozenset({"owner", "developer"}), {"ada-0": "active"}, False),
                "grace": (frozenset({"owner", "security"}), {"grace-0": "active"}, False),
                "linus": (frozenset({"security"}), {"linus-0": "active"}, False),
                "robot": (frozenset(), {"robot-0": "active"}, False),
            },
            2,
        )
        self.had = {}
        self.payload = self._payload(None)
        self.files = {self.corpus.path(1): self._signed({f"{who}-0" for who in self.version[0]})}

    def _payload(self, previous):
        make = self.corpus
        people = []
        for who, (roles, keys, left) in sorted(self.version[0].items()):
            had = self.had.setdefault(who, set())
            had |= roles
            people.append(
                make.person(
                    who,
                    *roles,
                    left=LEFT if left else None,
                    kind="automation" if who == "robot" else "human",
                    answers="ada" if who == "robot" else "",
                    former=dict.fromkeys(had - roles, LOST),
                )
                | {"keys": [make.key_fields(key, state) for key, state in keys.items()]}
            )
        if previous is None:
            return make.first(*people)
        return make.following(previous, people=people, threshold=self.version[1])

    def _signed(self, keys):
        return self.corpus.signed(self.payload, sorted(keys))

    @rule(wanted=changes, missing=absent, stranger=st.sampled_from((False,) * 9 + (True,)))
    def propose(self, wanted, missing, stranger):
        before, payload, had = self.version, self.payload, {k: set(v) for k, v in self.had.items()}
        after = _draft(before, wanted)
        usable = {
            key
            for version in (before, after)
            for who, (_, keys, _) in version[0].items()
            for key, state in keys.items()
            if state == "active" and who not in missing
        }
        signed = usable | ({"stranger"} if stranger else set())
        self.version = after
        self.payload = self._payload(payload)
        place = self.corpus.path(self.payload["version"])
        if not signed:
            self.version, self.payload, self.had = before, payload, had
            return
        files = {**self.files, place: self._signed(signed)}
        try:
            current = read_chain(files)[-1]
            assert {person.id for person in current.people} == after[0].keys()
            accepted = True
        except IntegrityError:
            accepted = False

        assert accepted == _accepts(before, after, signed), (before, after, signed)

        if accepted:
            self.files = files
        else:
            self.version, self.payload, self.had = before, payload, had


def test_the_registry_agrees_with_its_model(corpus):
    Registries.corpus = corpus
    machine = type("Tried", (Registries,), {}).TestCase
    machine.settings = settings(
        max_examples=settings.default.max_examples // 2, stateful_step_count=8
    )
    machine().runTest()
