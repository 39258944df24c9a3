"""Pilotage: what waits for the pilot, how structures answer, and the routing table in force."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases import permissions
from cases.models import Suspension
from workflows.models import HELD
from workflows.queries import steering
from workflows.routing.apply import table_in_force
from workflows.routing.table import Lead, RoutingTable
from workflows.steps.answer import DECLINE_REASONS
from workflows.views.parts.pages import Page

PERIOD = timedelta(days=365)


class Steering(Page):
    right_in_territory = "pilot_action"
    held_back = ()

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.GET.get("action") and self.is_home_of_referents():
            return redirect("places")
        edition, table = table_in_force(on=self.today, territory=self.territory)
        desks = permissions.structures_where(self.user, "pilot_action", at=self.today)
        waiting = steering.count_waiting_steps(desks.filter(territory=self.territory), territory=self.territory)
        context: dict[str, Any] = {
            "to_qualify": steering.count_at_node(waiting, "qualify"),
            "to_arbitrate": steering.count_at_node(waiting, "arbitrate"),
            "stock": steering.count_at_node(waiting, HELD),
            "scorecards": steering.scorecards(
                waiting, territory=self.territory, since=self.today - PERIOD, reasons=dict(DECLINE_REASONS)
            ),
            "suspended": _suspended(table),
            "edition": edition,
            "rows": [(row, _lead_words(row.lead, table), _conditions(row)) for row in table.rows],
        }
        return render(request, "steering/steering.html", context)

    def is_home_of_referents(self) -> bool:
        """Who pilots the référents alone has his own home, that of his action."""
        desks = permissions.structures_where(self.user, "pilot_action", at=self.today).filter(territory=self.territory)
        own = permissions.referent_desks(self.user, at=self.today)
        return not desks.exclude(pk__in=own.values("pk")).exists()


def _suspended(table: RoutingTable) -> list[tuple[str, date, str]]:
    """The structures that take no new case today: until when, and why."""
    reasons = dict(Suspension.Reason.choices)
    return [
        (structure.name, structure.suspended_until, str(reasons.get(structure.suspended_for, "")))
        for structure in table.structures.values()
        if structure.suspended_until
    ]


def _lead_words(lead: Lead | None, table: RoutingTable) -> str:
    """Who takes the case, in words."""
    if lead is None:
        return "le pilote arbitre"
    if lead.structure:
        return table.structures[lead.structure].name
    if lead.kind:
        return "conseil social du bailleur concerné"
    otherwise = f", sinon {table.structures[lead.otherwise].name}" if lead.otherwise else ""
    return f"structure connue par « {table.keys[lead.fact].label} »{otherwise}"


def _conditions(row: Any) -> list[str]:
    said = [str(condition) for condition in row.all]
    if row.any:
        said.append(" ou ".join(str(condition) for condition in row.any))
    return said
