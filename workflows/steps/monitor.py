"""Suivre le plan: month after month, until it is kept to the end, broken, amended, or the measures have done their
work. The same check says whether the current rent is paid."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, NotRequired, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from cases import journal
from cases.actions import checks, plans, rent
from cases.forms import DayField, MoneyField, UnfoldingRadio
from cases.models import DebtStatement, Instalment, JournalEntry, RentMonth, RepaymentPlan
from cases.queries import UnrecordedPayment, payment_told
from cases.refusals import Refusal
from cases.rules.counting import add_months
from cases.rules.french import money, of_month
from cases.rules.rent import months_shown
from workflows.models import CaseTask
from workflows.steps.base import Press, Step, StepForm, choice_field

WITH_PLAN = [
    ("paid", "Règlement reçu"),
    ("kept", "À jour : rien de plus à enregistrer"),
    ("incident", "Incident : mensualité non payée, le plan continue"),
    ("broken", "Plan rompu : revenir au plan d’actions"),
    ("close", "Suivi terminé : clore le dossier"),
]
WITHOUT_PLAN = [
    ("kept", "Les démarches avancent : refaire le point dans un mois"),
    ("broken", "À revoir : revenir au plan d’actions"),
    ("close", "Suivi terminé : clore le dossier"),
]
RENT_MONTHS = 3
"""The present month and the two before: what is not said in time is easily forgotten."""
RENT = "rent_"
TOLD = ("paid", "paid_on", "reason", "statement", "is_another")
"""What the form says of a payment or of a breach."""


class MonitorForm(StepForm):
    unfolds: ClassVar = {"result": {"paid": ("paid", "paid_on", "is_another"), "broken": ("reason",)}}

    result = forms.ChoiceField(label="Constat du mois", widget=UnfoldingRadio)
    paid = MoneyField(label="Montant reçu pour la dette", help_text="Sans le loyer courant.", required=False)
    paid_on = DayField(label="Reçu le", required=False)
    reason = forms.ChoiceField(
        label="Motif de la rupture",
        choices=[("", "Choisir le motif"), *RepaymentPlan.BreakReason.choices],
        required=False,
    )

    def prepare_fields(self) -> None:
        self.today = localdate()
        self.plan = followed_plan(self.task)
        self.due = checks.due_of(self.plan, on=self.today) if self.plan else None
        self.apply_quick_answer()
        choice_field(self, "result").choices = WITH_PLAN if self.plan else WITHOUT_PLAN
        if self.due:
            self.fields["paid"].initial = self.due.amount
            self.fields["paid_on"].initial = self.due_day
        else:
            for name in ("paid", "paid_on", "reason"):
                del self.fields[name]
        self.add_rent_fields()
        if "is_another" in self.data:
            self.ask_if_another()

    def add_rent_fields(self) -> None:
        months = months_shown(self.today, count=RENT_MONTHS) if self.task.case.tenancy else []
        known = dict(
            RentMonth.objects.filter(tenancy=self.task.case.tenancy, month__in=months).values_list("month", "paid")
        )
        for month in months:
            self.fields[f"{RENT}{month:%Y-%m}"] = forms.ChoiceField(
                label=f"Loyer courant {of_month(month)}",
                choices=[("", "Non renseigné"), *RentMonth.Paid.choices],
                initial=known.get(month, ""),
                required=False,
            )

    def ask_if_another(self) -> None:
        self.fields["is_another"] = forms.BooleanField(label="C’est un autre règlement : l’ajouter", required=False)

    def add_refusal(self, refusal: Refusal) -> None:
        if refusal.field == "is_another":
            self.ask_if_another()
        super().add_refusal(refusal)

    @property
    def due_day(self) -> date:
        return min(self.due.instalment.due_on, self.today) if self.due else self.today

    @property
    def is_before_due(self) -> bool:
        return self.due is not None and self.due.instalment.due_on > self.today

    @cached_property
    def quick_answers(self) -> list[Press]:
        """What a statement tells comes first."""
        if self.plan is None:
            return [Press("kept", "Les démarches avancent", {"result": "kept"})]
        if self.due is None or not self.due.instalment.remaining:
            return []
        shown = [_payment_answer("due", self.due.amount, self.due_day)]
        if not self.is_before_due:
            shown.append(Press("unpaid", "Mensualité non payée", {"result": "incident"}))
        if self.told_payment:
            statement = self.told_payment.statement
            source = f", d’après le relevé de {statement.source} arrêté au {statement.as_of:%d/%m/%Y}"
            shown.insert(0, _payment_answer("statement", self.told_payment.amount, self.told_payment.on, source))
        return shown

    @cached_property
    def told_payment(self) -> UnrecordedPayment | None:
        """What a statement tells and that is not recorded yet."""
        return payment_told(self.plan, due=self.due.amount, on=self.today) if self.plan and self.due else None

    def clean(self) -> None:
        cleaned = self.cleaned_data
        cleaned["rents"] = {
            date.fromisoformat(f"{name.removeprefix(RENT)}-01"): value
            for name, value in cleaned.items()
            if name.startswith(RENT) and value
        }
        if cleaned.get("result") == "paid":
            self.clean_payment(cleaned)
            if self.data.get("quick") == "statement" and self.told_payment:
                cleaned["statement"] = self.told_payment.statement
        if cleaned.get("result") == "incident" and self.due and self.is_before_due:
            due_on = self.due.instalment.due_on
            self.add_error("result", ValidationError(f"Cette mensualité n’est due que le {due_on:%d/%m/%Y}."))
        if cleaned.get("result") == "broken" and self.plan and not cleaned.get("reason"):
            self.add_error("reason", ValidationError("Indiquer pourquoi le plan est rompu."))

    def clean_payment(self, cleaned: Mapping[str, object]) -> None:
        for name, label in [("paid", "le montant reçu"), ("paid_on", "la date du règlement")]:
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, ValidationError(f"Saisir {label}."))


def _payment_answer(code: str, amount: Decimal, on: date, source: str = "") -> Press:
    filled = {"result": "paid", "paid": str(amount), "paid_on": on.isoformat()}
    return Press(code, f"{money(amount)} reçus le {on:%d/%m/%Y}{source}", filled)


def followed_plan(task: CaseTask) -> RepaymentPlan | None:
    """The plan that the check is about."""
    plan = plans.running_plan(task.case.tenancy.debt) if task.case.tenancy else None
    if plan:
        plan.case = task.case
    return plan


class MonitorAnswers(TypedDict):
    """What a monthly check told, with what this result calls for."""

    result: str
    paid: NotRequired[Decimal | None]
    paid_on: NotRequired[date | None]
    reason: NotRequired[str]
    statement: NotRequired[DebtStatement]
    is_another: NotRequired[bool]
    rents: NotRequired[dict[date, str]]
    """What is said of the current rent, by month."""
    monthly: NotRequired[Decimal | None]
    months: NotRequired[int | None]
    first_due_on: NotRequired[date]
    """The terms of an amendment (`amend`)."""


class Monitor(Step[MonitorAnswers]):
    fact = "instalment_due"
    form_class = MonitorForm
    help = "Vérifier la mensualité trois jours après son échéance, et si le loyer courant est payé."

    def counts_from(self, task: CaseTask) -> date:
        """The next instalment; without a repayment plan, a month from now."""
        plan = followed_plan(task)
        due = plan and plan.instalments.filter(state=Instalment.State.EXPECTED).first()
        return due.due_on if due else add_months(localdate(task.created), 1)

    def carry_out(self, task: CaseTask, data: MonitorAnswers) -> JournalEntry:
        result, plan = data["result"], followed_plan(task)
        entry = self.record_check(task, data, plan)
        is_over = result == "close" or (plan is not None and plan.state == RepaymentPlan.State.KEPT)
        task.process.data["monitored"] = (
            "broken" if result == "broken" else "amended" if result == "amend" else "ended" if is_over else "goes_on"
        )
        return entry

    def record_check(self, task: CaseTask, data: MonitorAnswers, plan: RepaymentPlan | None) -> JournalEntry:
        turn, result = task.process.turn, data["result"]
        common: dict[str, Any] = {"structure": task.structure, "by": turn.by, "at": turn.at}
        if result == "amend":
            entry = self.amend_plan(task, data, plan)
        elif plan and result != "close":
            told: dict[str, Any] = {name: said for name, said in data.items() if name in TOLD and said}
            entry = checks.check_plan(plan=plan, result=result, **told, **common)
        else:
            entry = journal.record("step.monitored", case=task.case, result=result, **common)
        if data.get("rents"):
            rent.record_rent(
                tenancy=task.case.tenancy,
                months=data["rents"],
                source=RentMonth.Source.PROFESSIONAL,
                case=task.case,
                cause=entry,
                **common,
            )
        return entry

    def amend_plan(self, task: CaseTask, data: MonitorAnswers, plan: RepaymentPlan | None) -> JournalEntry:
        if plan is None:
            raise plans.CannotPlan("Aucun plan n’est en cours : en construire un plutôt.")
        return plans.amend_plan(
            plan=plan,
            monthly=data.get("monthly"),
            months=data.get("months"),
            first_due_on=data["first_due_on"],
            structure=task.structure,
            by=task.process.turn.by,
            at=task.process.turn.at,
        )
