"""A line is corrected in place: what the file says stays beside what is typed, and the line is judged again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from workflows import engine
from workflows.imports import doubts, values
from workflows.imports.columns import in_order
from workflows.imports.jobs import NotNow
from workflows.imports.plan import ImportOutcome
from workflows.imports.records import corrections_of
from workflows.models import ImportRow
from workflows.views.imports.base import JobPage, State

LONGEST = 200


class CellsForm(forms.Form):
    """One field a column that is imported; what is wrong comes first."""

    def __init__(self, *args: Any, row: ImportRow, typed: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row, self.headings = row, in_order(row.job.columns)
        self.before = row.values | row.refused | typed
        for heading in self.headings:
            was = self.before.get(heading, "")
            said = f"Dans le fichier : « {row.refused[heading]} »." if heading in row.refused else ""
            self.fields[self.name_of(heading)] = forms.CharField(
                label=heading, help_text=said, initial=was, required=False, max_length=LONGEST
            )

    def name_of(self, heading: str) -> str:
        return f"cell_{self.headings.index(heading)}"

    def is_wrong(self, heading: str) -> bool:
        return heading in (self.row.column, *self.row.refused)

    @property
    def wrong_fields(self) -> list[Any]:
        return [self[self.name_of(heading)] for heading in self.headings if self.is_wrong(heading)]

    @property
    def other_fields(self) -> list[Any]:
        return [self[self.name_of(heading)] for heading in self.headings if not self.is_wrong(heading)]

    def clean(self) -> dict[str, Any]:
        for name, text in list(self.cleaned_data.items()):
            if values.is_social_security_number(text):
                self.add_error(name, "Cette valeur a la forme d’un numéro de sécurité sociale : ne pas la saisir.")
        return self.cleaned_data

    def changed_cells(self) -> dict[str, str]:
        """The cells that were changed."""
        cells = {heading: self.cleaned_data[self.name_of(heading)] for heading in self.headings}
        return {heading: text for heading, text in cells.items() if text != self.before.get(heading, "")}


class Correct(JobPage):
    """For those who send the file, while the line waits for someone or the file is only checked."""

    def find_row(self) -> ImportRow:
        job = self.find_job()
        rows = ImportRow.objects.filter(job=job, line=self.kwargs["line"], written={})
        if job.state == State.DONE:
            rows = rows.filter(outcome__in=(ImportRow.Outcome.REJECTED, ImportRow.Outcome.TO_CHECK))
        row = get_object_or_404(rows)
        row.job = job
        return row

    def get_form(self, row: ImportRow, data: Any = None) -> CellsForm:
        return CellsForm(data, row=row, typed=dict(corrections_of(row.job).get(row.line, {})))

    def get(self, request: HttpRequest, job: str, line: int) -> HttpResponse:
        row = self.find_row()
        return self.render_form(row, self.get_form(row))

    def post(self, request: HttpRequest, job: str, line: int) -> HttpResponse:
        row = self.find_row()
        form = self.get_form(row, request.POST)
        if not form.is_valid():
            return self.render_form(row, form)
        if not form.changed_cells() and form.wrong_fields:
            form.add_error(None, "Aucune cellule n’a été changée : en corriger une, ou revenir à l’import.")
            return self.render_form(row, form)
        try:
            plan = doubts.correct_cells(row, typed=form.changed_cells(), by=self.user, at=self.now, today=self.today)
        except (NotNow, engine.Refused) as error:
            return self.redirect_with_error(error)
        if plan.outcome is ImportOutcome.REJECTED:
            messages.error(request, f"Ligne {line} : {plan.reason}.")
            return redirect("correct_line", job, line)
        messages.success(request, f"Ligne {line} corrigée : {plan.reason}.")
        return redirect(self.next_error_url(row) if "next" in request.POST else reverse("import", args=[job]))

    def show_typed(self) -> HttpResponse:
        row = self.find_row()
        return self.render_form(row, self.get_form(row, self.request.POST))

    def next_error_url(self, row: ImportRow) -> str:
        """The next line in error, from the top again once the last is done."""
        wrong = ImportRow.objects.filter(job=row.job, outcome=ImportRow.Outcome.REJECTED).exclude(line=row.line)
        following = wrong.filter(line__gt=row.line).first() or wrong.first()
        job = row.job.public_id
        return reverse("correct_line", args=[job, following.line]) if following else reverse("import", args=[job])

    def render_form(self, row: ImportRow, form: CellsForm) -> HttpResponse:
        context = {"job": row.job, "row": row, "form": form, "is_kept": bool(row.values or row.refused)}
        return render(self.request, "imports/correct.html", context)
