"""In which territory a person who works in several reads the pages that are of one: he chooses, for his session.

A form that writes for a territory says which one (`{% territory_field %}`): of two tabs, each writes where it was read.
"""

from collections.abc import Sequence
from datetime import date

from django.http import Http404, HttpRequest

from cases import permissions
from cases.models import User

CHOSEN = "territory"
"""In the session: the code that was chosen."""
SAID = "territoire"
"""In a form: the code of the territory in which it was read."""


def find_territory(request: HttpRequest, user: User, *, on: date, right: str = "") -> str:
    """The one that was chosen, among those in which the reader works (or holds the right); else the first of their codes.
    What is sent with a right is for the one that its form says. A page that is of a territory is not found by who works in
    none."""
    codes = permissions.territories_of(user, at=on, right=right)
    if not codes:
        raise Http404
    if right and request.method == "POST" and len(codes) > 1:
        return _take_said(request, codes)
    chosen = request.session.get(CHOSEN, "")
    return chosen if chosen in codes else codes[0]


def choose_territory(request: HttpRequest, code: str) -> None:
    """For who has asked for the page of something that is of this one, and may read it."""
    request.session[CHOSEN] = code


def _take_said(request: HttpRequest, codes: Sequence[str]) -> str:
    """It becomes the chosen one, so that the page that follows is of the same territory."""
    said = request.POST.get(SAID, "")
    if said not in codes:
        raise Http404
    choose_territory(request, said)
    return said
