"""What an officer types about the life of data: a length and why, a hold and why."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from cases.forms import DayField, FormData
from cases.models import Case, LegalHold
from cases.rules.retention import UNITS, RetentionKind
from workflows.views.traces.forms import CHOOSE, CaseNumberField


class LimitForm(forms.Form):
    length = forms.IntegerField(label="Durée", min_value=0, max_value=9999)
    effective_on = DayField(label="À partir du")
    reason = forms.CharField(
        label="Justification",
        help_text="Elle est gardée, et se lit dans l’historique : décision, registre, analyse d’impact.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: FormData = None, *, kind: RetentionKind, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.fields["length"].label = f"Durée, en {UNITS[kind.unit]}"


class ConfirmForm(forms.Form):
    reason = forms.CharField(
        label="Justification",
        help_text="Elle est gardée pour chacune, et se lit dans l’historique : décision, registre, analyse d’impact.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class HoldForm(forms.Form):
    case = CaseNumberField(label="Numéro du dossier", help_text="Par exemple 2026-00012.")
    reason = forms.ChoiceField(label="Motif", choices=[*CHOOSE, *LegalHold.Reason.choices])

    def __init__(self, data: FormData = None, *, cases: QuerySet[Case]) -> None:
        super().__init__(data)
        field: Any = self.fields["case"]
        field.cases = cases


class LiftForm(forms.Form):
    reason = forms.ChoiceField(label="Pourquoi", choices=LegalHold.Lift.choices, widget=forms.RadioSelect)
