"""The forms of a report: who, the dwelling and the debt, sending."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cases.forms import DayField, FormData, MoneyField, PastDayField
from cases.models import AidKind, Housing, Structure, Territory
from workflows.imports import values
from workflows.routing.apply import stage_after
from workflows.routing.table import RoutingTable
from workflows.steps.qualify import fact_field
from workflows.views.arrears.report_fields import (
    NIR,
    FieldGroup,
    PlainField,
    ReadField,
    birth_date_field,
    caf_number_field,
    landlord_field,
    phone_field,
)

DECISIVE = ("dependent_children", "family_benefits", "rsa", "employed", "followed_by")
PARTICULAR = ("occupation", "legal_protection", "mandated_body", "msa", "debt_disputed", "landlord_support_agreed")
ASKED = (*DECISIVE, *PARTICULAR)
"""What a professional may know of a household. A landlord is never asked."""
ABOUT_HOUSEHOLD = (("Ce que l’on sait du ménage", DECISIVE), ("Situations particulières", PARTICULAR))


ACTS_RECEIVED = {
    "order_to_pay_served": "Commandement de payer",
    "summons_served": "Assignation",
    "order_to_leave_served": "Commandement de quitter les lieux",
    "police_requested": "Concours de la force publique requis",
}


SUMMONS, HEARING = "summons_served", "hearing"
MOST_AHEAD = timedelta(days=2 * 366)


def place_in(territory: str) -> dict[str, str]:
    """Where a dwelling is, unless something else is said."""
    found = Territory.objects.get(code=territory)
    return {"postcode": found.postcode, "city": found.name}


class ReportForm(forms.Form):
    """A form of a report made for a structure: a claimant is asked less. `today` is the reader’s."""

    template_name = "report/form.html"
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Title → names, in order; what no group names comes first."""
    folded: frozenset[str] = frozenset()
    """Titles of the groups that are seldom needed."""

    def __init__(
        self, data: FormData = None, *, today: date, structure: Structure, table: RoutingTable, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.today, self.structure, self.table = today, structure, table
        self.add_fields()

    def add_fields(self) -> None: ...

    def only_for_professionals(self, *names: str) -> None:
        if self.structure.is_claimant:
            for name in names:
                del self.fields[name]

    def get_context(self) -> dict[str, object]:
        return super().get_context() | {"groups": self.group_fields()}

    def group_fields(self) -> list[FieldGroup]:
        named = {name for _, names in self.groups for name in names}
        first = ("", tuple(name for name in self.fields if name not in named))
        found = [
            (title, [self[name] for name in names if name in self.fields]) for title, names in (first, *self.groups)
        ]
        return [FieldGroup(title, fields, self._is_folded(title, fields)) for title, fields in found if fields]

    def _is_folded(self, title: str, fields: list[forms.BoundField]) -> bool:
        said = any(field.errors or field.value() not in (None, "", False, field.field.initial) for field in fields)
        return title in self.folded and not said

    def get_typed_answers(self) -> dict[str, str]:
        """What was typed, to be kept as it is. A social-security number is not kept."""
        self.full_clean()
        return {
            name: self.data[name].replace("\0", "")
            for name in self.fields
            if name in self.data and not self.has_error(name, NIR)
        }


class HouseholdSearchForm(ReportForm):
    """Search before anything is created: a name with a birth date. A landlord finds his own tenants by a number too."""

    usual_name = PlainField(label="Nom", max_length=120, required=False)
    first_names = PlainField(label="Prénom", max_length=120, required=False)
    reference = PlainField(label="Référence chez le bailleur", max_length=40, required=False)

    field_order = ["usual_name", "first_names", "birth_date", "caf_number", "landlord", "reference"]
    groups = (
        ("Par le nom", ("usual_name", "first_names", "birth_date")),
        ("Ou par un numéro", ("caf_number", "landlord", "reference")),
    )

    def add_fields(self) -> None:
        self.fields["birth_date"] = birth_date_field(self.today)
        self.fields["caf_number"] = caf_number_field()
        self.fields["landlord"] = landlord_field(self.structure.territory, required=False)
        self.only_for_professionals("landlord")
        self.order_fields(self.field_order)
        if not self.structure.is_claimant:
            (by_name, names), (_, numbers) = self.groups
            self.groups = ((by_name, names), ("Pour préciser, si c’est connu", numbers))

    def clean(self) -> None:
        cleaned = self.cleaned_data
        named = cleaned.get("usual_name") and cleaned.get("birth_date")
        numbered = cleaned.get("caf_number") or cleaned.get("reference")
        if not self.errors and not named:
            if not self.structure.is_claimant:
                raise ValidationError(
                    "Saisir le nom et la date de naissance : un numéro seul ne dit pas si une personne est connue."
                )
            if not numbered:
                raise ValidationError(
                    "Saisir le nom et la date de naissance, ou le numéro allocataire, ou la référence du locataire."
                )
        if cleaned.get("reference") and "landlord" in self.fields and not cleaned.get("landlord"):
            self.add_error("landlord", ValidationError("Dire de quel bailleur est cette référence."))


class PersonForm(ReportForm):
    """Who holds the lease, and what a professional knows of the household."""

    usual_name = PlainField(label="Nom", max_length=120)
    first_names = PlainField(label="Prénom", max_length=120)
    birth_name = PlainField(label="Nom de naissance, s’il diffère", max_length=120, required=False)
    phone = phone_field()
    email = forms.EmailField(label="Courriel", required=False)
    language = PlainField(label="Langue, si ce n’est pas le français", max_length=40, required=False)
    needs_interpreter = forms.BooleanField(label="Interprète nécessaire", required=False)
    no_message = forms.BooleanField(label="Ne laisser ni message vocal ni SMS", required=False)
    not_through_spouse = forms.BooleanField(label="Ne pas passer par le conjoint", required=False)

    field_order = ["usual_name", "first_names", "birth_name", "birth_date", "caf_number", "phone", "email"]
    contact = ("language", "needs_interpreter", "no_message", "not_through_spouse")
    groups: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("Le locataire", ("usual_name", "first_names", "birth_date", "caf_number", "phone")),
        ("Autre nom, courriel, précautions de contact", ("birth_name", "email", *contact)),
        *ABOUT_HOUSEHOLD,
    )
    folded = frozenset({"Autre nom, courriel, précautions de contact", "Situations particulières"})

    def add_fields(self) -> None:
        self.fields["birth_date"] = birth_date_field(self.today)
        self.fields["caf_number"] = caf_number_field()
        self.order_fields(self.field_order)
        self.only_for_professionals(*self.contact)
        if not self.structure.is_claimant:
            for name in ASKED:
                self.fields[name] = fact_field(self.table.keys[name])

    @property
    def person(self) -> dict[str, Any]:
        names = (*self.field_order, *self.contact)
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    @property
    def facts(self) -> dict[str, Any]:
        return known_facts(self.cleaned_data)


