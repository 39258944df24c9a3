"""Vérifier la notification: what the letter lacks of what the law asks of it, before anything is answered to it."""

from typing import TypedDict

from django import forms

from cases.actions import notices
from cases.actions.remedies import overpayments_in_force
from cases.models import JournalEntry, OverpaymentNotice
from cases.rules.overpayments import Check
from workflows.models import CaseTask
from workflows.steps.base import Step, StepForm, choice_field


class NoticeCheckForm(forms.Form):
    """What a letter says and lacks; `offer_checks` says of which."""

    routes_stated = forms.ChoiceField(
        label="Le courrier indique-t-il les voies et délais de recours ?",
        choices=OverpaymentNotice.Routes.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Relire le courrier, souvent au verso : oui, en partie, ou non."},
    )
    lacks = forms.MultipleChoiceField(
        label="Mentions absentes du courrier",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def offer_checks(self, notice: OverpaymentNotice) -> None:
        choice_field(self, "lacks").choices = [
            (check.code, f"{check.label} (à vérifier)" if check.is_to_be_verified else check.label)
            for check in checks_of(notice)
        ]
        self.fields["routes_stated"].initial = notice.routes_stated
        self.fields["lacks"].initial = notice.lacks


class CheckNoticeForm(NoticeCheckForm, StepForm):
    def prepare_fields(self) -> None:
        self.offer_checks(last_notice(self.task))


def checks_of(notice: OverpaymentNotice) -> list[Check]:
    """What the law asks of such a letter, besides the routes of recourse."""
    words = overpayments_in_force(on=notice.letter_date, territory=notice.case.territory)
    benefits = notice.lines.values_list("benefit", flat=True)
    return [
        check for check in words.checks_of(operator=notice.operator, benefits=list(benefits)) if not check.is_route
    ]


def last_notice(task: CaseTask) -> OverpaymentNotice:
    found: OverpaymentNotice = task.case.overpayment_notices.latest("pk")
    return found


class CheckNoticeAnswers(TypedDict):
    """What the letter says and lacks, by code."""

    routes_stated: str
    lacks: list[str]


class CheckNotice(Step[CheckNoticeAnswers]):
    fact = "notice_check_asked"
    form_class = CheckNoticeForm
    help = (
        "Une mention absente est un argument. Elle ne donne jamais plus de temps à coup sûr : les délais affichés restent"
        " ceux qu’il faut tenir."
    )

    def carry_out(self, task: CaseTask, data: CheckNoticeAnswers) -> JournalEntry:
        turn = task.process.turn
        return notices.check_notice(
            notice=last_notice(task),
            routes_stated=data["routes_stated"],
            lacks=data["lacks"],
            structure=task.structure,
            by=turn.by,
            at=turn.at,
        )
