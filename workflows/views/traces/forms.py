"""What a data protection officer types: never a name, the number of a case at most."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from cases.forms import DayField, FormData
from cases.models import Case, Organisation, SubjectRequest
from cases.rules.parameters import read_reference

REFERENCE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9/._-]*")
PERSONAL = re.compile(r"\d{13,15}")
"""As long as a social security number."""
CHOOSE = [("", "Choisir")]


class CaseNumberField(forms.CharField):
    """The number of a case, as people say it: 2026-00012. It must be one of `cases`; any other is as if it were not."""

    default_error_messages = {
        "invalid": "Un numéro de dossier s’écrit avec l’année et un nombre, par exemple 2026-00012.",
        "unknown": "Aucun dossier de ce numéro ne concerne vos services : vérifier le numéro.",
    }
    cases: QuerySet[Case] = Case.objects.none()

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value: object) -> Case | None:
        text = super().clean(value)
        if not text:
            return None
        found = read_reference("".join(text.split()))
        if found is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        case = self.cases.filter(pk=found.number, opened_on__year=found.year).first()
        if case is None:
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        return case


class FindForm(forms.Form):
    """Its name is that of the address, hence French."""

    dossier = CaseNumberField(label="Numéro de dossier", required=False)

    def __init__(self, data: FormData = None, *, cases: QuerySet[Case]) -> None:
        super().__init__(data)
        field: Any = self.fields["dossier"]
        field.cases = cases


class RecordForm(forms.Form):
    organisation = forms.ModelChoiceField(
        label="Responsable de traitement", queryset=Organisation.objects.none(), empty_label="Choisir"
    )
    reference = forms.CharField(
        label="Votre référence",
        help_text="Celle de votre propre registre, où figure la personne : DPO-2026-014. Jamais son nom.",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label="Ce qui est demandé", choices=[*CHOOSE, *SubjectRequest.Kind.choices])
    received_on = DayField(label="Reçue le", help_text="Le délai d’un mois part de ce jour.")
    channel = forms.ChoiceField(label="Par", choices=[*CHOOSE, *SubjectRequest.Channel.choices])
    case = CaseNumberField(
        label="Numéro du dossier",
        help_text="S’il est connu : 2026-00012. Il ouvre le relevé des lectures.",
        required=False,
    )

    def __init__(self, data: FormData = None, *, organisations: QuerySet[Organisation], cases: QuerySet[Case]) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["organisation"].queryset, fields["case"].cases = organisations, cases
        only = organisations[:2]
        if len(only) == 1:
            fields["organisation"].initial = only[0]
            fields["organisation"].widget = forms.HiddenInput()

    def clean_reference(self) -> str:
        reference: str = self.cleaned_data["reference"].strip()
        if PERSONAL.search(reference):
            raise ValidationError("Un numéro de sécurité sociale ne s’enregistre jamais ici : saisir votre référence.")
        if not REFERENCE.fullmatch(reference):
            raise ValidationError(
                "Une référence s’écrit sans espace ni accent, avec un nombre, par exemple DPO-2026-014."
            )
        return reference


class ExtendForm(forms.Form):
    reason = forms.ChoiceField(label="Motif", choices=[*CHOOSE, *SubjectRequest.ExtensionReason.choices])
    told_on = DayField(
        label="La personne en a été informée le",
        help_text="Dans le mois qui suit la réception, en lui disant pourquoi.",
    )


class SubjectRequestAnswerForm(forms.Form):
    outcome = forms.ChoiceField(label="Réponse", choices=[*CHOOSE, *SubjectRequest.Outcome.choices])
    ground = forms.ChoiceField(
        label="Motif",
        help_text="Si tout n’est pas accordé. La personne doit le lire, avec la possibilité de saisir la CNIL.",
        choices=[*CHOOSE, *SubjectRequest.Ground.choices],
        required=False,
    )
    channel = forms.ChoiceField(label="Envoyée par", choices=[*CHOOSE, *SubjectRequest.Channel.choices])
    answered_on = DayField(label="Le")


class WithdrawForm(forms.Form):
    reason = forms.ChoiceField(
        label="Pourquoi", choices=SubjectRequest.WithdrawalReason.choices, widget=forms.RadioSelect
    )
