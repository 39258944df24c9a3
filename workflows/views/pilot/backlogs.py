"""Pilotage, the backlogs: what waits in each structure, and what is stuck. A structure of one’s own opens its lists."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases import permissions
from workflows.queries import backlogs
from workflows.views.parts.pages import Page


class Backlogs(Page):
    def get(self, request: HttpRequest) -> HttpResponse:
        held = permissions.rights(self.user, at=self.today)
        if not held.get("pilot_action"):
            raise Http404
        lines = backlogs.by_structure(on=self.today)
        managed = held.get("view_backlog", frozenset())
        context = {
            "queues": backlogs.SHOWN,
            "rows": [
                (
                    line,
                    f"{reverse('backlog')}?structure={line.structure.code}" if line.structure.pk in managed else "",
                    list(zip(backlogs.SHOWN, line.counts, strict=True)),
                )
                for line in lines
            ],
            "totals": backlogs.totals(lines) if lines else [],
        }
        return render(request, "steering/backlogs.html", context)
