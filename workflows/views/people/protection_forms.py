"""The forms about the legal protection of an adult."""

from datetime import date
from typing import Any

from django import forms

from cases.forms import DayField, FormData, PastDayField
from cases.models import LegalProtection
from cases.templatetags.relais import phone
from workflows.views.arrears.report_fields import FieldGroup, PlainField, phone_field

WHO = ("guardian_title", "guardian_name", "service", "address", "phone")
MANDATE = ("judged_on", "court", "since", "until")
WHERE_FROM = (
    "Il est sur le jugement : sans lui, rien ne dit que la personne nommée peut signer ou recevoir les actes. Le demander à"
    " qui se présente."
)


class ProtectionForm(forms.Form):
    """Which measure, who exercises it, and the mandate that says so."""

    template_name = "report/form.html"
    groups: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("Mesure", ("kind",)),
        ("Qui l’exerce", WHO),
        ("Jugement et mandat", MANDATE),
    )
    field_order = ["kind", *WHO, *MANDATE]

    kind = forms.ChoiceField(label="Mesure", choices=[("", "Choisir"), *LegalProtection.Kind.choices])
    guardian_title = forms.ChoiceField(
        label="Civilité", choices=[("", "Non renseignée"), ("mme", "Madame"), ("m", "Monsieur")], required=False
    )
    guardian_name = PlainField(
        label="Nom de la personne",
        help_text="Un proche, ou le mandataire. Deux nommés ensemble : les deux noms, séparés par « et ».",
        max_length=120,
        required=False,
    )
    service = PlainField(
        label="Service", help_text="Mandataire judiciaire (MJPM), s’il y en a un.", max_length=120, required=False
    )
    address = PlainField(
        label="Adresse",
        help_text="En une ligne, avec le code postal. Sous tutelle, les courriers partent à cette adresse.",
        max_length=200,
        required=False,
    )
    court = PlainField(label="Tribunal", max_length=120, required=False)
    until = DayField(label="Mandat jusqu’au", help_text="Le jugement fixe sa durée.", required=False)

    def __init__(self, data: FormData = None, *, today: date, protection: LegalProtection | None = None) -> None:
        self.known = known_values(protection) if protection else {}
        super().__init__(data, initial=self.known)
        self.fields["phone"] = phone_field()
        self.fields["phone"].required = False
        for name, label in (("judged_on", "Jugement du"), ("since", "Mandat depuis le")):
            self.fields[name] = PastDayField(
                label=label,
                today=today,
                future="Cette date est à venir : enregistrer la mesure quand elle a commencé.",
                error_messages={"required": WHERE_FROM},
            )
        self.order_fields(self.field_order)

    def get_context(self) -> dict[str, object]:
        groups = [FieldGroup(title, [self[name] for name in names], is_folded=False) for title, names in self.groups]
        return super().get_context() | {"groups": groups}

    @property
    def changes(self) -> dict[str, Any]:
        """What differs from what is known."""
        known = self.known | {"phone": self.fields["phone"].clean(self.known.get("phone", ""))}
        return {name: value for name, value in self.cleaned_data.items() if value != known.get(name)}


def known_values(protection: LegalProtection) -> dict[str, Any]:
    """As people write it."""
    shown = {name: getattr(protection, name) for name in ProtectionForm.field_order}
    return shown | {"phone": phone(protection.phone) if protection.phone else ""}


class ProtectionEndForm(forms.Form):
    """The last day of a measure."""

    def __init__(self, data: FormData = None, *, today: date, initial: date | None = None) -> None:
        super().__init__(data, initial={"until": initial})
        self.fields["until"] = PastDayField(
            label="Dernier jour de la mesure",
            help_text="Mainlevée, décès, ou fin de sa durée sans renouvellement.",
            today=today,
            future="Cette date est à venir : noter la fin quand elle aura eu lieu.",
        )
