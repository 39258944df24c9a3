"""Blocks about sums: what comes in, what goes out, what is owed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst

from cases.diagnosis.blocks import BlockForm, DiagnosticLineForm, field_for_column
from cases.forms import MoneyField
from cases.models import DiagnosticDebt, DiagnosticExpense, DiagnosticResource
from cases.models.diagnosis import Block

NEEDS_AMOUNT = "Saisir le montant."


class ResourceLine(DiagnosticLineForm):
    needed = {"kind": "Choisir la nature de cette ressource.", "amount": NEEDS_AMOUNT}

    kind = field_for_column("kind", DiagnosticResource)
    amount = field_for_column("amount", DiagnosticResource, label="Par mois")
    person = forms.ChoiceField(label="De qui", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        people = [(str(person.public_id), person.full_name) for person in self.setting.earners]
        field.choices = [("", "le ménage"), *people]
        field.error_messages["invalid_choice"] = (
            "Choisir un adulte du ménage : ce qui est versé pour un enfant est une ressource de son parent."
        )

    @property
    def significant_fields(self) -> list[str]:
        return ["kind", "amount"]

    @classmethod
    def initial_from_line(cls, line: Any) -> dict[str, Any]:
        return super().initial_from_line(line) | {"person": str(line.person.public_id) if line.person else ""}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.doubt_above("amount", 8_000, "par mois")
        return cleaned

    @property
    def row(self) -> dict[str, Any]:
        ids = {str(person.public_id): person.pk for person in self.setting.earners}
        return {
            "kind": self.cleaned_data["kind"],
            "amount": self.cleaned_data["amount"],
            "person_id": ids.get(self.cleaned_data["person"]),
        }


class ResourcesForm(BlockForm):
    block = Block.RESOURCES
    help = "Sommes perçues chaque mois, nettes. Sans l’aide au logement : elle est comptée avec le loyer."
    table = "resource_lines"
    line_form = ResourceLine
    table_title = "Ressources du ménage"
    total = "resources"
    spare = 3


class ExpensesForm(BlockForm):
    """One field a kind: nothing to choose."""

    block = Block.EXPENSES
    help = "Sommes payées chaque mois, hors loyer et hors remboursements. 0 quand il n’y en a pas."
    table = "expense_lines"
    total = "expenses"

    def add_fields(self) -> None:
        known = {line.kind: line.amount for line in self.setting.lines(self.table)}
        for kind, label in DiagnosticExpense.Kind.choices:
            self.fields[self._field_name(kind)] = MoneyField(label=capfirst(label), required=False)
            self.initial[self._field_name(kind)] = known.get(kind)

    @staticmethod
    def _field_name(kind: str) -> str:
        return f"expense_{kind}"

    def check_sense(self, cleaned: Mapping[str, object]) -> None:
        for kind in DiagnosticExpense.Kind.values:
            self.doubt_above(self._field_name(kind), 2_000)

    @property
    def rows_by_table(self) -> dict[str, list[dict[str, Any]]]:
        typed = ((kind, self.cleaned_data[self._field_name(kind)]) for kind in DiagnosticExpense.Kind.values)
        return {self.table: [{"kind": kind, "amount": amount} for kind, amount in typed if amount is not None]}


class OtherDebtLine(DiagnosticLineForm):
    needed = {"creditor": "Indiquer à qui cette somme est due.", "amount": "Saisir ce qui reste dû."}

    creditor = field_for_column("creditor", DiagnosticDebt)
    amount = field_for_column("amount", DiagnosticDebt)
    monthly = field_for_column("monthly", DiagnosticDebt)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        amount, monthly = cleaned.get("amount"), cleaned.get("monthly")
        if amount is not None and monthly is not None and monthly > amount:
            self.add_error("monthly", "La mensualité dépasse ce qui reste dû : vérifier les deux montants.")
        self.doubt_above("amount", 100_000, "de dette")
        self.doubt_above("monthly", 3_000, "par mois")
        return cleaned


class DebtsForm(BlockForm):
    block = Block.DEBTS
    help = "Crédits, impôts, énergie, trop-perçus… La dette de loyer n’est pas à saisir ici."
    table = "debt_lines"
    line_form = OtherDebtLine
    table_title = "Autres dettes du ménage"
    total = "other_debts"


class BreakdownForm(BlockForm):
    """§ 7.3 of the form: it takes a lawyer."""

    block = Block.BREAKDOWN
    help = "Cette partie demande un avis juridique : à faire relire par l’ADIL."

    counted_on = field_for_column("counted_on")
    rent_part = field_for_column("rent_part")
    charges_part = field_for_column("charges_part")
    costs_part = field_for_column(
        "costs_part", help_text="Un locataire ne les doit que si une décision de justice le dit."
    )
    disputed_part = field_for_column("disputed_part")
    lawyer_read_on = field_for_column("lawyer_read_on")
    breakdown_story = field_for_column("breakdown_story")

    def check_sense(self, cleaned: dict[str, Any]) -> None:
        self.refuse_future("counted_on", "lawyer_read_on")
        total = self.total_of(cleaned)
        disputed = cleaned.get("disputed_part")
        if total and disputed and disputed > total:
            self.add_error("disputed_part", "La somme contestée dépasse le total du décompte.")
        for name in ("rent_part", "charges_part", "costs_part"):
            self.doubt_above(name, 50_000, "de dette")

    @staticmethod
    def total_of(said: dict[str, Any]) -> Decimal:
        parts = (said.get(name) for name in ("rent_part", "charges_part", "costs_part"))
        return sum((part for part in parts if part is not None), Decimal())
