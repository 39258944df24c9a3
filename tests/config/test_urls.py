"""Nobody sees a page without signing in, unless the page is listed here."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

# The technical administration has its own sign-in.
OPEN = {
    "health",
    "login",
    "password_reset",
    "password_reset_done",
    "password_reset_confirm",
    "password_reset_complete",
    "invitation",
    "answer_by_link",  # its address is signed, for one person and one question
    "calendar_file",  # a calendar program has no session: its address is the secret
    "bounces",  # the service that sends e-mails has no session: its address holds the secret
    "accessibility",
    "privacy",
}


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        elif entry.namespace != "admin":
            yield from patterns(entry)


OURS = list(patterns(get_resolver()))


@pytest.mark.parametrize("pattern", OURS, ids=lambda pattern: str(pattern.name))
def test_a_page_asks_to_sign_in(pattern):
    asks = getattr(pattern.callback, "login_required", True)

    assert asks is (pattern.name not in OPEN)


def test_every_address_has_a_name():
    assert [str(pattern.pattern) for pattern in OURS if not pattern.name] == []
