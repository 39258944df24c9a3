"""The pieces of a case: those that the reader may see, several added at once, one withdrawn with its reason."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst, slugify

from cases import permissions
from cases.actions import documents
from cases.forms import FilesField, FormFiles, PastDayField, say_today
from cases.models import AccessEntry, Case, Document, Measure, Milestone, User
from cases.refusals import Busy, Refusal, StoreAway
from workflows.actions import kept
from workflows.models import KeptFile
from workflows.views.parts.case_permissions import CasePermissions
from workflows.views.parts.pages import CasePage, FormPage, do_and_tell
from workflows.views.parts.private_files import private_file

AT_ONCE = 10
SentFile = UploadedFile[bytes] | KeptFile
PROOFS = {
    "order_to_pay_served": Document.Kind.ORDER_TO_PAY,
    "summons_served": Document.Kind.SUMMONS,
    "hearing": Document.Kind.SUMMONS,
    "decision_served": Document.Kind.JUDGMENT,
}
"""Which piece usually proves a dated fact; proposed, never imposed."""


def quarantine_of(documents: Iterable[Document]) -> str:
    """What a page of pieces says of those that are not scanned yet: `waiting`, or `silent` when the scanner is."""
    waiting = [each for each in documents if each.scan == Document.Scan.WAITING]
    if any(each.scan_failed_at for each in waiting):
        return "silent"
    return "waiting" if waiting else ""


class DocumentForm(forms.Form):
    pieces = FilesField(
        label="Fichiers",
        help_text="PDF, ou photos JPEG ou PNG : 10 Mo au plus chacun, dix à la fois.",
        required=False,
        accept="application/pdf,image/jpeg,image/png",
    )
    photo = forms.FileField(
        label="Prendre une photo",
        help_text="Le lieu et l’heure inscrits dans la photo sont effacés.",
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    kind = forms.ChoiceField(label="Nature", choices=[("", "Choisir"), *Document.Kind.choices])
    title = forms.CharField(
        label="Précision", help_text="Par exemple « octobre 2026 ». Aucun nom.", max_length=80, required=False
    )
    received_on = PastDayField(
        label="Reçue ou prise le", future="Cette date est à venir : saisir le jour où la pièce a été reçue."
    )
    visibility = forms.ChoiceField(label="Qui peut la voir", widget=forms.RadioSelect)

    kept_files: Sequence[KeptFile] = ()
    """Those of an earlier sending that had a fault."""

    def __init__(self, *args: Any, full: bool, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_today(self, on)
        field: Any = self.fields["visibility"]
        field.choices = [
            (code, capfirst(words))
            for code, words in Document.Visibility.choices
            if full or code != Document.Visibility.SHARED
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        sent = [*self.kept_files, *(cleaned.get("pieces") or []), *filter(None, [cleaned.get("photo")])]
        if not sent and not {"pieces", "photo"} & set(self.errors):
            self.add_error("pieces", "Choisir au moins un fichier.")
        if len(sent) > AT_ONCE:
            self.add_error("pieces", f"{len(sent)} fichiers choisis : en envoyer dix au plus à la fois.")
        return cleaned | {"sent": sent}


class AddsDocuments(CasePage):
    """A page with a form that adds files to the case: each file is an act of its own."""

    shows = AccessEntry.Kind.DOCUMENTS
    may_add: Any

    def get_form(self, data: QueryDict | None = None, files: FormFiles = None) -> DocumentForm:
        raise NotImplementedError

    def render_form(self, form: Any) -> HttpResponse:
        raise NotImplementedError

    def get_document_values(self, typed: dict[str, Any]) -> dict[str, Any]:
        """What the answers of the form say that the files are, for `documents.add`."""
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.render_form(self.get_form() if self.may_add else None)

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if not self.may_add:
            raise PermissionDenied
        form = self.sent_form()
        if not form.is_valid():
            sent = [*request.FILES.getlist("pieces"), *request.FILES.getlist("photo")]
            form.kept_files = [*form.kept_files, *kept.keep_files(author=self.user, files=sent, at=self.now)]
            return self.render_form(form)
        refused = list(self.add_documents(**form.cleaned_data))
        self.keep_to_send_again(form, [file for file, refusal in refused if isinstance(refusal, Busy | StoreAway)])
        if added := len(form.cleaned_data["sent"]) - len(refused):
            messages.success(request, f"{added} pièces ajoutées." if added > 1 else "Pièce ajoutée.")
        if not refused:
            return redirect(request.path)
        for file, refusal in refused:
            named = len(form.cleaned_data["sent"]) > 1
            form.add_error("pieces", f"« {file.name} » : {refusal}" if named else str(refusal))
        return self.render_form(form)

    def keep_to_send_again(self, form: DocumentForm, files: Sequence[SentFile]) -> None:
        """Those that nothing is wrong with: what refused them passes."""
        earlier = [file for file in form.kept_files if file in files]
        kept.discard_files(file for file in form.kept_files if file not in files)
        new = [file for file in files if not isinstance(file, KeptFile)]
        form.kept_files = [*earlier, *kept.keep_files(author=self.user, files=new, at=self.now)]

    def show_typed(self) -> HttpResponse:
        return self.render_form(self.sent_form() if self.may_add else None)

    def sent_form(self) -> DocumentForm:
        form = self.get_form(self.request.POST, self.request.FILES)
        form.kept_files = kept.files_of(self.user, self.request.POST.getlist("kept"))
        return form

    def add_documents(
        self, *, sent: list[SentFile], received_on: date, visibility: str, **typed: Any
    ) -> Iterable[tuple[SentFile, Refusal]]:
        """One that is refused, with its reason, does not lose the others."""
        structure = permissions.acting_structure(self.user, self.case, at=self.today)
        if structure is None:
            raise PermissionDenied
        named = self.get_document_values(typed)
        for file in sent:
            try:
                documents.add(
                    case=self.case,
                    content=file.read(),
                    received_on=received_on,
                    visibility=visibility,
                    structure=structure,
                    by=self.user,
                    at=self.now,
                    **named,
                )
            except Refusal as refusal:
                yield file, refusal


class Documents(AddsDocuments):
    """The list, and the form to add to it: what a dated fact (`?fait=`) or a measure (`?mesure=`) asks for is proposed."""

    def get_document_values(self, typed: dict[str, Any]) -> dict[str, Any]:
        return {"kind": typed["kind"], "title": typed["title"], "measure": self.measure, "milestone": self.milestone}

    @cached_property
    def may_add(self) -> bool:
        return CasePermissions.for_user(self.user, self.case, at=self.now).add_document

    @cached_property
    def milestone(self) -> Milestone | None:
        code = self.request.GET.get("fait")
        known = self.data.milestones if code and self.full else []
        return next((fact for fact in known if str(fact.public_id) == code), None)

    @cached_property
    def measure(self) -> Measure | None:
        code = self.request.GET.get("mesure")
        known = self.data.measures if code and self.full else []
        return next((each for each in reversed(known) if each.kind == code), None)

    @property
    def subject_words(self) -> str:
        """What the pieces to add will be attached to."""
        if self.milestone:
            return (
                f"{self.data.words_of_milestones.get(self.milestone.kind, '')}, {self.milestone.happened_on:%d/%m/%Y}"
            )
        return str(self.measure.get_kind_display()) if self.measure else ""

    def get_form(self, data: QueryDict | None = None, files: FormFiles = None) -> DocumentForm:
        kind = PROOFS.get(self.milestone.kind, "") if self.milestone else ""
        initial = {
            "kind": Document.Kind.ANSWER if self.measure else kind,
            "received_on": self.today,
            "visibility": Document.Visibility.SHARED if self.subject_words else Document.Visibility.INTERNAL,
        }
        return DocumentForm(data, files, full=self.full, on=self.today, initial=initial)

    def render_form(self, form: DocumentForm | None) -> HttpResponse:
        seen = permissions.visible_documents(self.user, self.case, at=self.today)
        found = list(seen.select_related("by", "structure", "measure", "milestone"))
        return self.render_page(
            "documents/list.html",
            form=form,
            about=self.subject_words,
            documents=found,
            quarantine=quarantine_of(found),
            words=self.data.words_of_milestones,
            voidable=find_voidable(found, self.case, by=self.user, at=self.today),
        )


class OneDocument(CasePage):
    shows = AccessEntry.Kind.DOCUMENTS
    document: Document

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        seen = permissions.visible_documents(self.user, self.case, at=self.today)
        self.document = get_object_or_404(seen.select_related("structure"), public_id=kwargs["document"])
        self.document.case = self.case
        return None


class DocumentFile(OneDocument):
    shows = AccessEntry.Kind.DOWNLOAD

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if not self.document.may_be_opened:  # the list says why
            return redirect("documents", self.case.public_id)
        what = slugify(self.document.get_kind_display())
        name = f"dossier-{self.case.reference}-{what}.{self.document.extension}"
        return private_file(self.document.file, content_type=self.document.content_type, name=name)


def find_voidable(documents: Iterable[Document], case: Case, *, by: User, at: date) -> set[int]:
    """Those that he added, or that were added by a structure where he follows cases. What an operator joined to its answer,
    when he answers for the case: the operator sees it no more."""
    follows = permissions.rights(by, at=at).get("handle_case", frozenset())
    of_case = case.responsible_structure_id in follows
    return {
        each.pk
        for each in documents
        if each.by_id == by.pk or (of_case if each.question_id else each.structure_id in follows)
    }


class VoidForm(forms.Form):
    reason = forms.ChoiceField(
        label="Pourquoi la retirer", choices=Document.VoidReason.choices, widget=forms.RadioSelect
    )


class VoidDocument(OneDocument, FormPage):
    form_class = VoidForm

    def find_objects(self, request: HttpRequest, **kwargs: Any) -> HttpResponse | None:
        super().find_objects(request, **kwargs)
        if self.document.pk not in find_voidable([self.document], self.case, by=self.user, at=self.today):
            raise PermissionDenied
        return None

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        do_and_tell(self.request, partial(self.void, typed["reason"]), refused=messages.INFO)
        return redirect("documents", self.case.public_id)

    def void(self, reason: str) -> str:
        documents.void(document=self.document, reason=reason, by=self.user, at=self.now)
        return "Pièce retirée : elle n’est plus visible de personne."

    def render_form(self, form: VoidForm) -> HttpResponse:
        return self.render_page(
            "documents/void.html",
            document=self.document,
            documents_url=reverse("documents", args=[self.case.public_id]),
            form=form,
        )
