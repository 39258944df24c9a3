"""The form of the collective alert on overpayments: from when a cause is told, and the letter that is proposed then."""

from copy import deepcopy
from typing import Any

from django import forms
from django.http import QueryDict

from cases.models import Edition
from cases.rules.editions import Row
from cases.rules.overpayments import ALERT_FIELDS
from workflows.views.editions.catalogue_editors import CONFIDENCE_CHOICES, CatalogueRowEditor

BY_LINE = "Un paragraphe par ligne."


class AlertForm(forms.Form):
    cases = forms.IntegerField(
        label="Dossiers du mois, à partir de",
        min_value=2,
        max_value=1000,
        help_text="Qui ont le même motif, chez un même organisme.",
    )
    more = forms.IntegerField(
        label="De plus que le mois d’avant, au moins",
        min_value=0,
        max_value=1000,
        help_text="Zéro : l’alerte part même si le motif ne progresse pas.",
    )
    reference = forms.CharField(label="Source", max_length=200, help_text="Qui l’a décidé, et quand.")
    confidence = forms.ChoiceField(
        label="Confiance", help_text="M et L s’affichent « à vérifier ».", choices=CONFIDENCE_CHOICES
    )
    subject = forms.CharField(label="Objet du courrier", max_length=120)
    paragraphs = forms.CharField(
        label="Courrier proposé",
        max_length=4000,
        help_text=BY_LINE,
        widget=forms.Textarea(attrs={"rows": 12}),
    )

    def clean_paragraphs(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["paragraphs"].splitlines() if line.strip()]


class AlertEditor(CatalogueRowEditor):
    def __init__(self, *, edition: Edition, row: Row | None, is_fixed: bool, data: QueryDict | None = None) -> None:
        super().__init__(edition=edition, row=row, is_fixed=is_fixed, data=data)
        kept = dict(row["row"]) if row else {}
        kept["paragraphs"] = "\n".join(kept.get("paragraphs", ()))
        self.main = AlertForm(data, initial=kept)
        self.known_fields = [(f"{{{name}}}", words) for name, words in ALERT_FIELDS.items()]

    def build_row(self) -> dict[str, Any]:
        made = deepcopy(dict(self.row or {}))
        made["row"] |= self.main.cleaned_data
        return made
