"""Pilotage, the backlogs: what waits in each structure, and what is stuck. A structure of one’s own opens its lists."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases import permissions
from workflows.flows import flows_of
from workflows.views.parts.pages import Page
from workflows.views.pilot import backlog_figures


class Backlogs(Page):
    right_in_territory = "pilot_action"
    held_back = ()

    def get(self, request: HttpRequest) -> HttpResponse:
        kinds = permissions.piloted_kinds(self.user, territory=self.territory, at=self.today)
        lines = backlog_figures.by_structure(territory=self.territory, kinds=kinds, on=self.today)
        held = permissions.rights(self.user, at=self.today)
        managed = held.get("view_backlog", frozenset())
        context = {
            "flow": next(iter(flows_of(kinds)), ""),
            "queues": backlog_figures.SHOWN,
            "rows": [
                (
                    line,
                    f"{reverse('backlog')}?structure={line.structure.code}" if line.structure.pk in managed else "",
                    list(zip(backlog_figures.SHOWN, line.counts, strict=True)),
                )
                for line in lines
            ],
            "totals": backlog_figures.totals(lines) if lines else [],
        }
        return render(request, "steering/backlogs.html", context)
