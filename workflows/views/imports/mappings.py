"""How a sender’s files are read, as Relais remembers it: to see, rename, correct or forget."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from cases.forms import FormData
from workflows.imports import mappings
from workflows.imports.columns import BY_NAME, check_mapping, in_order
from workflows.models import ImportMapping
from workflows.views.imports.base import SenderPage
from workflows.views.imports.columns import CHOICES, ReadingForm, with_current
from workflows.views.parts.pages import FormPage


def field_of(heading: str) -> str:
    """The field of a heading, by its text: a form that was opened before another one was sent says the same."""
    return f"column_{hashlib.sha256(heading.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class Remembered:
    mapping: ImportMapping
    is_first: bool
    """The one that is tried first for the next file of its sender."""

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Heading → what it holds, in words; a field that no longer exists by its name."""
        columns = {heading: name for heading, name in self.mapping.columns.items() if name in BY_NAME}
        return [(heading, BY_NAME[columns[heading]].label) for heading in in_order(columns)]

    @property
    def reading(self) -> list[tuple[str, str]]:
        """What someone said of how the file is read; the rest is found by itself."""
        said = self.mapping.options
        known = [
            ("encodage", ReadingForm.ENCODINGS.get(said.get("encoding", ""), said.get("encoding", ""))),
            ("séparateur", ReadingForm.SEPARATORS.get(said.get("separator", ""), said.get("separator", ""))),
            ("feuille", said.get("sheet", "")),
            ("titres à la ligne", "aucune" if said.get("header_line") == 0 else str(said.get("header_line", ""))),
        ]
        return [(words, value) for words, value in known if value]


class Mappings(SenderPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        found = ImportMapping.objects.filter(structure__in=self.structures).select_related("structure")
        lines, seen = [], set()
        for mapping in found.order_by("structure__name", "-used_at", "-pk"):
            lines.append(Remembered(mapping, is_first=mapping.structure_id not in seen))
            seen.add(mapping.structure_id)
        context = {"lines": lines, "is_claimant": any(one.is_claimant for one in self.structures)}
        return render(request, "imports/mappings.html", context)


class MappingPage(FormPage, SenderPage):
    """A page of one mapping of the reader’s structures."""

    title = submit_label = lead = ""

    @cached_property
    def mapping(self) -> ImportMapping:
        mine = ImportMapping.objects.filter(structure__in=self.structures).select_related("structure")
        found: ImportMapping = get_object_or_404(mine, public_id=self.kwargs["mapping"])
        return found

    def render_form(self, form: forms.Form) -> HttpResponse:
        context = {
            "form": form,
            "mapping": self.mapping,
            "title": self.title,
            "lead": self.lead,
            "submit_label": self.submit_label,
            "cancel_url": reverse("mappings"),
        }
        return render(self.request, "imports/mapping.html", context)


class MappingForm(forms.Form):
    name = forms.CharField(label="Nom de la correspondance", max_length=60)
    encoding = forms.ChoiceField(label="Encodage", required=False)
    separator = forms.ChoiceField(label="Séparateur", required=False)
    header_line = forms.IntegerField(label="Ligne des titres", min_value=0, max_value=1000, required=False)
    sheet = forms.CharField(label="Feuille du classeur", max_length=60, required=False)

    def __init__(self, data: FormData = None, *, mapping: ImportMapping) -> None:
        known = mapping.options
        super().__init__(data, initial={"name": mapping.name} | known)
        self.headings = in_order({heading: name for heading, name in mapping.columns.items() if name in BY_NAME})
        offered = {
            "encoding": with_current(ReadingForm.ENCODINGS, known.get("encoding", "")) or ReadingForm.ENCODINGS,
            "separator": with_current(ReadingForm.SEPARATORS, known.get("separator", "")) or ReadingForm.SEPARATORS,
        }
        for name, choices in offered.items():
            field: Any = self.fields[name]
            field.choices = [("", "Reconnu tout seul"), *choices.items()]
        for heading in self.headings:
            self.fields[field_of(heading)] = forms.ChoiceField(
                label=f"« {heading} »", choices=CHOICES, required=False, initial=mapping.columns[heading]
            )

    def column_mapping(self) -> dict[str, str]:
        found = {heading: self.cleaned_data.get(field_of(heading)) for heading in self.headings}
        return {heading: name for heading, name in found.items() if name}

    def reading_options(self) -> dict[str, object]:
        names = ("header_line", "encoding", "separator", "sheet")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name) not in (None, "")}

    def clean(self) -> dict[str, object]:
        for problem in check_mapping(self.column_mapping(), self.headings):
            self.add_error(None, problem)
        return self.cleaned_data | {"columns": self.column_mapping(), "options": self.reading_options()}


class CorrectMapping(MappingPage):
    title = "Corriger une correspondance"
    submit_label = "Enregistrer"
    lead = (
        "Elle vaut pour les prochains fichiers. Une colonne nouvelle s’ajoute en déposant le fichier qui la contient."
    )

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        return MappingForm(data, mapping=self.mapping)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        said = {name: typed[name] for name in ("name", "columns", "options")}
        mappings.change(self.mapping, **said, by=self.user, at=self.now)
        return self.lead_on("Correspondance enregistrée : les prochains fichiers seront lus ainsi.", "mappings")


class ForgetMapping(MappingPage):
    title = "Oublier une correspondance"
    submit_label = "Oublier"
    lead = "Le prochain fichier sera lu d’après ses titres. Ce qui a été importé reste."

    def process_form(self, typed: Mapping[str, object]) -> HttpResponse:
        mappings.forget(self.mapping, by=self.user, at=self.now)
        return self.lead_on("Correspondance oubliée.", "mappings")
