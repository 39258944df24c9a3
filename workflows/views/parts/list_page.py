"""The list that a page or a form is about: its filters as its own address has them, through its door or a 404."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.http import urlencode

from cases.models import Structure
from workflows.lists import LISTINGS, build_listing
from workflows.lists.base import Listing
from workflows.views.parts.pages import Page

SEARCHES = "searches"
"""Where the session keeps what was typed to search cases."""
SEARCHES_KEPT = 20


class ListedPage(Page):
    def find_listing(self, code: str, asked: Mapping[str, str]) -> Listing:
        """With what was typed to search, by its number, when that list is searched."""
        if code not in LISTINGS:
            raise Http404
        kind = LISTINGS[code]
        filters = {name: asked.get(name, "") for name in kind.filters}
        structure = None
        if kind.of_structure:
            structure = Structure.objects.filter(code=filters.pop("structure")).first()
        filters["texte"] = typed_search(self.request, asked.get("recherche", ""))
        found = build_listing(code, user=self.user, asked=filters, today=self.today, structure=structure)
        if not found.is_allowed:
            raise Http404
        return found


def address_of(found: Listing, **more: str) -> str:
    """The list with its filters; never with what was typed."""
    asked = {name: value for name, value in found.asked.items() if name != "texte"}
    if found.of_structure and found.structure:
        asked = {"structure": found.structure.code, **asked}
    asked |= {name: value for name, value in more.items() if value}
    return f"{reverse(found.address)}?{urlencode(asked)}" if asked else reverse(found.address)


def typed_search(request: HttpRequest, number: str) -> str:
    """What was typed under that number; nothing once the session has forgotten it."""
    return str(request.session.get(SEARCHES, {}).get(number, ""))


def keep_search(request: HttpRequest, text: str) -> str:
    """Keep a search in the session, the last ones only; returns the number for the address."""
    number = get_random_string(8)
    kept = list(request.session.get(SEARCHES, {}).items())[-SEARCHES_KEPT + 1 :]
    request.session[SEARCHES] = dict([*kept, (number, text)])
    return number
