"""A case in restricted archive: read by an officer, or by the manager of the service that had it, who says why."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from cases import journal, permissions
from cases.actions import access_log
from cases.forms import FormData
from cases.models import CLAIMANT_KINDS, AccessEntry, Case, Structure
from workflows.actions import subject_acts
from workflows.views.parts.pages import FormPage
from workflows.views.traces.forms import CHOOSE, CaseNumberField

WHY = {
    "request": "la personne demande ses données",
    "litigation": "un litige ou une réclamation",
    "control": "un contrôle ou une décision de justice",
    "return": "la personne revient vers le service",
}


class ArchiveForm(forms.Form):
    case = CaseNumberField(label="Numéro du dossier", help_text="Par exemple 2026-00012.")
    reason = forms.ChoiceField(label="Pourquoi", choices=[*CHOOSE, *WHY.items()])

    def __init__(self, data: FormData = None, *, cases: QuerySet[Case]) -> None:
        super().__init__(data)
        field: Any = self.fields["case"]
        field.cases = cases
        field.error_messages["unknown"] = "Aucun dossier archivé de ce numéro ne relève de vous : vérifier le numéro."


class Archive(FormPage):
    """Each opening says why: the page has no address of its own once it is open."""

    held_back = ()

    shows: str = AccessEntry.Kind.TRACES

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        held = permissions.rights(self.user, at=self.today)
        if not held.get("view_structure_cases") and not self.reviewing.exists():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @property
    def reviewing(self) -> QuerySet[Structure]:
        """Where he is officer, as for the pages of retention: a claimant’s knows of no case."""
        own = permissions.structures_where(self.user, "review_traces", at=self.today)
        return own.exclude(kind__in=CLAIMANT_KINDS)

    @property
    def own_archive(self) -> QuerySet[Case]:
        own = Q(responsible_structure__in=self.managed.values("pk"))
        if self.reviewing.exists():
            officer = permissions.officer_cases(self.user, at=self.today)
            officer = officer.exclude(responsible_structure__kind__in=CLAIMANT_KINDS)
            own |= Q(pk__in=officer.order_by().values("pk"))
        return Case.objects.filter(own, household__archived_on__isnull=False, household__anonymised_on=None)

    @property
    def managed(self) -> QuerySet[Structure]:
        return permissions.structures_where(self.user, "view_structure_cases", at=self.today)

    def get_form(self, data: QueryDict | None = None) -> ArchiveForm:
        return ArchiveForm(data, cases=self.own_archive)

    def render_form(self, form: forms.Form) -> HttpResponse:
        context = {
            "form": form,
            "title": "Ouvrir un dossier archivé",
            "lead": "L’ouverture et son motif vont au journal, et la personne peut les connaître.",
            "submit_label": "Ouvrir",
            "kicker": "Archive restreinte",
            "back_url": reverse("inbox"),
        }
        return render(self.request, "traces/act.html", context)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        case: Case = typed["case"]
        structure = self.find_structure(case)
        held = permissions.list_shown_by(self.held, structure=structure.pk)
        shown = self.own_archive.filter(household=case.household_id)
        self.shows = ""  # one line for each case, with the reason, and no other
        for each in shown:
            access_log.note(
                user=self.user,
                case=each,
                structure=structure.pk,
                kind=AccessEntry.Kind.ARCHIVE,
                right=held.right,
                page="archive",
                reason=typed["reason"],
                at=self.now,
            )
        journal.record(
            "archive.opened", at=self.now, case=case, by=self.user, structure=structure, reason=typed["reason"]
        )
        items = subject_acts.read_archived_items(case.household, cases=shown, structure=structure)
        context = {"case": case, "items": items, "why": WHY[typed["reason"]]}
        return render(self.request, "traces/archived.html", context)

    def find_structure(self, case: Case) -> Structure:
        """For which he opens it: the one that had it, or the officer’s own."""
        own = self.managed.filter(pk=case.responsible_structure_id).first() or self.reviewing.order_by("pk").first()
        if own is None:
            raise Http404
        return own
