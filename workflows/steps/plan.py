"""Construire le plan d’actions: several measures at once; a repayment plan asks for the landlord’s agreement."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, NotRequired, TypedDict, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import measures, plans
from cases.diagnosis.context import DiagnosisContext
from cases.diagnosis.sections import DiagnosisContent
from cases.forms import DayField, MoneyField, UnfoldingCheckboxes
from cases.models import Case, Instalment, JournalEntry, Measure, RepaymentPlan
from cases.queries import expected_balance
from cases.rules.counting import add_months
from cases.rules.french import money
from cases.rules.instalments import PlannedInstalment
from cases.rules.plans import NOTHING, PlanTerms, describe_shares
from workflows.models import CaseTask
from workflows.steps.base import Step, StepForm

REPAYMENT = "repayment"
KINDS = [(REPAYMENT, "plan d’apurement"), *Measure.Kind.choices]
CONFIRMED = "confirmed"
PAY_DAY = 5
"""Of the month: the first due date that is proposed. Anyone may choose another."""


class PlanForm(StepForm):
    helpers: ClassVar = [("preview", "Calculer l’échéancier"), ("default_plan", "Proposer le plan par défaut")]

    unfolds: ClassVar = {
        "kinds": {
            REPAYMENT: (
                "amount", "monthly", "months", "first_due_on", "rent_commitment", "author", "fsl_share", "aid_share",
                "under_protocol",
            )
        }
    }  # fmt: skip

    kinds = forms.MultipleChoiceField(
        label="Mesures retenues avec le ménage", choices=KINDS, widget=UnfoldingCheckboxes
    )
    amount = MoneyField(label="Dette à apurer", required=False)
    monthly = MoneyField(
        label="Mensualité", help_text="En plus du loyer courant. La dernière solde le reste.", required=False
    )
    months = forms.IntegerField(
        label="Ou nombre de mensualités", help_text="À la place de la mensualité.", min_value=1, required=False
    )
    first_due_on = DayField(label="Première échéance", required=False)
    rent_commitment = forms.BooleanField(
        label="Le ménage s’engage à payer le loyer courant", required=False, initial=True
    )
    author = forms.ChoiceField(label="Plan établi par", choices=RepaymentPlan.Author.choices, required=False)
    fsl_share = MoneyField(
        label="Part attendue du FSL", help_text="Retirée de ce que le ménage rembourse.", required=False
    )
    aid_share = MoneyField(
        label="Rappel d’aide au logement attendu",
        help_text="Versé au bailleur ; retiré de ce que le ménage rembourse.",
        required=False,
    )
    under_protocol = forms.BooleanField(
        label="Dans un protocole de cohésion sociale (HLM, bail résilié)", required=False
    )

    def prepare_fields(self) -> None:
        self.today = localdate()
        self.fields["amount"].initial = _owed(self.task.case, on=self.today)
        self.fields["author"].initial = RepaymentPlan.Author.SOCIAL_WORKER
        plan = plans.current_plan(self.task.case)
        if plan and plan.counter_monthly:
            self.fields["monthly"].initial = plan.counter_monthly
            self.notice = f"Le bailleur propose {money(plan.counter_monthly)} par mois."
        elif plan is None:
            self.notice = _refusal(self.task.case)
        if permissions.access_level(self.user, self.task.case, at=self.today) == "full":
            self.caution = measures.caution_about_plan(self.task.case)
        if CONFIRMED in self.data:
            self.ask_to_confirm()

    def ask_to_confirm(self) -> None:
        self.fields[CONFIRMED] = forms.BooleanField(
            label="Le ménage a revu son budget et tient à cette mensualité", required=False
        )

    @cached_property
    def means(self) -> DiagnosisContent | None:
        """The budget of the last diagnosis that was finished, which stands beside the plan."""
        case = self.task.case
        last = case.diagnostics.exclude(finished_at=None).order_by("-pk").first()
        if last is None or permissions.access_level(self.user, case, at=self.today) != "full":
            return None
        members = list(case.household.memberships.filter(until=None).select_related("beneficiary"))
        return DiagnosisContent(case, DiagnosisContext.for_case(case, last, members=members, on=self.today))

    @property
    def budget(self) -> dict[str, object] | None:
        return {"lines": self.means.budget_lines, "missing": self.means.budget.missing} if self.means else None

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if REPAYMENT not in cleaned.get("kinds", []):
            return
        self.clean_repayment(cleaned)
        if self.errors or "helper" in self.data:
            return
        self.require_fsl(cleaned)
        if not self.errors and not cleaned.get(CONFIRMED) and (doubt := self.doubt_of_means(cleaned)):
            self.ask_to_confirm()
            self.add_error(CONFIRMED, ValidationError(doubt))

    def require_fsl(self, cleaned: dict[str, Any]) -> None:
        """A share that nobody asks for would be a hole in the plan."""
        asked = Measure.Kind.FSL in cleaned["kinds"] or cleaned.get("author") == RepaymentPlan.Author.FSL
        if (
            cleaned.get("fsl_share")
            and not asked
            and not self.task.case.measures.filter(kind=Measure.Kind.FSL).exists()
        ):
            self.add_error(
                "fsl_share",
                ValidationError(
                    "Cette part est attendue du FSL, et aucune aide du FSL n’est demandée : cocher « aide du FSL », ou"
                    " vider cette part."
                ),
            )

    def doubt_of_means(self, cleaned: Mapping[str, object]) -> str:
        """A monthly sum above what is left to live on; empty when it fits, or when nobody knows."""
        left = self.means.budget.left_to_live if self.means else None
        if left is None:
            return ""
        try:
            parts = plans.instalments_of(terms_of(cast("PlanAnswers", cleaned)), case=self.task.case, on=self.today)
        except plans.CannotPlan:
            return ""  # the act says why
        if parts[0].amount <= left:
            return ""
        return (
            f"{money(parts[0].amount)} par mois, alors qu’il reste {money(left)} pour vivre d’après le diagnostic :"
            " baisser la mensualité, ou confirmer."
        )

    def clean_repayment(self, cleaned: dict[str, Any]) -> None:
        for name, label in [("amount", "la dette"), ("first_due_on", "la date")]:
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, ValidationError(f"Pour un plan d’apurement, saisir {label}."))
        if not self.errors.keys() & {"monthly", "months"}:
            if cleaned.get("monthly") and cleaned.get("months"):
                self.add_error("months", ValidationError("Choisir la mensualité ou leur nombre, pas les deux."))
            elif not cleaned.get("monthly") and not cleaned.get("months"):
                self.add_error(
                    "monthly", ValidationError("Pour un plan d’apurement, saisir la mensualité ou leur nombre.")
                )
        if cleaned.get("first_due_on") and cleaned["first_due_on"] < self.today:
            self.add_error("first_due_on", ValidationError("La première échéance doit être à venir."))

    def fill_with_helper(self, helper: str) -> None:
        """Fill in the plan that the law proposes when nobody has agreed on another."""
        if helper != "default_plan":
            return
        limits = plans.limits_in_force(on=self.today, territory=self.task.case.territory)
        typed = {name: self.fields[name].initial for name in ("kinds", "amount", "first_due_on")}
        self.set_initial_values(
            kinds=list(dict.fromkeys([REPAYMENT, *(typed["kinds"] or [])])),
            amount=typed["amount"] or _owed(self.task.case, on=self.today),
            monthly=None,
            months=limits.default_plan,
            first_due_on=typed["first_due_on"] or add_months(self.today, 1).replace(day=PAY_DAY),
            author=RepaymentPlan.Author.CAF,
        )

    @property
    def preview_text(self) -> str:
        """The instalments that these terms make, once they are complete; in the words of the refusal if they can’t."""
        if REPAYMENT not in self.cleaned_data.get("kinds", []):
            return "Cocher « plan d’apurement » pour calculer un échéancier."
        try:
            parts = plans.instalments_of(
                terms_of(cast("PlanAnswers", self.cleaned_data)), case=self.task.case, on=self.today
            )
        except plans.CannotPlan as refusal:
            return str(refusal)
        terms = terms_of(cast("PlanAnswers", self.cleaned_data))
        shares = describe_shares(owed=terms.owed, fsl_share=terms.fsl_share, aid_share=terms.aid_share)
        return f"{in_words(parts)} {shares}".strip()


def _refusal(case: Case) -> str:
    """Why the landlord refused what was proposed last, for the next proposal to mend it."""
    last = RepaymentPlan.objects.filter(case=case).first()
    return f"Le bailleur a refusé le plan précédent : {last.get_refusal_display()}." if last and last.refusal else ""


def in_words(parts: Sequence[PlannedInstalment] | Sequence[Instalment]) -> str:
    """24 mensualités de 75,00 €, du 05/01/2027 au 05/12/2028 : 1 800,00 € en tout."""
    first, last, count = parts[0], parts[-1], len(parts)
    total = money(sum((part.amount for part in parts), NOTHING))
    if count == 1:
        return f"Une seule mensualité de {total}, le {first.due_on:%d/%m/%Y}."
    ends = "" if last.amount == first.amount else f", la dernière de {money(last.amount)}"
    return (
        f"{count} mensualités de {money(first.amount)}{ends}, du {first.due_on:%d/%m/%Y} au {last.due_on:%d/%m/%Y} :"
        f" {total} en tout."
    )


class PlanAnswers(TypedDict):
    """The measures, and the terms of the repayment plan if it is one of them."""

    kinds: list[str]
    amount: NotRequired[Decimal]
    first_due_on: NotRequired[date]
    """Of a repayment plan, with the monthly sum or the number of months."""
    monthly: NotRequired[Decimal | None]
    months: NotRequired[int | None]
    author: NotRequired[str]
    fsl_share: NotRequired[Decimal | None]
    aid_share: NotRequired[Decimal | None]
    under_protocol: NotRequired[bool]
    rent_commitment: NotRequired[bool]


def terms_of(data: PlanAnswers) -> PlanTerms:
    return PlanTerms(
        owed=data["amount"],
        first_due_on=data["first_due_on"],
        monthly=data.get("monthly"),
        months=data.get("months"),
        author=data.get("author") or RepaymentPlan.Author.SOCIAL_WORKER,
        fsl_share=data.get("fsl_share") or NOTHING,
        aid_share=data.get("aid_share") or NOTHING,
        under_protocol=bool(data.get("under_protocol")),
        rent_commitment=bool(data.get("rent_commitment", True)),
    )


def _owed(case: Case, *, on: date) -> Decimal | None:
    return expected_balance(case.tenancy.debt, on=on) if case.tenancy else None


class PlanActions(Step[PlanAnswers]):
    fact = "actions_asked"
    form_class = PlanForm
    template = "step/plan.html"
    help = "Plusieurs mesures vont de front. Le plan d’apurement part aussitôt chez le bailleur pour accord."

    def carry_out(self, task: CaseTask, data: PlanAnswers) -> JournalEntry:
        case, turn, kinds = task.case, task.process.turn, data["kinds"]
        entry = journal.record(
            "step.planned", at=turn.at, case=case, by=turn.by, structure=task.structure, kinds=list(kinds)
        )
        measures.decide_measures(
            case=case,
            structure=task.structure,
            by=turn.by,
            kinds=[kind for kind in kinds if kind != REPAYMENT],
            on=localdate(turn.at),
            at=turn.at,
            cause=entry,
        )
        if REPAYMENT in kinds:
            plans.propose_plan(
                case=case,
                debt=case.tenancy.debt,
                terms=terms_of(data),
                structure=task.structure,
                by=turn.by,
                at=turn.at,
                cause=entry,
            )
        else:
            plans.give_up_current(case=case, structure=task.structure, by=turn.by, at=turn.at, cause=entry)
        task.process.data["planned"] = REPAYMENT if REPAYMENT in kinds else "measures"
        return entry
