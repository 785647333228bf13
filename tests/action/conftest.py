"""A GitHub for these tests, made once."""

from tests.remote.github_fake import github, one_github

__all__ = ["github", "one_github"]
