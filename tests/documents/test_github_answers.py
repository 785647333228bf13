"""What a code host answers is read, or refused, and never believed to be there."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.documents import github_answers as answers
from aigate.documents import testimony as file_of
from aigate.documents.github_event import group_of, pull_of, run_of
from aigate.domain import platform
from aigate.errors import AigateError, IncompleteError, UsageError
from tests.remote.github_fake import FakeGitHub

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "user",
                    "number",
                    "head",
                    "base",
                    "sha",
                    "repo",
                    "body",
                    "state",
                    "type",
                    "created_at",
                    "updated_at",
                    "commit_id",
                    "submitted_at",
                    "parents",
                    "pull_request",
                    "merge_group",
                    "head_sha",
                    "head_ref",
                    "workflow_run",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(VALUES)
def test_any_json_is_read_or_refused(value):
    text = json.dumps(value).encode()
    readers = [
        lambda: answers.read_pull(value),
        lambda: answers.read_account(value),
        lambda: answers.read_comments([value]),
        lambda: answers.read_reviews([value]),
        lambda: answers.read_commit_parents(value),
        lambda: pull_of(text),
        lambda: group_of(text),
        lambda: run_of(text),
        lambda: file_of.read_testimony(text, file="reviews.json"),
    ]
    for read in readers:
        with contextlib.suppress(AigateError):
            read()


def test_what_is_asked_is_what_the_file_says():
    fake = FakeGitHub()
    try:
        pull = answers.read_pull(fake.pull(1, head="a" * 40))
        fake.review(1, 7, "a" * 40)
        fake.reviews[1][0]["user"] = None
        fake.comment(1, 9, "x \u202e 漢", kind="Bot", updated_at="2026-11-02T00:00:00Z")
        said = platform.Testimony(
            platform="github",
            asked_at=datetime(2026, 11, 22, tzinfo=UTC),
            head=pull.head,
            openers=(pull.opener,),
            reviews=answers.read_reviews(fake.reviews[1]),
            comments=answers.read_comments(fake.comments[1]),
        )
    finally:
        fake.close()
    again = file_of.read_testimony(file_of.testimony_text(said).encode(), file="reviews.json")

    assert again == said
    assert (again.comments[0].edited, again.comments[0].by.is_human) == (True, False)
    assert (again.reviews[0].by.id, again.reviews[0].by.is_human) == (0, False)


def test_a_review_that_is_not_finished_is_none_and_one_without_a_commit_is_of_none():
    listed = [
        {"id": 1, "user": None, "state": "PENDING"},
        {"id": 2, "user": None, "state": "approved", "submitted_at": "2026-11-01T00:00:00Z"},
    ]
    (one,) = answers.read_reviews(listed)

    assert (one.state, one.commit) == ("APPROVED", "")


@pytest.mark.parametrize("time", ["", "2026-11-01", "2026-11-01T00:00:00+02:00", 5, None])
def test_a_time_of_another_form_is_refused(time):
    with pytest.raises(IncompleteError):
        answers.read_comments([{"id": 1, "created_at": time, "updated_at": time}])


@pytest.mark.parametrize(
    "change",
    [{"edited": None}, {"edited": "no"}, {"through_app": 0}],
    ids=["edited-missing", "edited-text", "app-number"],
)
def test_what_is_not_plainly_said_counts_for_the_worse(change):
    comment = platform.Comment(id=1, by=platform.Account(id=2, is_human=True), text="x")
    said = platform.Testimony(
        platform="github", asked_at=datetime(2026, 11, 22, tzinfo=UTC), comments=(comment,)
    )
    value = json.loads(file_of.testimony_text(said))
    value["comments"][0] |= change
    again = file_of.read_testimony(json.dumps(value).encode(), file="reviews.json")

    assert again.comments[0].edited or again.comments[0].through_app


def test_a_file_that_is_too_large_is_refused():
    with pytest.raises(UsageError):
        file_of.read_testimony(b" " * (file_of.LARGEST + 1), file="reviews.json")
