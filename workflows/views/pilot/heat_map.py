"""Pilotage, structures and steps: where the cases of a procedure wait, and where they are late.

Of a structure of one’s own, each number opens its list; of another, the steps of its procedure: numbers, never names.
"""

from itertools import pairwise
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from viewflow.workflow.base import Node

from cases import permissions
from cases.models import Structure
from workflows import diagram
from workflows.flows import FLOWS, flows_of
from workflows.views.parts.pages import Page
from workflows.views.pilot.heat_map_figures import HEATS, draw_heat_map
from workflows.views.pilot.procedures import tabs


class HeatMapPage(Page):
    right_in_territory = "pilot_action"
    held_back = ()

    def get(self, request: HttpRequest, flow: str) -> HttpResponse:
        kinds = permissions.piloted_kinds(self.user, territory=self.territory, at=self.today)
        if flow not in (own := flows_of(kinds)):
            raise Http404
        drawn = draw_heat_map(
            diagram.nodes_in_order(FLOWS[flow]), territory=self.territory, kinds=kinds, on=self.today
        )
        managed = permissions.rights(self.user, at=self.today).get("view_backlog", frozenset())
        context = {
            "title": FLOWS[flow].process_title,
            "tabs": tabs("heat_map", flow, flows=own),
            "steps": drawn.steps,
            "rows": [
                {
                    "row": row,
                    "cells": [
                        (step, cell, _address(flow, row.structure, step, opens=row.structure.pk in managed))
                        for step, cell in zip(drawn.steps, row.cells, strict=True)
                    ],
                }
                for row in drawn.rows
            ],
            "totals": list(zip([*(step.task_title for step in drawn.steps), "Ensemble"], drawn.totals, strict=True)),
            "shades": _shades(),
        }
        return render(request, "steering/heat_map.html", context)


def _address(flow: str, structure: Structure, step: Node, *, opens: bool) -> str:
    if opens:
        asked = {"structure": structure.code, "procedure": flow, "etape": step.name}
        return f"{reverse('backlog_list')}?{urlencode(asked)}"
    steps = reverse("procedure_steering", args=[flow])
    return f"{steps}?{urlencode({'structure': structure.code})}#etape-{step.name}"


def _shades() -> list[str]:
    """What each shade says, the lightest first."""
    between = [f"de {low + 1} à {high} %" for low, high in pairwise(HEATS)]
    return ["aucune en retard", f"jusqu’à {HEATS[0]} %", *between, f"plus de {HEATS[-1]} %"]
