"""The papers of a line: what each step asks for, what is there, what lacks, what left already; and adding one of them."""

from datetime import date
from typing import Any, Unpack

from django import forms
from django.http import HttpResponse, QueryDict
from django.utils.functional import cached_property

from cases import permissions
from cases.actions.remedies import line_letters_in_force, overpayments_in_force
from cases.forms import FormData, FormFiles, FormOptions
from cases.models import Document
from cases.rules.overpayments import STEPS, Overpayments
from workflows.actions.overpayment import NOTIFICATION
from workflows.models import CaseTask
from workflows.views.case.documents import AddsDocuments, DocumentForm, quarantine_of
from workflows.views.overpayment.letters_due import chosen_letters
from workflows.views.overpayment.line import LineOfCase
from workflows.views.overpayment.required_papers import OF_THE_CASE, papers_by_step
from workflows.views.parts.case_permissions import CasePermissions


class PaperForm(DocumentForm):
    """A piece of the case, called by what it is asked for."""

    paper = forms.ChoiceField(label="Pièce")

    field_order = ["paper", "pieces", "photo", "received_on", "visibility"]

    def __init__(
        self,
        data: FormData = None,
        files: FormFiles = None,
        *,
        words: Overpayments,
        full: bool,
        on: date,
        **kwargs: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, files, full=full, on=on, **kwargs)
        del self.fields["kind"], self.fields["title"]
        field: Any = self.fields["paper"]
        field.choices = [
            ("", "Choisir"),
            *(
                (title, [(f"{step}:{paper.code}", paper.label) for paper in words.papers_of(step)])
                for step, title in STEPS.items()
            ),
        ]


class LinePapers(AddsDocuments, LineOfCase):
    def get_document_values(self, typed: dict[str, Any]) -> dict[str, Any]:
        step, _, code = typed["paper"].partition(":")
        label = next(each.label for each in self.words.papers_of(step) if each.code == code)
        is_notification = code == NOTIFICATION
        return {
            "kind": Document.Kind.NOTIFICATION if is_notification else Document.Kind.PAPER,
            "title": "" if is_notification else label[:80],
            "line": None if step in OF_THE_CASE else self.line,
            "paper": code,
        }

    @cached_property
    def may_add(self) -> bool:
        return self.line.is_open and CasePermissions.for_user(self.user, self.case, at=self.now).follow_plan

    @cached_property
    def now_needed(self) -> set[str]:
        """Steps whose papers count now: those of the case, and of the letters that are chosen or made."""
        letters = line_letters_in_force(on=self.today, territory=self.case.territory).letters
        waiting = CaseTask.objects.open().filter(process__debt=self.line.debt_id).select_related("process")
        codes = {*chosen_letters(waiting).values(), *self.line.letters.values_list("kind", flat=True)}
        return {*OF_THE_CASE, *(letters[code].papers for code in codes if code in letters)}

    @cached_property
    def words(self) -> Overpayments:
        return overpayments_in_force(on=self.today, territory=self.case.territory)

    def get_form(self, data: QueryDict | None = None, files: FormFiles = None) -> PaperForm:
        initial = {
            "paper": self.request.GET.get("piece", ""),
            "received_on": self.today,
            "visibility": Document.Visibility.SHARED,
        }
        return PaperForm(data, files, full=self.full, on=self.today, words=self.words, initial=initial)

    def render_form(self, form: PaperForm | None) -> HttpResponse:
        seen = permissions.visible_documents(self.user, self.case, at=self.today)
        own = [each for each in seen if each.line_id in (None, self.line.pk)]
        steps = papers_by_step(self.words, own, steps=STEPS)
        return self.render_page(
            "lines/papers.html",
            line_url=self.line_url,
            line=self.line,
            steps=[step for step in steps if step.code in self.now_needed],
            others=[step for step in steps if step.code not in self.now_needed],
            quarantine=quarantine_of(own),
            form=form,
        )
