"""Blocks about who the household is, and what happened."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst

from cases.diagnosis.blocks import UNSAID, BlockForm, field_for_column
from cases.forms import PartialDateField
from cases.models import Beneficiary, Diagnostic, DiagnosticDevice, DiagnosticPerson
from cases.models.diagnosis import Block, column_of

NONE = "none"


def steps_field() -> forms.MultipleChoiceField:
    choices = [(NONE, "aucune pour l’instant"), *DiagnosticDevice.Kind.choices]
    return forms.MultipleChoiceField(
        label="Démarches déjà engagées", choices=choices, widget=forms.CheckboxSelectMultiple, required=False
    )


class EssentialsForm(BlockForm):
    """The eight fields that suffice to begin."""

    block = Block.ESSENTIALS
    help = "Huit champs suffisent pour commencer."
    table = "devices"

    family = field_for_column("family")
    cause = field_for_column("cause")
    resources = field_for_column("resources", help_text="De tout le ménage, sans l’aide au logement.")
    expenses = field_for_column("expenses", help_text="Sans les remboursements de dettes.")
    other_debts = field_for_column("other_debts", help_text="Reste dû, hors dette de loyer. 0 s’il n’y en a pas.")
    rent_resumed = field_for_column(
        "rent_resumed", label="Le loyer courant est-il repris ?", help_text="Décisif si le dossier va à l’audience."
    )
    wish = field_for_column("wish")
    steps_taken = steps_field()

    DETAILED = {"resources": "resource_lines", "expenses": "expense_lines", "other_debts": "debt_lines"}

    def add_fields(self) -> None:
        for name, lines in self.DETAILED.items():
            if self.setting.lines(lines):
                self.fields[name].disabled = True
                self.fields[name].help_text = "Somme des lignes de sa rubrique."
        taken = [line.kind for line in self.setting.lines("devices")]
        self.initial["steps_taken"] = taken or ([NONE] if self.setting.diagnostic.nothing_asked else [])

    def check_sense(self, cleaned: dict[str, Any]) -> None:
        if NONE in cleaned.get("steps_taken", ()) and len(cleaned["steps_taken"]) > 1:
            self.add_error("steps_taken", "Cocher soit les démarches engagées, soit « aucune pour l’instant ».")
        self.doubt_above("resources", 10_000)
        self.doubt_above("expenses", 5_000)
        self.doubt_above("other_debts", 100_000, "de dettes")

    @property
    def values(self) -> dict[str, Any]:
        return super().values | {"nothing_asked": NONE in self.cleaned_data["steps_taken"]}

    @property
    def rows_by_table(self) -> dict[str, list[dict[str, Any]]]:
        """What is known of a step that stays ticked is kept."""
        return {"devices": devices_of(self.cleaned_data["steps_taken"], known=self.setting.lines("devices"))}


def devices_of(kinds: list[str], *, known: list[DiagnosticDevice]) -> list[dict[str, Any]]:
    """Lines of the steps that are named: as they are known, else asked for."""
    lines = {line.kind: line for line in known}
    names = ("kind", "state", "asked_on", "decided_on")
    return [
        {name: getattr(lines[kind], name) for name in names} if kind in lines else {"kind": kind}
        for kind in kinds
        if kind != NONE
    ]


class InterviewForm(BlockForm):
    block = Block.INTERVIEW

    presence = field_for_column("presence")
    met_on = field_for_column("met_on")
    lawyer = field_for_column("lawyer")
    interpreter = field_for_column("interpreter")
    social_support = field_for_column("social_support", label="Accompagnement social ou budgétaire en cours")

    def check_sense(self, cleaned: Mapping[str, object]) -> None:
        self.refuse_future("met_on")


class HouseholdForm(BlockForm):
    """One line a member of the household: nobody is added or removed here."""

    block = Block.HOUSEHOLD
    help = "Le ménage est celui du dossier, à la date où le diagnostic est terminé."

    household_size = field_for_column(
        "household_size", max_value=20, help_text="Pour le reste pour vivre par personne."
    )
    marital = field_for_column("marital")
    children_elsewhere = field_for_column(
        "children_elsewhere", max_value=20, help_text="Garde alternée, droit de visite."
    )
    family_story = field_for_column("family_story")

    def add_fields(self) -> None:
        if self.setting.diagnostic.household_size is None:
            self.initial["household_size"] = self.setting.household_size
            self.suggested.add("household_size")
        known = {line.beneficiary_id: line for line in self.setting.lines("people")}
        for member in self.setting.members:
            person, line = member.beneficiary, known.get(member.beneficiary_id)
            self.fields[self._field_name("activity", person)] = forms.ChoiceField(
                label=f"{person.full_name} : activité",
                choices=[("", UNSAID), *DiagnosticPerson.Activity.choices],
                required=False,
                initial=line.activity if line else "",
            )
            self.fields[self._field_name("since", person)] = PartialDateField(
                label="Depuis", required=False, latest=self.setting.on, initial=line.since if line else ""
            )
        self.order_fields([*(name for name in self.fields if "-" in name)])

    @staticmethod
    def _field_name(what: str, person: Beneficiary) -> str:
        return f"{what}-{person.public_id}"

    @property
    def rows_by_table(self) -> dict[str, list[dict[str, Any]]]:
        return {
            "people": [
                {
                    "beneficiary_id": member.beneficiary_id,
                    "position": member.position,
                    "activity": self.cleaned_data[self._field_name("activity", member.beneficiary)],
                    "since": self.cleaned_data[self._field_name("since", member.beneficiary)],
                }
                for member in self.setting.members
            ]
        }


class CausesForm(BlockForm):
    block = Block.CAUSES
    help = "La cause principale est dans L’essentiel."

    difficulties_since = field_for_column("difficulties_since")
    other_causes = forms.MultipleChoiceField(
        label=capfirst(str(column_of("other_causes").verbose_name)),
        choices=Diagnostic.Cause.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    causes_story = field_for_column("causes_story")


class ObservationsForm(BlockForm):
    block = Block.OBSERVATIONS
    help = "Chaque partie peut faire entendre son point de vue : l’écrire avec ses mots."

    tenant_says = field_for_column("tenant_says")
    landlord_says = field_for_column("landlord_says")
    author_says = field_for_column("author_says")
    advice = field_for_column("advice")
