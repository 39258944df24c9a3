"""The labels of a case: those of the reader’s structure, ticked and unticked in one act."""

from typing import Any, Unpack

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict

from cases import permissions
from cases.actions import labels
from cases.forms import FormData, FormOptions
from cases.models import Label, Structure
from workflows.views.backlog.labels import words_field
from workflows.views.case.case_actions import ActPage


class CaseLabelsForm(forms.Form):
    chosen = forms.ModelMultipleChoiceField(
        label="Étiquettes de ce dossier",
        queryset=Label.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    words = words_field("Une nouvelle étiquette", required=False)

    def __init__(
        self, data: FormData = None, *, known: object, may_create: bool, **kwargs: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["chosen"]
        field.queryset = known
        if not known:
            del self.fields["chosen"]
        if not may_create:
            del self.fields["words"]


class CaseLabels(ActPage):
    right = "label"
    title = "Étiquettes"
    submit_label = "Enregistrer"
    structure: Structure

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        found = permissions.labels_for(self.user, self.case, at=self.today)
        if found is None:
            raise PermissionDenied
        self.structure = found
        self.lead = f"Pour {found} seulement : aucune autre structure ne les voit."
        return super().find_objects(request, **kwargs)

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        known = Label.objects.in_use().filter(structure=self.structure)
        may_create = permissions.has_right(self.user, labels.WORDS_BY, self.structure.pk, at=self.today)
        if not known and not may_create:
            self.lead = "Votre structure n’a pas encore d’étiquette : un responsable en crée depuis Encours."
        there = known.filter(put__case=self.case)
        return CaseLabelsForm(data, known=known, may_create=may_create, initial={"chosen": there})

    def carry_out(self, typed: dict[str, Any]) -> str:
        changed = labels.set_case_labels(
            case=self.case,
            structure=self.structure,
            chosen=typed.get("chosen", ()),
            words=typed.get("words", ""),
            by=self.user,
            at=self.now,
        )
        return "Étiquettes enregistrées." if changed else "Rien n’a changé."
