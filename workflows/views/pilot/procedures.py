"""The map of a procedure: drawn from its code, with what waits, what is late and how long each step takes.

A manager reads his structure, and each number opens its list. A pilot reads all structures, as numbers only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from viewflow.workflow.base import Node

from cases import permissions
from cases.models import Structure
from workflows import diagram
from workflows.diagram import DiagramScale
from workflows.flows import FLOWS, flows_of
from workflows.models import HELD
from workflows.queries.queues import Queue
from workflows.views.parts.pages import Page, StructurePage
from workflows.views.parts.tabs import build_tab
from workflows.views.pilot.procedure_figures import FEW, LAST, StepFigures, figures

SCREEN = DiagramScale(row=56, half=21)
"""A box has a second line, for its figures."""


@dataclass(frozen=True, kw_only=True)
class DrawnStep:
    """Whole units of the drawing, which no language writes differently."""

    node: Any
    y: int
    figures: StepFigures | None
    """None: nobody has anything to do there."""
    url: str
    """The list of what waits; empty when the reader may not open it, or what waits for its turn is in none."""
    elsewhere_url: str
    """The list of what waits for another structure."""

    @property
    def kind(self) -> str:
        return {"HUMAN": "human", "EXCLUSIVE_GATEWAY": "question", "FUNCTION": "automatic"}.get(
            self.node.task_type, "end"
        )


@dataclass(frozen=True, kw_only=True)
class Map:
    steps: list[DrawnStep]
    lines: list[diagram.DrawnArrow]
    height: int
    width: int = diagram.WIDTH
    left: int = diagram.LEFT
    box: int = diagram.BOX
    half: int = SCREEN.half


def draw_map(name: str, found: dict[str, StepFigures], *, structure: Structure | None) -> Map:
    """With links to the lists of a structure; without one, numbers only."""
    flow = FLOWS[name]

    def list_url(node: Node, **queue: str) -> str:
        if structure is None or node.name == HELD:
            return ""
        asked = {"structure": structure.code, **queue, "procedure": name, "etape": node.name}
        return f"{reverse('backlog_list')}?{urlencode(asked)}"

    steps = [
        DrawnStep(
            node=node,
            y=SCREEN.middle(index),
            figures=(of := found.get(node.name)),
            url=list_url(node) if of and of.waiting else "",
            elsewhere_url=list_url(node, file=Queue.WAITING) if of and of.elsewhere else "",
        )
        for index, node in enumerate(diagram.nodes_in_order(flow))
    ]
    return Map(steps=steps, lines=diagram.lay_out_arrows(flow, SCREEN), height=SCREEN.height(flow))


def render_map(request: HttpRequest, name: str, found: dict[str, StepFigures], **more: Any) -> HttpResponse:
    linked = more.pop("linked")
    of = draw_map(name, found, structure=linked)
    context = {
        "title": FLOWS[name].process_title,
        "map": of,
        "rows": [step for step in of.steps if step.figures],
        "waiting": sum(each.waiting for each in found.values()),
        "late": sum(each.late for each in found.values()),
        "elsewhere": sum(each.elsewhere for each in found.values()),
        "few": FEW,
        "last": LAST,
        **more,
    }
    return render(request, "procedures/map.html", context)


def tabs(address: str, current: str, *, flows: Mapping[str, Any] = FLOWS, **asked: str) -> list[dict[str, object]]:
    """From one procedure to another, in the same structure."""
    query = f"?{urlencode(asked)}" if asked else ""
    return [
        build_tab(flow.process_title, reverse(address, args=[name]) + query, current=name == current)
        for name, flow in flows.items()
    ]


class ProcedureOfStructure(StructurePage):
    right = "view_backlog"

    def find_objects(self, **kwargs: object) -> None:
        if kwargs["flow"] not in FLOWS:
            raise Http404

    def get(self, request: HttpRequest, flow: str) -> HttpResponse:
        found = figures(diagram.nodes_in_order(FLOWS[flow]), structures=[self.structure.pk], on=self.today)
        return render_map(
            request,
            flow,
            found,
            linked=self.structure,
            lead=self.structure.name,
            kicker="Encours",
            kicker_url=f"{reverse('backlog')}?structure={self.structure.code}",
            tabs=tabs("procedure", flow, structure=self.structure.code),
            structure_tabs=self.structure_tabs,
        )


class ProcedureOfPilot(Page):
    """All the structures of the territory, or one of them: the procedures of the action that its reader pilots."""

    right_in_territory = "pilot_action"
    held_back = ()

    def get(self, request: HttpRequest, flow: str) -> HttpResponse:
        kinds = permissions.piloted_kinds(self.user, territory=self.territory, at=self.today)
        if flow not in (own := flows_of(kinds)):
            raise Http404
        everywhere = list(Structure.objects.filter(territory=self.territory).order_by("name"))
        asked = request.GET.get("structure", "")
        chosen = next((each for each in everywhere if each.code == asked), None)
        if asked and chosen is None:
            raise Http404
        managed = permissions.rights(self.user, at=self.today).get("view_backlog", frozenset())
        found = figures(
            diagram.nodes_in_order(FLOWS[flow]),
            structures=[each.pk for each in ([chosen] if chosen else everywhere)],
            on=self.today,
        )
        return render_map(
            request,
            flow,
            found,
            linked=chosen if chosen and chosen.pk in managed else None,
            lead=f"{chosen.name if chosen else 'Toutes les structures'}. Des nombres, jamais de noms.",
            kicker="Pilotage",
            kicker_url=reverse("steering"),
            tabs=tabs("procedure_steering", flow, flows=own, **({"structure": chosen.code} if chosen else {})),
            structures=everywhere,
            chosen=chosen,
        )
