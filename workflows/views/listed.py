"""The list that a form is about: read from what is posted, through the door of that list or a 404."""

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from cases.models import Structure
from workflows.lists import LISTINGS, listing
from workflows.lists.base import Listing
from workflows.views.base import Page
from workflows.views.cases import typed_search


class ListedPage(Page):
    """Its address names the list; the filters are posted as the list’s own address has them."""

    def find(self, code: str, request: HttpRequest) -> Listing:
        if code not in LISTINGS:
            raise Http404
        kind = LISTINGS[code]
        asked = {name: request.POST.get(name, "") for name in kind.filters}
        structure = None
        if kind.of_structure:
            structure = Structure.objects.filter(code=asked.pop("structure")).first()
        if text := typed_search(request, request.POST.get("recherche", "")):
            asked["texte"] = text
        found = listing(code, user=self.user, asked=asked, today=self.today, structure=structure)
        if not found.is_allowed:
            raise Http404
        return found

    def back_to(self, found: Listing, **more: str) -> str:
        """The list as it was; a search by its number, never by what was typed."""
        asked = {name: value for name, value in found.asked.items() if name != "texte"} | more
        if found.of_structure and found.structure:
            asked = {"structure": found.structure.code, **asked}
        if number := self.request.POST.get("recherche", ""):
            asked["recherche"] = number
        return f"{reverse(found.address)}?{urlencode(asked)}" if asked else reverse(found.address)
