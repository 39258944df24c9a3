"""In which territory a person who works in several reads the pages that are of one: he chooses, for his session."""

from collections.abc import Sequence
from datetime import date

from django.http import Http404, HttpRequest

from cases import permissions
from cases.models import User

CHOSEN = "territory"
"""In the session: the code that was chosen."""


def find_territory(request: HttpRequest, user: User, *, on: date, right: str = "") -> str:
    """The one that was chosen, among those in which the reader works (or holds the right); else the first of their codes.
    A page that is of a territory is not found by who works in none."""
    return pick(request, permissions.territories_of(user, at=on, right=right))


def pick(request: HttpRequest, codes: Sequence[str]) -> str:
    if not codes:
        raise Http404
    chosen = request.session.get(CHOSEN, "")
    return chosen if chosen in codes else codes[0]
