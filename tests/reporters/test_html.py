"""A page that needs nothing, runs nothing, and shows what the repository wrote as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from aigate.domain.extension import View
from aigate.reporters import html

OURS = {
    "article",
    "body",
    "code",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "footer",
    "h1",
    "h2",
    "h3",
    "head",
    "header",
    "html",
    "meta",
    "p",
    "pre",
    "section",
    "span",
    "style",
    "summary",
    "table",
    "td",
    "th",
    "title",
    "tr",
}


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []
        self.attributes = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs


def parsed(report):
    page = Tags()
    page.feed(html.REPORTER.render(report, View()))
    return page


def test_c_079_nothing_of_the_repository_becomes_an_element(hostile_report, hostile):
    page = parsed(hostile_report(hostile))

    assert set(page.tags) <= OURS
    assert {name for name, _ in page.attributes} <= {
        "charset",
        "class",
        "content",
        "http-equiv",
        "id",
        "lang",
        "name",
    }
    assert page.tags.count("article") == parsed(hostile_report("x")).tags.count("article")


def test_nothing_is_fetched(make):
    page = html.REPORTER.render(make.sample, View())

    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href|url)\s*[=(]|@import", page)


def test_the_verdict_comes_first(make):
    page = html.REPORTER.render(make.sample, View())
    shown = re.sub(r"<[^>]*>", "", page.partition("<body>")[2])

    assert shown.split()[:2] == ["Verdict:", "incomplete"]
