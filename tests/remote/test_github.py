"""What is asked of GitHub, and how it ends when GitHub, or somebody in between, is not well."""

from __future__ import annotations

import gzip
import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from aigate.errors import IncompleteError, UsageError
from aigate.remote.address import address_of
from aigate.remote.github import GitHub
from tests.remote.cut_contract import USED
from tests.remote.github_fake import CONTRACT, REPOSITORY, TOKEN, Reply

HEAD = "a" * 40
LIST = "issues/1/comments"


def talk(github, **options):
    address = address_of(api=github.url, repository=REPOSITORY, token=TOKEN)
    return GitHub(address, **options)


def always(status, body=b'{"message": "no"}', **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _method, _path: Reply(status, body, named)


def once(*replies):
    waiting = list(replies)
    return lambda _method, _path: waiting.pop(0) if waiting else None


def test_a_list_is_read_to_its_end(github):
    github.pull(1, head=HEAD)
    for number in range(250):
        github.comment(1, 7, f"{number}")
    with talk(github) as api:
        found = api.pages(LIST)

    assert [one["body"] for one in found] == [str(number) for number in range(250)]
    assert api.asked == len(github.asked) == 3


def test_a_list_without_an_end_is_no_list(github):
    github.script = always(200, b"[]", Link=f'<{github.url}/x>; rel="next"')
    with talk(github) as api, pytest.raises(IncompleteError) as caught:
        api.pages(LIST)

    assert caught.value.code == "github-answer"
    assert api.asked == 30


def test_what_is_written_is_there(github):
    github.pull(1, head=HEAD)
    with talk(github) as api:
        made = api.post(LIST, {"body": "one"})
        api.patch(f"issues/comments/{made['id']}", {"body": "two"})

    assert [one["body"] for one in github.comments[1]] == ["two"]


FAILURES = {
    "401": (always(401), "github-unauthorised"),
    "403": (always(403), "github-forbidden"),
    "403-primary-limit": (always(403, X_RateLimit_Remaining="0"), "github-rate-limit"),
    "403-secondary-limit": (always(403, Retry_After="3600"), "github-rate-limit"),
    "404": (always(404), "github-not-found"),
    "410": (always(410), "github-gone"),
    "418": (always(418), "github-answer"),
    "422": (always(422), "github-refused"),
    "429": (always(429, Retry_After="3600"), "github-rate-limit"),
    "429-odd": (always(429, Retry_After="Wed, 21 Oct 2099 07:28:00 GMT"), "github-rate-limit"),
    "no-json": (always(200, b"<html>"), "github-answer"),
    "deep-json": (always(200, b"[" * 200_000), "github-answer"),
    "no-list": (always(200, b"{}"), "github-answer"),
    "large": (always(200, b" " * (9 * 1024 * 1024)), "github-answer"),
    "packed": (always(200, gzip.compress(b"[]"), Content_Encoding="gzip"), "github-answer"),
    "broken-off": (always(200, b"[", Content_Length="2", Connection="close"), "github-answer"),
    "redirect-http": (always(302, b"", Location="http://example.com/"), "github-redirect"),
    "redirect-host": (always(301, b"", Location="https://example.com/"), "github-redirect"),
    "redirect-metadata": (
        always(307, b"", Location="http://169.254.169.254/latest"),
        "github-redirect",
    ),
    "redirect-nowhere": (always(302, b""), "github-redirect"),
    "redirect-odd": (always(302, b"", Location="http://[::1"), "github-unreachable"),
    "next-elsewhere": (
        always(200, b"[]", Link='<https://example.com/>; rel="next"'),
        "github-redirect",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_every_failure_has_a_code_and_a_way_out_and_shows_no_token(github, name):
    github.script, code = FAILURES[name]
    with talk(github) as api, pytest.raises(IncompleteError) as caught:
        api.pages(LIST)

    error = caught.value
    assert error.code == code
    assert error.hint
    assert TOKEN not in f"{error.message} {error.hint} {api._address!r}"
    assert "127.0.0.1" not in error.message
    assert len(github.asked) <= 4


UNAVAILABLE = {
    "500": Reply(500),
    "502": Reply(502),
    "503": Reply(503, headers={"Retry-After": "0"}),
    "429": Reply(429, headers={"Retry-After": "0"}),
    "403-secondary-limit": Reply(403, headers={"Retry-After": "0"}),
}


@pytest.mark.parametrize("name", UNAVAILABLE)
def test_what_passes_is_asked_again(github, name):
    github.pull(1, head=HEAD)
    github.script = once(UNAVAILABLE[name])
    with talk(github) as api:
        assert api.pages(LIST) == []

    assert len(github.asked) == 2


def test_a_comment_that_may_have_been_made_is_not_made_again(github):
    github.pull(1, head=HEAD)
    github.script = once(Reply(502))
    with talk(github) as api, pytest.raises(IncompleteError) as caught:
        api.post(LIST, {"body": "one"})

    assert caught.value.code == "github-unavailable"
    assert len(github.asked) == 1


def test_a_comment_that_surely_was_not_made_is_made_later(github):
    github.pull(1, head=HEAD)
    github.script = once(Reply(403, headers={"Retry-After": "0"}))
    with talk(github) as api:
        api.post(LIST, {"body": "one"})

    assert len(github.comments[1]) == 1


def test_a_renamed_repository_is_followed_on_the_same_host_only_where_reading(github):
    github.pull(1, head=HEAD)
    moved = Reply(301, b"", {"Location": f"{github.url}/repos/{REPOSITORY}/{LIST}"})
    github.script = once(moved)
    with talk(github) as api:
        assert api.get(LIST) == []
        github.script = once(moved)
        with pytest.raises(IncompleteError):
            api.post(LIST, {"body": "one"})

    assert github.comments[1] == []


def test_a_server_that_drips_does_not_keep_us(github):
    github.script = lambda _method, _path: time.sleep(0.3) or Reply(200, b"[]")
    with talk(github, seconds=0.1) as api, pytest.raises(IncompleteError) as caught:
        api.pages(LIST)

    assert caught.value.code == "github-timeout"


def test_nobody_there_is_said_without_the_address():
    address = address_of(api="http://127.0.0.1:9", repository=REPOSITORY, token=TOKEN)
    with GitHub(address) as api, pytest.raises(IncompleteError) as caught:
        api.get("pulls/1")

    assert (caught.value.code, "127" in str(caught.value)) == ("github-unreachable", False)


ADDRESSES = {
    "plain": {"api": "http://api.example.com"},
    "token-in-url": {"api": f"https://x:{TOKEN}@api.example.com"},
    "query": {"api": f"https://api.example.com/?t={TOKEN}"},
    "file": {"api": "file:///etc/passwd"},
    "blank": {"api": "https://api.example.com/ x"},
    "empty": {"api": ""},
    "looks-local": {"api": "http://127.0.0.1.example.com"},
    "no-port": {"api": "https://x.test:999999"},
    "repository-path": {"repository": "acme/../../user"},
    "repository-dots": {"repository": "acme/.."},
    "no-token": {"token": ""},
    "token-lines": {"token": f"{TOKEN}\r\nX-Other: 1"},
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_odd_address_is_refused_without_being_shown(name):
    given = {"api": "https://x.test", "repository": REPOSITORY, "token": TOKEN, **ADDRESSES[name]}
    with pytest.raises(UsageError) as caught:
        address_of(**given)

    assert TOKEN not in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.hint


def test_a_file_is_fetched_from_elsewhere_without_the_token(github):
    github.run(5, head=HEAD)
    number = github.artifact(5, b"PK")
    with talk(github) as api:
        assert api.archive(f"actions/artifacts/{number}/zip", largest=10) == b"PK"

    assert [token for path, token in github.tokens if path.startswith("/blob/")] == [None]


FETCHES = {
    "large": (lambda _github: Reply(200, b"x" * 11), "github-answer"),
    "gone": (lambda _github: Reply(410), "github-gone"),
    "turns": (
        lambda github: Reply(302, headers={"Location": f"{github.url}/again"}),
        "github-redirect",
    ),
    "plain": (
        lambda _github: Reply(302, headers={"Location": "http://example.com/x"}),
        "github-redirect",
    ),
    "account": (
        lambda _github: Reply(302, headers={"Location": "https://a:b@example.com/x"}),
        "github-redirect",
    ),
    "file": (
        lambda _github: Reply(302, headers={"Location": "file:///etc/passwd"}),
        "github-redirect",
    ),
}


@pytest.mark.parametrize("name", FETCHES)
def test_a_file_from_elsewhere_is_bounded(github, name):
    reply, code = FETCHES[name]
    github.run(5, head=HEAD)
    number = github.artifact(5, b"PK")
    github.script = lambda _method, path: None if path.endswith("/zip") else reply(github)
    with talk(github) as api, pytest.raises(IncompleteError) as caught:
        api.archive(f"actions/artifacts/{number}/zip", largest=10)

    assert caught.value.code == code


def test_the_contract_is_what_its_script_cuts():
    used = {path: {"parameters"} | set(methods) for path, methods in USED.items()}

    assert CONTRACT["paths"].keys() == used.keys()
    assert all(set(part) <= used[path] for path, part in CONTRACT["paths"].items())


def test_the_fake_keeps_the_contract_or_says_so(github):
    """Else a test that passes would mean nothing."""
    github.pull(1, head=HEAD)
    with talk(github) as api:
        api.post(LIST, {"body": "one"})
        assert github.violations == []
        with pytest.raises(IncompleteError):
            api.post(LIST, {"bod": "one"})
        github.pulls[1]["number"] = "one"
        api.get("pulls/1")

    assert len(github.violations) == 2, json.dumps(github.violations)
    github.violations.clear()


@pytest.mark.parametrize("count", [100, 200, 250])
def test_full_pages_without_a_link_to_the_next_are_not_taken_for_all(github, count):
    def answer(_method, path):
        number = int(parse_qs(urlsplit(path).query).get("page", ["1"])[0])
        return Reply(
            200, json.dumps(list(range(count))[(number - 1) * 100 : number * 100]).encode()
        )

    github.script = answer
    with talk(github) as api:
        assert api.pages(LIST) == list(range(count))