class FactsForm(ReportForm):
    """The household is known: only what a professional knows of it besides."""

    groups = ABOUT_HOUSEHOLD
    folded = frozenset({"Situations particulières"})

    def add_fields(self) -> None:
        if not self.structure.is_claimant:
            for name in ASKED:
                self.fields[name] = fact_field(self.table.keys[name])

    @property
    def facts(self) -> dict[str, Any]:
        return known_facts(self.cleaned_data)


def known_facts(cleaned: dict[str, object]) -> dict[str, object]:
    """What was answered; “inconnu” forgets nothing that others said."""
    return {name: cleaned[name] for name in ASKED if cleaned.get(name) not in (None, "")}


class DebtForm(ReportForm):
    """The debt of a lease that is known."""

    balance = MoneyField(
        label="Dette de loyer",
        help_text="En euros, frais de procédure exclus.",
        min_value=Decimal("0.01"),
        error_messages={
            "invalid": "Saisir un montant en euros, par exemple 1 234,56.",
            "min_value": "La dette est un montant supérieur à zéro.",
        },
    )
    months_unpaid = forms.DecimalField(
        label="Mois impayés",
        required=False,
        min_value=0,
        max_value=600,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        localize=True,
    )
    stage = forms.ChoiceField(
        label="Dernier acte reçu", required=False, choices=[("", "Aucun connu"), *ACTS_RECEIVED.items()]
    )

    debt_fields = ["balance", "as_of", "months_unpaid", "first_unpaid_on", "stage", "stage_on", "hearing_on"]
    groups: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("La dette", ("balance", "as_of", "months_unpaid", "first_unpaid_on")),
        ("Commandement, assignation, expulsion", ("stage", "stage_on", "hearing_on")),
    )
    folded = frozenset({"Commandement, assignation, expulsion"})

    def add_fields(self) -> None:
        self.fields["as_of"] = PastDayField(
            label="Dette arrêtée au",
            today=self.today,
            future="La dette ne peut pas être arrêtée à une date à venir.",
            initial=self.today.isoformat(),
        )
        self.fields["first_unpaid_on"] = PastDayField(
            label="Premier impayé le",
            required=False,
            today=self.today,
            future="Le premier impayé ne peut pas être à venir.",
        )
        self.fields["stage_on"] = PastDayField(
            label="Reçu le", required=False, today=self.today, future="Cet acte ne peut pas avoir été reçu à l’avance."
        )
        self.fields["hearing_on"] = DayField(
            label="Audience le", help_text="Écrit sur l’assignation ; vide si on ne sait pas.", required=False
        )
        self.order_fields(self.debt_fields)

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if cleaned.get("stage") and not cleaned.get("stage_on") and "stage_on" not in self.errors:
            self.add_error("stage_on", ValidationError("Dire quand cet acte a été reçu."))
        self._clean_hearing(cleaned)
        first, as_of = cleaned.get("first_unpaid_on"), cleaned.get("as_of")
        if first and as_of and first > as_of:
            self.add_error("first_unpaid_on", ValidationError("Le premier impayé précède la date de la dette."))

    def _clean_hearing(self, cleaned: dict[str, Any]) -> None:
        hearing, served = cleaned.get("hearing_on"), cleaned.get("stage_on")
        if hearing and cleaned.get("stage") != SUMMONS:
            self.add_error("hearing_on", ValidationError("Seule une assignation fixe ce jour : choisir cet acte."))
        elif hearing and served and hearing <= served:
            self.add_error(
                "hearing_on", ValidationError("L’audience précède l’assignation : vérifier les deux dates.")
            )
        elif hearing and hearing - self.today > MOST_AHEAD:
            self.add_error(
                "hearing_on", ValidationError("Vérifier l’année : cette audience est dans plus de deux ans.")
            )

    @property
    def details(self) -> dict[str, Any]:
        """What the statement says besides its balance."""
        wanted = ("months_unpaid", "first_unpaid_on")
        return {name: value for name in wanted if (value := self.cleaned_data.get(name)) is not None}

    @property
    def milestones(self) -> dict[str, date]:
        kind = self.cleaned_data.get("stage")
        hearing = self.cleaned_data.get("hearing_on")
        return ({kind: self.cleaned_data["stage_on"]} if kind else {}) | ({HEARING: hearing} if hearing else {})

    def preview_facts(self) -> dict[str, Any]:
        """What is known for routing so far, even if the form has faults."""
        cleaned = self.cleaned_data
        found = {"debt": cleaned.get("balance"), "months_unpaid": cleaned.get("months_unpaid")}
        if cleaned.get("stage"):
            found["stage"] = stage_after(cleaned["stage"])
        return found


