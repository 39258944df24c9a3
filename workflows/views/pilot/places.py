"""Pilotage, the référents: who has no coordinator, how long places stay vacant, how fast one answers. Never a name.

It is the home of who pilots the référents: each of his numbers opens its list.
"""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases import permissions
from cases.models import Structure
from workflows.actions.coordination import CHOOSE
from workflows.models import CaseTask
from workflows.views.parts.pages import Page
from workflows.views.pilot import referent_places
from workflows.views.pilot.unsettled_people import UnsettledList

LISTS = {
    "coordinations": ("coordinations", UnsettledList.ALONE),
    "places": ("places", UnsettledList.PLACES),
    "proposals": ("propositions", UnsettledList.REFERENTS),
}
"""Column → where it stands on the page of a structure, and the list of the pilot."""


class ReferentFiguresPage(Page):
    right_in_territory = "pilot_action"
    held_back = ()

    def get(self, request: HttpRequest) -> HttpResponse:
        territory, held = self.territory, permissions.rights(self.user, at=self.today)
        managed = held.get("view_backlog", frozenset()) & held.get("be_referent", frozenset())
        own = Structure.objects.filter(pk__in=managed, territory=territory) if managed else Structure.objects.none()
        desks = permissions.referent_desks(self.user, at=self.today).filter(territory=territory)
        is_pilot = desks.exists()
        read = referent_places.ReferentFigures(own=own, territory=territory, on=self.today, is_plain=is_pilot)
        ages, total = read.uncoordinated_ages
        context = {
            "is_pilot": is_pilot,
            "to_choose": CaseTask.objects.open().filter(node=CHOOSE, structure__in=desks).count() if is_pilot else 0,
            "rows": [(row, _lists_of(row, is_pilot=is_pilot)) for row in read.rows],
            "ages": [words for words, _ in referent_places.AGES],
            "alone": ages,
            "alone_total": total,
            "shown_from": read.shown_from,
        }
        return render(request, "steering/places.html", context)


def _lists_of(row: referent_places.StructurePlaces, *, is_pilot: bool) -> dict[str, str]:
    """By column, the list of which it is the length; none for who may not open them."""
    code = row.structure.code
    if row.is_own:
        own = f"{reverse('referents')}?{urlencode({'structure': code})}"
        return {column: f"{own}#{anchor}" for column, (anchor, _) in LISTS.items()}
    if is_pilot:
        asked = {column: urlencode({"liste": which, "structure": code}) for column, (_, which) in LISTS.items()}
        return {column: f"{reverse('unsettled')}?{query}" for column, query in asked.items()}
    return dict.fromkeys(LISTS, "")
