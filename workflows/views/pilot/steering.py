"""Pilotage: what waits for the pilot, how structures answer, and the routing table in force."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases import permissions
from cases.models import CaseKind, Suspension
from workflows.flows import flows_of
from workflows.models import HELD
from workflows.queries import steering
from workflows.queries.cause_alerts import find_unsent_alerts
from workflows.routing.apply import table_in_force
from workflows.routing.table import Lead, RoutingTable
from workflows.steps.answer import DECLINE_REASONS
from workflows.views.parts.pages import Page

PERIOD = timedelta(days=365)


class Steering(Page):
    right_in_territory = "pilot_action"
    held_back = ()

    def get(self, request: HttpRequest) -> HttpResponse:
        kinds = permissions.piloted_kinds(self.user, territory=self.territory, at=self.today)
        if not request.GET.get("action") and kinds == {CaseKind.COORDINATION}:
            return redirect("places")
        edition, table = table_in_force(on=self.today, territory=self.territory)
        desks = permissions.structures_where(self.user, "pilot_action", at=self.today)
        waiting = steering.count_waiting_steps(
            desks.filter(territory=self.territory), territory=self.territory, kinds=kinds
        )
        pilots_overpayments = CaseKind.OVERPAYMENT in kinds
        context: dict[str, Any] = {
            "to_qualify": steering.count_at_node(waiting, "qualify"),
            "to_arbitrate": steering.count_at_node(waiting, "arbitrate"),
            "stock": steering.count_at_node(waiting, HELD),
            "scorecards": steering.scorecards(
                waiting,
                territory=self.territory,
                kinds=kinds,
                since=self.today - PERIOD,
                reasons=dict(DECLINE_REASONS),
            ),
            "flow": next(iter(flows_of(kinds)), ""),
            "pilots_arrears": CaseKind.ARREARS in kinds,
            "pilots_overpayments": pilots_overpayments,
            "alerts": find_unsent_alerts(territory=self.territory, since=self.today - PERIOD, on=self.today)
            if pilots_overpayments
            else [],
            "suspended": _suspended(table),
            "edition": edition,
            "rows": [(row, _lead_words(row.lead, table), _conditions(row)) for row in table.rows],
        }
        return render(request, "steering/steering.html", context)


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
