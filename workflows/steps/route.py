"""Orienter: the published table decides, and says why."""

from django.utils.timezone import localdate

from cases import journal
from cases.models import Structure, StructureKind
from workflows.models import CaseProcess, CaseTask
from workflows.routing import apply
from workflows.steps.asked_structures import ask_structure
from workflows.steps.desk import is_held


class ReadFacts:
    """Read the facts, so that the flow can ask whether they suffice."""

    def carry_out(self, task: CaseTask) -> None:
        process = task.process
        process.routing_read = apply.read_with_table_in_force(task.case, on=localdate(process.turn.at))
        _, routed = process.routing_read
        process.data["facts"] = "missing" if routed.decide_routing().missing else "complete"


class Route:
    """Ask the structure that the table names. Twice declined, unanswered, or no row: nobody, and the pilot decides."""

    def fallback_structure_id(self, process: CaseProcess) -> int | None:
        """Who has the case when the table names nobody; the pilot when this names nobody either."""
        return None

    def carry_out(self, task: CaseTask) -> None:
        process, turn, case = task.process, task.process.turn, task.case
        read, process.routing_read = process.routing_read, None
        decision = apply.decide_case(
            case,
            at=turn.at,
            by=turn.by,
            declined=process.data.get("declined", []),
            unanswered=process.answer("answered") == "unanswered",
            read=read,
        )
        process.data["routed_to"] = decision.structure_id or self.fallback_structure_id(process)
        process.data["contact_rule"] = decision.explanation["contact_rule"]
        process.data["urgent"] = decision.explanation["urgent"]
        process.data["answered"] = process.data["arbitrated"] = None
        entry = journal.record(
            "step.routed",
            at=turn.at,
            case=case,
            by=turn.by,
            structure=decision.structure,
            cause=turn.cause,
            decision=decision.pk,
            rule=decision.rule_code,
        )
        if decision.structure:
            ask_structure(process, decision.structure, cause=entry)


class RouteOverpayment(Route):
    """Where nobody pilots action 13, nobody would arbitrate: who opened the case keeps it."""

    def fallback_structure_id(self, process: CaseProcess) -> int | None:
        desk = Structure.objects.filter(
            kind=StructureKind.CITY, territory=process.case.territory, is_active=True
        ).first()
        if desk and is_held(desk, on=localdate(process.turn.at)):
            return None
        return process.case.responsible_structure_id
