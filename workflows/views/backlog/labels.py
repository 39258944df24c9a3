"""Étiquettes: the words by which a structure sorts its cases, that its managers choose."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from cases.actions import labels
from cases.forms import FreeTextField
from cases.models import Label
from cases.models.labels import LONGEST
from workflows.views.backlog.backlog import url_with_query
from workflows.views.parts.pages import FormPage, StructurePage

WARNING = (
    "Un ou deux mots sur le travail à faire. Jamais de santé, d’opinion, d’origine, de religion, de vie privée ni de "
    "jugement : la personne peut demander à lire ce qui est écrit d’elle."
)


def words_field(label: str, *, required: bool = True) -> forms.CharField:
    """Where a label is worded, with what it must not say."""
    typed = forms.TextInput(attrs={"autocomplete": "off"})
    return FreeTextField(label=label, help_text=WARNING, max_length=LONGEST, required=required, widget=typed)


class LabelForm(forms.Form):
    words = words_field("Étiquette")


class LabelsPage(StructurePage):
    right = labels.WORDS_BY

    @property
    def in_use(self) -> QuerySet[Label]:
        return Label.objects.in_use().filter(structure=self.structure)


class Labels(LabelsPage, FormPage):
    """Those of the structure, each with the open cases that have it; and one more."""

    form_class = LabelForm

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        label = labels.create(structure=self.structure, words=typed["words"], by=self.user, at=self.now)
        return self.lead_on(f"Étiquette « {label} » créée.", "labels", self.structure.code)

    def render_form(self, form: LabelForm) -> HttpResponse:
        context = {
            "form": form,
            "structure": self.structure,
            "back_url": url_with_query("backlog", structure=self.structure.code),
            "labels": [
                (label, url_with_query("backlog_list", structure=self.structure.code, etiquette=str(label.pk)))
                for label in self.in_use.annotate(open_cases=Count("put", filter=Q(put__case__closed_on=None)))
            ],
        }
        return render(self.request, "labels/list.html", context)


class OneLabel(LabelsPage):
    label: Label

    def find_objects(self, **kwargs: object) -> None:
        self.label = get_object_or_404(self.in_use.annotate(cases=Count("put")), public_id=kwargs["label"])


class EditLabel(OneLabel, FormPage):
    def get_form(self, data: QueryDict | None = None) -> LabelForm:
        return LabelForm(data, initial={"words": self.label.words})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        labels.rename(label=self.label, words=typed["words"], by=self.user, at=self.now)
        return self.lead_on("Étiquette renommée, sur tous les dossiers qui la portent.", "labels", self.structure.code)

    def render_form(self, form: LabelForm) -> HttpResponse:
        context = {"form": form, "structure": self.structure, "label": self.label}
        return render(self.request, "labels/label.html", context)


class RetireLabel(OneLabel):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        count = labels.retire(label=self.label, by=self.user, at=self.now)
        messages.success(
            request, f"Étiquette « {self.label} » retirée, et ôtée de {count} dossier{'s' if count > 1 else ''}."
        )
        return redirect("labels", self.structure.code)
