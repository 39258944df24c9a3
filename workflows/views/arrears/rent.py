"""The current rent month by month: its strip on the page of the case, and the form that fills it in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django import forms
from django.http import QueryDict

from cases.forms import FormData
from cases.models import Case, Diagnostic, RentMonth
from cases.rules.french import MONTHS, month_name
from cases.rules.rent import Resumption, SaidResumption, assess_resumption, months_shown
from cases.templatetags.relais import short_date
from workflows.actions.rent import record_rent
from workflows.queries.account import RentAnswer, rent_of
from workflows.views.arrears.debt_movements import LeaseAct

SHOWN = 12
ASKED = 7
LONG = 5
"""Letters from which the name of a month is cut."""
WORDS = dict(RentMonth.Paid.choices)
SOURCES = dict(RentMonth.Source.choices)


@dataclass(frozen=True, kw_only=True)
class RentPanelMonth:
    name: str
    short: str
    paid: str
    words: str
    source: str


@dataclass(frozen=True, kw_only=True)
class RentPanel:
    resumption: Resumption
    months: list[RentPanelMonth]
    """The oldest first."""

    @property
    def is_known(self) -> bool:
        return any(month.paid for month in self.months)


def rent_panel(case: Case, *, hearing_on: date | None, diagnostic: Diagnostic | None, on: date) -> RentPanel:
    """`diagnostic`: the one that stands beside it, which says the same."""
    answers = {answer.month: answer for answer in rent_of(case)}
    said = SaidResumption(state=diagnostic.rent_resumed, on=diagnostic.made_on or on) if diagnostic else None
    found = assess_resumption(
        {month: answer.paid for month, answer in answers.items()}, on=on, hearing_on=hearing_on, said=said
    )
    shown = [_month(month, answers.get(month)) for month in months_shown(on, count=SHOWN)]
    return RentPanel(resumption=found, months=shown)


def _month(month: date, answer: RentAnswer | None) -> RentPanelMonth:
    full = MONTHS[month.month - 1]
    return RentPanelMonth(
        name=month_name(month),
        short=f"{full[:4]}." if len(full) > LONG else full,
        paid=answer.paid if answer else "",
        words=WORDS[answer.paid] if answer else "non renseigné",
        source=_source(answer) if answer else "",
    )


def _source(answer: RentAnswer) -> str:
    who = answer.by.strip() or SOURCES[answer.source]
    return f"{who}, le {short_date(answer.known_on)}"


class RentForm(forms.Form):
    """One field a month, the newest first; what is left as it was changes nothing."""

    def __init__(self, data: FormData = None, *, answers: dict[date, str], on: date) -> None:
        super().__init__(data)
        self.months = {f"{month:%Y-%m}": month for month in reversed(months_shown(on, count=ASKED))}
        for name, month in self.months.items():
            self.fields[name] = forms.ChoiceField(
                label=month_name(month).capitalize(),
                choices=[("", "Non renseigné"), *RentMonth.Paid.choices],
                initial=answers.get(month, ""),
                required=False,
            )

    @property
    def answers_by_month(self) -> dict[date, str]:
        return {month: self.cleaned_data[name] for name, month in self.months.items() if self.cleaned_data[name]}


class RentPage(LeaseAct):
    title = "Loyer courant, mois par mois"
    lead = "Payé en entier, sans compter la dette : c’est ce que le juge regarde avant d’accorder des délais."
    submit_label = "Enregistrer"

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        known = {answer.month: answer.paid for answer in rent_of(self.case)}
        self.typed = RentForm(data, answers=known, on=self.today)
        return self.typed

    def carry_out(self, typed: Mapping[str, object]) -> str:
        entry = record_rent(case=self.case, months=self.typed.answers_by_month, by=self.user, at=self.now)
        return "Loyers enregistrés." if entry else "Rien n’a changé."
