"""Fondement des envois: on what legal ground a landlord, or the CAF, sends households. Said by an administrator."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.text import capfirst

from cases.actions import sharing_bases as acts
from cases.actions.sharing import OF_ONE_PERSON
from cases.forms import FormData, UnfoldingForm, UnfoldingSelect
from cases.models import LegalBasis, SharingBasis, Structure
from workflows.views.parts.pages import FormPage
from workflows.views.team.structures import PageOfStructure

LEAD = (
    "Sur quel texte repose ce que cette structure transmet. Sans fondement, ses fichiers et ses signalements sont refusés, et"
    " rien n’est partagé."
)
NONE = "none"
OF_A_SENDER = [each for each in LegalBasis if each not in OF_ONE_PERSON]


class SharingBasisForm(UnfoldingForm):
    unfolds: ClassVar = {"basis": dict.fromkeys(LegalBasis.values, ("reference", "is_to_verify"))}

    basis = forms.ChoiceField(
        label="Fondement",
        choices=[
            ("", "Choisir un fondement"),
            *((each.value, capfirst(each.label)) for each in OF_A_SENDER),
            (NONE, "Plus aucun : ne plus rien accepter de cette structure"),
        ],
        widget=UnfoldingSelect,
    )
    reference = forms.CharField(
        label="Texte, convention ou délibération",
        help_text="Par exemple « Convention du 12/01/2026 entre le bailleur et la Ville, article 4 ».",
        max_length=200,
        required=False,
    )
    is_to_verify = forms.BooleanField(
        label="À vérifier par un juriste ou par le délégué", required=False, help_text="Dit partout où il est montré."
    )
    since = forms.DateField(
        label="À partir du",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Saisir une date, par exemple 12/01/2026."},
    )

    def __init__(self, data: FormData = None, *, structure: Structure, today: date) -> None:
        last = SharingBasis.objects.in_force(structure, on=today)
        initial: dict[str, Any] = {"since": today, "is_to_verify": True}
        if last:
            initial |= {"basis": last.basis, "reference": last.reference, "is_to_verify": last.is_to_verify}
        super().__init__(data, initial=initial)

    @property
    def said(self) -> dict[str, Any]:
        typed = dict(self.cleaned_data)
        return typed | {"basis": "" if typed["basis"] == NONE else typed["basis"]}


def history_of(structure: Structure) -> list[SharingBasis]:
    """The one that counts first."""
    return list(SharingBasis.objects.of_sender(structure).select_related("recorded_by"))


class SayBasis(FormPage, PageOfStructure):
    def find_objects(self, **kwargs: object) -> None:
        super().find_objects(**kwargs)
        if not self.structure.sends_files or not self.structure.is_active:
            raise Http404

    def get_form(self, data: QueryDict | None = None) -> SharingBasisForm:
        return SharingBasisForm(data, structure=self.structure, today=self.today)

    def process_sent(self, form: SharingBasisForm) -> HttpResponse:
        acts.record_basis(structure=self.structure, by=self.user, at=self.now, **form.said)
        return self.lead_on("Fondement enregistré.", "sharing_basis", self.structure.code)

    def render_form(self, form: SharingBasisForm) -> HttpResponse:
        context = {"form": form, "structure": self.structure, "lead": LEAD, "history": history_of(self.structure)}
        return render(self.request, "administration/sharing_basis.html", context)
