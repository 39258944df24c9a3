"""Pilotage, the référents: who has no coordinator, how long places stay vacant, how fast one answers. Never a name.

It is the home of who pilots the référents: each of his numbers opens its list.
"""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases.models import Structure
from workflows.actions.coordination import CHOOSE
from workflows.models import CaseTask
from workflows.views.pilot import referent_places
from workflows.views.pilot.unsettled import ReferentPilotPage
from workflows.views.pilot.unsettled_people import UnsettledList

LISTS = {
    "coordinations": ("coordinations", UnsettledList.ALONE),
    "places": ("places", UnsettledList.PLACES),
    "proposals": ("propositions", UnsettledList.REFERENTS),
}
"""Column → where it stands on the page of a structure, and the list of the pilot."""


class ReferentFiguresPage(ReferentPilotPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        managed = self.held.get("view_backlog", frozenset()) & self.held.get("be_referent", frozenset())
        own = Structure.objects.filter(pk__in=managed, territory=self.territory)
        read = referent_places.ReferentFigures(own=own if managed else [], territory=self.territory, on=self.today)
        ages, total = read.uncoordinated_ages
        context = {
            "to_choose": CaseTask.objects.open().filter(node=CHOOSE, structure__in=self.desks).count(),
            "rows": [(row, _lists_of(row)) for row in read.rows],
            "ages": [words for words, _ in referent_places.AGES],
            "alone": ages,
            "alone_total": total,
        }
        return render(request, "steering/places.html", context)


def _lists_of(row: referent_places.StructurePlaces) -> dict[str, str]:
    """By column, the list of which it is the length: that of a structure that he manages, else his own."""
    code = row.structure.code
    if row.is_own:
        own = f"{reverse('referents')}?{urlencode({'structure': code})}"
        return {column: f"{own}#{anchor}" for column, (anchor, _) in LISTS.items()}
    asked = {column: urlencode({"liste": which, "structure": code}) for column, (_, which) in LISTS.items()}
    return {column: f"{reverse('unsettled')}?{query}" for column, query in asked.items()}
