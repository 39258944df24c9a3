"""Vérifier la notification: what the letter lacks of what the law asks of it, before anything is answered to it."""

from typing import Any

from django import forms

from cases.actions import notices
from cases.models import JournalEntry, OverpaymentNotice
from workflows.models import CaseTask
from workflows.steps.base import Step, StepForm

LACKS = {
    "payments": "nature et date de chaque versement",
    "amount": "montant réclamé, ligne par ligne",
    "reason": "motif du trop-perçu",
    "rectification": "comment demander une rectification sous 20 jours",
    "withholding": "que des retenues peuvent suivre",
    "schedule": "la possibilité d’un échéancier",
    "observations": "le droit de présenter des observations et d’être assisté",
}
"""What a valid notification says (CSS R133-9-2, I; CRPA L211-8)."""


class CheckNoticeForm(StepForm):
    routes_stated = forms.ChoiceField(
        label="Le courrier indique-t-il les voies et délais de recours ?",
        choices=OverpaymentNotice.Routes.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Relire le courrier, souvent au verso : oui, en partie, ou non."},
    )
    lacks = forms.MultipleChoiceField(
        label="Mentions absentes du courrier",
        choices=list(LACKS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        notice = last_notice(self.task)
        self.fields["routes_stated"].initial = notice.routes_stated
        self.fields["lacks"].initial = notice.lacks


def last_notice(task: CaseTask) -> OverpaymentNotice:
    found: OverpaymentNotice = task.case.overpayment_notices.latest("pk")
    return found


class CheckNotice(Step):
    fact = "notice_check_asked"
    form_class = CheckNoticeForm
    help = (
        "Une mention absente est un argument. Elle ne donne jamais plus de temps à coup sûr : les délais affichés restent"
        " ceux qu’il faut tenir."
    )

    def act(self, task: CaseTask, data: dict[str, Any]) -> JournalEntry:
        turn = task.process.turn
        return notices.check_notice(
            notice=last_notice(task),
            routes_stated=data["routes_stated"],
            lacks=data["lacks"],
            structure=task.structure,
            by=turn.by,
            at=turn.at,
        )
