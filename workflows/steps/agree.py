"""Recueillir l’accord du bailleur: he answers himself, or the professional records what he answered."""

from decimal import Decimal
from typing import Any, ClassVar, NotRequired, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import plans
from cases.forms import MoneyField, UnfoldingRadio
from cases.models import JournalEntry, RepaymentPlan, Structure, User
from cases.rules.french import money
from cases.rules.instalments import count_instalments
from workflows.models import CaseProcess, CaseTask
from workflows.steps.base import Step, StepForm, choice_field
from workflows.steps.refusal import StepRefused

ANSWERS = [("accepted", "Accepter le plan"), ("countered", "Proposer une autre mensualité"), ("refused", "Refuser")]
TOLD = [
    ("accepted", "Il accepte le plan"),
    ("countered", "Il propose une autre mensualité"),
    ("refused", "Il refuse"),
]
"""The same, by the professional whom the landlord told it."""
CONFIRMED = "confirmed"


class AgreeForm(StepForm):
    unfolds: ClassVar = {"answer": {"countered": ("counter_monthly",), "refused": ("refusal",)}}

    answer = forms.ChoiceField(label="Votre réponse", choices=ANSWERS, widget=UnfoldingRadio)
    counter_monthly = MoneyField(label="Mensualité proposée", help_text="En plus du loyer courant.", required=False)
    refusal = forms.ChoiceField(
        label="Motif du refus",
        help_text="Le professionnel en tient compte dans la proposition suivante.",
        choices=[("", "Choisir"), *RepaymentPlan.Refusal.choices],
        required=False,
    )

    def prepare_fields(self) -> None:
        if not permissions.has_right(self.user, Agree.right, self.task.structure_id, at=localdate()):
            self.fields["answer"].label = "Le bailleur a répondu"
            choice_field(self, "answer").choices = TOLD

    def clean(self) -> None:
        cleaned = self.cleaned_data
        answer = cleaned.get("answer")
        if answer == "countered" and "counter_monthly" not in self.errors:
            self.clean_counter(cleaned.get("counter_monthly"))
        if answer == "refused" and "refusal" not in self.errors and not cleaned.get("refusal"):
            self.add_error("refusal", ValidationError("Indiquer pourquoi le bailleur refuse ce plan."))

    def clean_counter(self, monthly: Decimal | None) -> None:
        plan = plans.waiting_plan(self.task.case)
        if not monthly:
            self.add_error("counter_monthly", ValidationError("Saisir la mensualité que le bailleur propose."))
        elif plan and monthly == plan.monthly:
            self.add_error("counter_monthly", ValidationError("C’est la mensualité du plan : plutôt l’accepter."))
        elif plan and monthly > plan.amount:
            self.add_error("counter_monthly", ValidationError(f"La dette à apurer n’est que de {money(plan.amount)}."))
        elif plan and monthly < plan.monthly and not self.errors and self.data.get(CONFIRMED) != f"{monthly:.2f}":
            self.ask_about_less(monthly, plan)

    def ask_about_less(self, monthly: Decimal, plan: RepaymentPlan) -> None:
        """Less than the household itself offers is seldom what is meant. What is ticked holds for this sum and no other."""
        typed: Any = self.data
        typed = typed.copy()
        typed.pop(CONFIRMED, None)
        self.data = typed
        self.fields[CONFIRMED] = forms.BooleanField(
            label="Proposer quand même cette mensualité",
            required=False,
            widget=forms.CheckboxInput(attrs={"value": f"{monthly:.2f}"}),
        )
        count = count_instalments(plan.amount, monthly=monthly)
        doubt = f"Le ménage propose {money(plan.monthly)} par mois : {money(monthly)} ferait {count} mensualités."
        self.add_error(
            CONFIRMED, [doubt, "Corriger la mensualité, ou cocher « Proposer quand même cette mensualité »."]
        )


class AgreeAnswers(TypedDict):
    """What a landlord answered to a plan."""

    answer: str
    counter_monthly: NotRequired[Decimal | None]
    refusal: NotRequired[str]


class Agree(Step[AgreeAnswers]):
    right = "answer_question"
    stand_in_right = "handle_case"
    fact = "landlord_asked"
    form_class = AgreeForm
    help = "Le bailleur répond ici. S’il répond par téléphone ou courrier, le professionnel l’enregistre à sa place."

    def assigned_structure(self, process: CaseProcess) -> Structure:
        """Of a landlord whom nobody knows yet, nobody reads: who follows the household asks him, and notes his answer."""
        tenancy = process.case.tenancy
        known = None if tenancy.landlord_is_unknown else tenancy.landlord
        return tenancy.manager or known or process.case.responsible_structure

    def assigned_professional(self, process: CaseProcess) -> User | None:
        is_asked_by_professional = self.assigned_structure(process) == process.case.responsible_structure
        return super().assigned_professional(process) if is_asked_by_professional else None

    def carry_out(self, task: CaseTask, data: AgreeAnswers) -> JournalEntry:
        plan = plans.waiting_plan(task.case)
        if plan is None:
            raise StepRefused("Aucun plan d’apurement n’attend de réponse.")
        turn = task.process.turn
        entry = plans.answer_plan(
            plan=plan,
            answer=data["answer"],
            counter_monthly=data.get("counter_monthly"),
            refusal=data.get("refusal", ""),
            structure=task.structure,
            by=turn.by,
            at=turn.at,
        )
        task.process.data["agreed"] = data["answer"]
        task.process.data["former_runs"] = plans.running_plan(plan.debt) is not None
        return entry
