"""Orienter: the published table decides, and says why."""

from cases import journal
from workflows.models import CaseTask
from workflows.routing import apply
from workflows.steps.asked import ask


class ReadFacts:
    """Read the facts, so that the flow can ask whether they suffice."""

    def act(self, task: CaseTask) -> None:
        turn = task.process.turn
        missing = apply.missing_facts(task.case, at=turn.at)
        task.process.data["facts"] = "missing" if missing else "complete"


class Route:
    """Ask the structure that the table names. Twice declined, unanswered, or no row: nobody, and the pilot decides."""

    def act(self, task: CaseTask) -> None:
        process, turn, case = task.process, task.process.turn, task.case
        decision = apply.decide_case(
            case,
            at=turn.at,
            by=turn.by,
            declined=process.data.get("declined", []),
            unanswered=process.answer("answered") == "unanswered",
        )
        process.data["routed_to"] = decision.structure_id
        process.data["contact_rule"] = decision.explanation["contact_rule"]
        process.data["urgent"] = decision.explanation["urgent"]
        process.data["answered"] = None
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
            ask(process, decision.structure, cause=entry)
