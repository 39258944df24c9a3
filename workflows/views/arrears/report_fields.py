"""The fields of a report: read with the care given to a file’s cells, in the words of a screen."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cases.models import Structure
from cases.models.structures import CLAIMANT_KINDS
from workflows.imports import values

NIR = "nir"
NIR_REFUSED = (
    "Ce numéro a la forme d’un numéro de sécurité sociale : Relais ne l’enregistre pas. "
    "Saisir le numéro allocataire de la CAF (7 chiffres), ou rien."
)
BIRTH_HELP = "JJ/MM/AAAA, ou seulement MM/AAAA ou AAAA."


class PlainField(forms.CharField):
    """A line of text, in which no social-security number may hide."""

    def clean(self, value: object) -> object:
        text = super().clean(value)
        if text and values.is_social_security_number(text):
            raise ValidationError(NIR_REFUSED, code=NIR)
        return text


class ReadField(forms.CharField):
    """A value that has a form: a number, a birth date. Empty when nothing was typed."""

    def __init__(self, *, read: Callable[[str], Any], wrong: str, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 60)
        super().__init__(**kwargs)
        self.read, self.wrong = read, wrong

    def clean(self, value: object) -> object:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return str(self.read(text))
        except values.Unreadable as error:
            if error.reason is values.RejectionReason.SOCIAL_SECURITY_NUMBER:
                raise ValidationError(NIR_REFUSED, code=NIR) from error
            raise ValidationError(self.wrong) from error


def caf_number_field() -> ReadField:
    return ReadField(
        label="Numéro allocataire CAF",
        help_text="7 chiffres. Jamais le numéro de sécurité sociale.",
        read=values.caf_number,
        wrong="Numéro allocataire illisible : 7 chiffres sont attendus.",
    )


def phone_field() -> ReadField:
    return ReadField(
        label="Téléphone",
        read=values.phone,
        wrong="Numéro de téléphone illisible : dix chiffres, par exemple 06 12 34 56 78.",
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )


def birth_date_field(today: date) -> ReadField:
    return ReadField(
        label="Date de naissance",
        help_text=BIRTH_HELP,
        read=values.birth_date(today),
        wrong="Date de naissance impossible ou à venir : l’écrire JJ/MM/AAAA, MM/AAAA ou AAAA.",
    )


def landlord_field(territory: str, *, required: bool) -> forms.ModelChoiceField[Structure]:
    return forms.ModelChoiceField(
        label="Bailleur ou gestionnaire locatif",
        queryset=Structure.objects.filter(kind__in=CLAIMANT_KINDS, territory=territory, is_active=True),
        to_field_name="code",
        required=required,
        empty_label="Choisir",
        error_messages={"invalid_choice": "Cette structure est inconnue : choisir dans la liste."},
    )


@dataclass(frozen=True)
class FieldGroup:
    """Fields that are read together. A folded one opens by itself when something in it was typed or is wrong."""

    title: str
    fields: list[forms.BoundField]
    is_folded: bool
