"""The forms about a person and her place in a household."""

from datetime import date
from typing import Any, Unpack

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from cases.forms import FormData, FormOptions, PastDayField
from cases.models import Beneficiary, HouseholdMember
from cases.templatetags.relais import birth_date, phone
from workflows.views.arrears.report_fields import (
    FieldGroup,
    PlainField,
    birth_date_field,
    caf_number_field,
    phone_field,
)

IDENTITY = ("title", "usual_name", "first_names", "birth_name", "birth_date", "caf_number")
REACH = ("phone", "email", "language")
INSTRUCTIONS = ("no_message", "not_through_spouse", "needs_interpreter", "safe_address")


class IdentityForm(forms.Form):
    """Who someone is, how to reach her, and what to mind when doing so."""

    template_name = "report/form.html"
    groups: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("Identité", IDENTITY),
        ("Joindre la personne", REACH),
        ("Consignes de contact", INSTRUCTIONS),
    )

    title = forms.ChoiceField(
        label="Civilité", choices=[("", "Non renseignée"), ("mme", "Madame"), ("m", "Monsieur")], required=False
    )
    usual_name = PlainField(label="Nom d’usage", max_length=120)
    first_names = PlainField(label="Prénoms", max_length=120, required=False)
    birth_name = PlainField(label="Nom de naissance, s’il diffère", max_length=120, required=False)
    phone = phone_field()
    email = forms.EmailField(label="Courriel", required=False)
    language = PlainField(label="Langue, si ce n’est pas le français", max_length=40, required=False)
    no_message = forms.BooleanField(label="Ne laisser ni message vocal ni SMS", required=False)
    not_through_spouse = forms.BooleanField(label="Ne pas passer par le conjoint", required=False)
    needs_interpreter = forms.BooleanField(label="Interprète nécessaire", required=False)
    safe_address = PlainField(
        label="Adresse sûre pour le courrier",
        help_text="Si le courrier ne doit pas arriver au domicile : il part alors à cette adresse.",
        max_length=200,
        required=False,
    )

    field_order = [*IDENTITY, *REACH, *INSTRUCTIONS]

    def __init__(self, data: FormData = None, *, today: date, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.fields["birth_date"] = birth_date_field(today)
        self.fields["caf_number"] = caf_number_field()
        self.order_fields(self.field_order)

    def get_context(self) -> dict[str, object]:
        groups = [FieldGroup(title, [self[name] for name in names], is_folded=False) for title, names in self.groups]
        return super().get_context() | {"groups": groups}

    @property
    def person(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.field_order}


class PersonCorrectionForm(IdentityForm):
    """What is known of a person, to be corrected. It carries what its reader saw: somebody else may correct her too."""

    def __init__(self, data: QueryDict | None = None, *, person: Beneficiary, today: date) -> None:
        self.known = as_typed(person)
        super().__init__(data.copy() if data is not None else None, today=today, initial=self.known)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean(self) -> None:
        cleaned = self.cleaned_data
        for name in self._corrected_names(cleaned):
            if self._seen_value(name) != self.known[name] != self._typed_value(name):
                self._corrected_meanwhile(name)

    def _corrected_names(self, cleaned: dict[str, object]) -> list[str]:
        return [
            name for name in self.field_order if name in cleaned and self._typed_value(name) != self._seen_value(name)
        ]

    def _seen_value(self, name: str) -> object:
        """As the page showed it when it was opened."""
        field = self[name]
        given = field.field.hidden_widget().value_from_datadict(self.data, self.files, field.html_initial_name)
        return field.field.to_python(given)

    def _typed_value(self, name: str) -> object:
        return as_typed(Beneficiary(**{name: self.cleaned_data[name]}))[name]

    def _corrected_meanwhile(self, name: str) -> None:
        """Said once: sending the form again is to insist."""
        now = self.known[name]
        said = {True: "coché", False: "décoché", "": "effacé"}.get(now, f"devenu « {now} »")
        self.add_error(
            name,
            ValidationError(
                f"{said.capitalize()} entre-temps par quelqu’un d’autre : enregistrer de nouveau pour le remplacer."
            ),
        )
        data: Any = self.data
        data[self[name].html_initial_name] = now

    @property
    def changes(self) -> dict[str, Any]:
        """What its reader corrected, and nothing else."""
        return {name: self.cleaned_data[name] for name in self._corrected_names(self.cleaned_data)}


def as_typed(person: Beneficiary) -> dict[str, object]:
    """A person’s identity as people write it: the first values of the form."""
    shown = {name: getattr(person, name) for name in IdentityForm.field_order}
    return shown | {"birth_date": birth_date(person.birth_date), "phone": phone(person.phone) if person.phone else ""}


def position_field(*, of_lease: bool) -> forms.ChoiceField:
    named = HouseholdMember.Position.labels_by_position(of_lease=of_lease)
    return forms.ChoiceField(label="Place dans le ménage", choices=[("", "Choisir"), *named.items()])


class MemberForm(IdentityForm):
    """One more person of the household."""

    field_order = [*IdentityForm.field_order, "position", "since"]
    groups = (("Place", ("position", "since")), *IdentityForm.groups)

    def __init__(self, data: FormData = None, *, today: date, of_lease: bool) -> None:
        super().__init__(data, today=today)
        self.fields["position"] = position_field(of_lease=of_lease)
        self.fields["since"] = PastDayField(
            label="Vit dans le ménage depuis le",
            required=False,
            today=today,
            future="L’arrivée est à venir : ajouter la personne quand elle aura eu lieu.",
        )

    @property
    def person(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in IdentityForm.field_order}


class PlaceForm(forms.Form):
    """A person’s place: what was wrong, what changes on a day, or her departure."""

    CORRECT, CHANGE, LEAVE = "correct", "change", "leave"

    what = forms.ChoiceField(
        label="Que faut-il enregistrer ?",
        choices=[
            (CHANGE, "Un changement de place, à partir d’une date"),
            (LEAVE, "Son départ du ménage"),
            (CORRECT, "Une correction : la place ou la date étaient fausses"),
        ],
        widget=forms.RadioSelect,
        initial=CHANGE,
    )

    def __init__(self, data: FormData = None, *, today: date, of_lease: bool, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.fields["position"] = position_field(of_lease=of_lease)
        self.fields["position"].required = False
        self.fields["on"] = PastDayField(
            label="Date",
            help_text=(
                "Le premier jour à cette place, ou le dernier jour dans le ménage. "
                "Pour une correction : depuis quand, si c’est connu."
            ),
            required=False,
            today=today,
            future="Cette date est à venir : enregistrer le changement quand il aura eu lieu.",
        )

    def clean(self) -> None:
        cleaned = self.cleaned_data
        what = cleaned.get("what")
        if what in (self.CHANGE, self.CORRECT) and not cleaned.get("position"):
            self.add_error("position", ValidationError("Choisir la place de cette personne dans le ménage."))
        if what in (self.CHANGE, self.LEAVE) and not cleaned.get("on") and "on" not in self.errors:
            self.add_error("on", ValidationError("Indiquer la date, même approximative."))


class ReturnForm(forms.Form):
    """A person who had left lives there again."""

    def __init__(self, data: FormData = None, *, today: date, of_lease: bool, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.fields["position"] = position_field(of_lease=of_lease)
        self.fields["on"] = PastDayField(
            label="De retour depuis le",
            today=today,
            future="Ce retour est à venir : l’enregistrer quand il aura eu lieu.",
        )


def facts_of(person: Beneficiary, *, safe_address: bool) -> dict[str, str]:
    """Her identity, in words; the safe address for whoever may read it, for the others only that there is one."""
    address = person.safe_address
    return {
        "Civilité": {"mme": "Madame", "m": "Monsieur"}.get(person.title, ""),
        "Nom d’usage": person.usual_name,
        "Prénoms": person.first_names,
        "Nom de naissance": person.birth_name,
        "Date de naissance": birth_date(person.birth_date),
        "Numéro allocataire": person.caf_number,
        "Langue": person.language,
        "Adresse sûre": address if safe_address or not address else "masquée, connue du service qui suit la situation",
    }
