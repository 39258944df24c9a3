"""Pilotage, the référents: who has no coordinator, how long places stay vacant, how fast one answers. Never a name."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases import permissions
from cases.models import Structure
from workflows.views.parts.pages import Page
from workflows.views.pilot import referent_places


class ReferentFiguresPage(Page):
    right_in_territory = "pilot_action"
    held_back = ()

    def get(self, request: HttpRequest) -> HttpResponse:
        territory, held = self.territory, permissions.rights(self.user, at=self.today)
        managed = held.get("view_backlog", frozenset()) & held.get("be_referent", frozenset())
        own = Structure.objects.filter(pk__in=managed, territory=territory) if managed else Structure.objects.none()
        read = referent_places.ReferentFigures(own=own, territory=territory, on=self.today)
        ages, total = read.uncoordinated_ages
        context = {
            "rows": [(row, _list_of(row)) for row in read.rows],
            "ages": [words for words, _ in referent_places.AGES],
            "alone": ages,
            "alone_total": total,
            "shown_from": read.shown_from,
        }
        return render(request, "steering/places.html", context)


def _list_of(row: referent_places.StructurePlaces) -> str:
    return f"{reverse('referents')}?structure={row.structure.code}" if row.is_own else ""
