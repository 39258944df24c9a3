"""Répondre à la proposition, and Passer le relais: the professional accepts to follow the person, or declines."""

from cases.actions import referents
from cases.models import JournalEntry, Referent
from workflows.models import CaseTask, read_referent
from workflows.steps.place import PlaceStep
from workflows.steps.proposal import ProposalAnswers, ProposalForm, accept_field, reason_field


class RespondForm(ProposalForm):
    accept = accept_field("je deviens le référent de cette personne")
    reason = reason_field(Referent.Decline.choices, then="Le responsable de la structure le lira.")


class Respond(PlaceStep[ProposalAnswers]):
    fact = "referent_proposed"
    form_class = RespondForm
    help = (
        "Accepter ouvre la fiche de la personne et vous demande de l’informer ; décliner rend la main au responsable."
    )

    def carry_out(self, task: CaseTask, data: ProposalAnswers) -> JournalEntry:
        turn, referent = task.process.turn, read_referent(task.process)
        if data["accept"] == "yes":
            task.process.data["answered"] = "accepted"
            return referents.accept(referent=referent, by=turn.by, at=turn.at, cause=turn.cause)
        task.process.data["answered"] = "declined"
        return referents.decline(referent=referent, reason=data["reason"], by=turn.by, at=turn.at)


class TakeOver(Respond):
    """The same question, when a colleague follows the person until the answer."""

    fact = "handover_proposed"
    help = (
        "Tant que vous n’avez pas accepté, votre collègue reste le référent ; ensuite, il garde l’accès quelque temps."
    )
