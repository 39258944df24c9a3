"""Répondre à la proposition de coordonner: the référent accepts, or declines for a reason and the next one is asked."""

from cases.actions import coordination
from cases.models import Coordination, JournalEntry
from workflows.models import CaseTask
from workflows.steps.coordination import CoordinatorStep, coordination_of
from workflows.steps.proposal import ProposalAnswers, ProposalForm, accept_field, reason_field


class CoordinateForm(ProposalForm):
    accept = accept_field("je coordonne, si la personne est d’accord")
    reason = reason_field(
        Coordination.Decline.choices, then="Un autre référent est alors proposé, ou le pilote décide."
    )


class Coordinate(CoordinatorStep[ProposalAnswers]):
    fact = "coordinator_proposed"
    form_class = CoordinateForm
    help = "Le coordinateur fait le lien entre les structures qui suivent la personne, et lui demande son accord. Un responsable peut décliner pour qui ne répond pas."

    def carry_out(self, task: CaseTask, data: ProposalAnswers) -> JournalEntry:
        turn, proposed = task.process.turn, coordination_of(task.process)
        if data["accept"] == "yes":
            task.process.data["coordinates"] = True
            return coordination.accept(coordination=proposed, by=turn.by, at=turn.at)
        task.process.data["coordinates"] = False
        return coordination.decline(coordination=proposed, reason=data["reason"], by=turn.by, at=turn.at)
