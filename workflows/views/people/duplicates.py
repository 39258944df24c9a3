"""Records that may be of one person, to be compared two by two; and the merges that were made."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases import permissions
from cases.models import AccessEntry, Beneficiary
from cases.rules.parameters import read_number, read_uuid
from workflows.queries.duplicates import (
    MOST,
    SHARED,
    find_resembling_cards,
    find_suspected_pairs,
    standing_merges,
)
from workflows.views.parts.pages import Page
from workflows.views.parts.tabs import build_tab

SHOWN = 20


class Duplicates(Page):
    shows = AccessEntry.Kind.LIST
    held_back = ()

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        about = self.find_asked_person()
        found = find_suspected_pairs(self.user, at=self.today, about=about)
        pairs = found.pairs
        start = read_number(request.GET.get("apres", ""), most=MOST) or 0
        shown = pairs[start : start + SHOWN]
        context = {
            "pairs": shown,
            "is_cut": found.is_cut,
            "shared_by_many": SHARED if found.leaves_many else None,
            "about": about,
            "resembling": self.find_resembling_cards(about, pairs) if about else [],
            "tabs": tabs(pairs=len(pairs), current="duplicates"),
            "next_url": self.address_of_pairs(after=start + SHOWN) if len(pairs) > start + SHOWN else "",
            "first_url": self.address_of_pairs() if start else "",
        }
        return render(request, "people/duplicates.html", context)

    def address_of_pairs(self, *, after: int = 0) -> str:
        """Of the pairs after so many, of the same person if one was asked about."""
        asked = self.request.GET.copy()
        asked["apres"] = str(after)
        return f"?{asked.urlencode()}"

    def find_asked_person(self) -> Beneficiary | None:
        """The person whose other records one looks for."""
        asked = read_uuid(self.request.GET.get("personne", ""))
        people = permissions.comparable_people(self.user, at=self.today)
        return people.filter(public_id=asked).first() if asked else None

    def find_resembling_cards(self, about: Beneficiary, pairs: list[Any]) -> list[Any]:
        """At the desk, only what matching suspects: nobody browses there."""
        if permissions.pilot_desks(self.user, at=self.today).exists():
            return []
        already = {card.person.pk for pair in pairs for card in (pair.one, pair.other)}
        return find_resembling_cards(self.user, about, but=already, at=self.today)


class Merges(Page):
    shows = AccessEntry.Kind.LIST
    held_back = ()

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        merges = standing_merges(self.user, at=self.today)
        return render(request, "people/merges.html", {"merges": merges, "tabs": tabs(current="merges")})


def tabs(*, current: str, pairs: int | None = None) -> list[dict[str, object]]:
    return [
        build_tab(label, reverse(name), current=name == current, count=count)
        for name, label, count in (("duplicates", "À vérifier", pairs), ("merges", "Fusions faites", None))
    ]