class LeaseForm(DebtForm):
    """A dwelling that is not known yet, then its debt."""

    reference = PlainField(label="Référence du locataire", max_length=40, required=False)
    landlord_name = PlainField(
        label="Nom du propriétaire", help_text="Si un gestionnaire loue pour lui.", max_length=120, required=False
    )
    address = PlainField(label="Adresse", help_text="Numéro et rue.", max_length=200)
    building = PlainField(label="Bâtiment", max_length=20, required=False)
    door = PlainField(label="Porte", max_length=20, required=False)
    postcode = ReadField(
        label="Code postal",
        read=values.postcode,
        wrong="Code postal illisible : 5 chiffres sont attendus.",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    city = PlainField(label="Commune", max_length=80, required=False)
    housing = forms.ChoiceField(label="Parc", choices=[("", "Inconnu"), *Housing.choices], required=False)
    rent = MoneyField(label="Loyer mensuel hors charges", required=False)
    charges = MoneyField(label="Charges mensuelles", required=False)
    aid_kind = forms.ChoiceField(
        label="Aide au logement", choices=[("", "Inconnue"), *AidKind.choices], required=False
    )
    aid = MoneyField(label="Montant mensuel de l’aide", required=False)
    direct_payment = forms.TypedChoiceField(
        label="Aide versée au bailleur (tiers payant)",
        choices=[("", "Inconnu"), ("yes", "Oui"), ("no", "Non")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )

    dwelling_fields = ["landlord", "landlord_name", "reference", "address", "building", "door", "postcode", "city"]
    rent_fields = ["housing", "lease_date", "rent", "charges", "aid_kind", "aid", "direct_payment"]
    lease_fields = [*dwelling_fields, *rent_fields]
    groups = (
        ("Le logement", ("landlord", "reference", "address", "housing", "aid_kind")),
        ("Bâtiment, porte, commune, propriétaire", ("building", "door", "postcode", "city", "landlord_name")),
        ("Bail, loyer et aide", ("lease_date", "rent", "charges", "aid", "direct_payment")),
        *DebtForm.groups,
    )
    folded = DebtForm.folded | {"Bâtiment, porte, commune, propriétaire", "Bail, loyer et aide"}

    def add_fields(self) -> None:
        super().add_fields()
        self.fields["landlord"] = landlord_field(self.structure.territory, required=True)
        self.propose_place()
        self.fields["lease_date"] = PastDayField(
            label="Bail signé ou renouvelé le",
            required=False,
            today=self.today,
            future="La date du bail ne peut pas être à venir.",
        )
        self.only_for_professionals("landlord", "housing")
        self.order_fields([*self.lease_fields, *self.debt_fields])

    def propose_place(self) -> None:
        for name, proposed in place_in(self.structure.territory).items():
            self.fields[name].initial = proposed

    @property
    def lease(self) -> dict[str, Any]:
        """As a tenancy is written: a rent manager’s tenant is his, and the park is the landlord’s unless it is said."""
        found = {name: self.cleaned_data[name] for name in self.lease_fields if name in self.cleaned_data}
        landlord = found.setdefault("landlord", self.structure)
        if landlord.kind == "rent_manager":
            found["manager"] = landlord
        found["housing"] = found.get("housing") or housing_of(landlord)
        return found

    @property
    def beside_lease(self) -> dict[str, object]:
        """What was typed of a dwelling that is known already."""
        return {
            "landlord": self.cleaned_data.get("landlord"),
            **{
                name: self.cleaned_data.get(name, "") for name in ("reference", "landlord_name", "address", "aid_kind")
            },
        }

    def preview_facts(self) -> dict[str, Any]:
        landlord = self.cleaned_data.get("landlord")
        housing = self.cleaned_data.get("housing") or (housing_of(landlord) if landlord else "")
        return super().preview_facts() | {"aid_kind": self.cleaned_data.get("aid_kind"), "housing": housing}


def housing_of(landlord: Structure) -> str:
    profile = getattr(landlord, "landlord_profile", None)
    return profile.housing if profile else ""


class SendForm(ReportForm):
    is_urgent = forms.BooleanField(
        label="Urgent",
        help_text="Violence, coupure d’énergie, expulsion ou audience dans les 30 jours.",
        required=False,
    )

    def add_fields(self) -> None:
        self.only_for_professionals("is_urgent")
