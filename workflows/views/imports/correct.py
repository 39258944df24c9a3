"""A line is corrected in place: what the file says stays beside what is typed, and the line is judged again."""

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property

from cases.forms import FormData
from cases.refusals import Refusal
from workflows.imports import doubts, values
from workflows.imports.columns import in_order
from workflows.imports.plan import ImportOutcome, LinePlan
from workflows.models import ImportCorrection, ImportRow
from workflows.views.imports.base import JobPage, State
from workflows.views.parts.pages import FormPage

LONGEST = 200
MEANWHILE = (
    "Quelqu’un a corrigé cette cellule entre-temps : {said}. Corriger de nouveau pour garder votre valeur, ou reprendre"
    " la sienne."
)


class CellsForm(forms.Form):
    """One field a column that is imported; what is wrong comes first."""

    def __init__(
        self, data: FormData = None, *, row: ImportRow, typed: Mapping[str, str], in_file: Mapping[str, str]
    ) -> None:
        """`typed`: how its cells were corrected; `in_file`: what the file says of these."""
        super().__init__(data)
        self.row, self.headings = row, in_order(row.job.columns)
        self.before = row.values | row.refused | typed
        said_first = row.refused | in_file
        for heading in self.headings:
            was = self.before.get(heading, "")
            said = f"Dans le fichier : « {said_first[heading]} »." if said_first.get(heading) else ""
            self.fields[self.name_of(heading)] = forms.CharField(
                label=heading,
                help_text=said,
                initial=was,
                required=False,
                max_length=LONGEST,
                show_hidden_initial=True,
            )

    def name_of(self, heading: str) -> str:
        return f"cell_{self.headings.index(heading)}"

    def is_wrong(self, heading: str) -> bool:
        return heading in (self.row.column, *self.row.refused) or self.name_of(heading) in self.errors

    @property
    def wrong_fields(self) -> list[object]:
        return [self[self.name_of(heading)] for heading in self.headings if self.is_wrong(heading)]

    @property
    def other_fields(self) -> list[object]:
        return [self[self.name_of(heading)] for heading in self.headings if not self.is_wrong(heading)]

    def clean(self) -> dict[str, object]:
        for name, text in list(self.cleaned_data.items()):
            if values.is_social_security_number(text):
                self.add_error(name, "Cette valeur a la forme d’un numéro de sécurité sociale : ne pas la saisir.")
        return self.cleaned_data

    @property
    def shown_cells(self) -> dict[str, str]:
        """What was shown of each cell to whoever typed: somebody else may have corrected the line since."""
        now = {heading: self.before.get(heading, "") for heading in self.headings}
        return {
            heading: self.data.get(self.add_initial_prefix(self.name_of(heading)), text).strip()
            for heading, text in now.items()
        }

    def changed_cells(self) -> dict[str, str]:
        """The cells that were changed."""
        cells, shown = (
            {heading: self.cleaned_data[self.name_of(heading)] for heading in self.headings},
            self.shown_cells,
        )
        return {heading: text for heading, text in cells.items() if text != shown[heading]}

    def show_corrected(self, meanwhile: Mapping[str, str]) -> None:
        """Cells were corrected by somebody else too: say it beside each, and show what is new of those that nobody typed
        here. Sent again, what is typed counts."""
        changed, data = self.changed_cells(), QueryDict(mutable=True)
        data.update(self.data)
        for heading, text in (self.before | meanwhile).items():
            if heading not in self.headings or (heading in changed and heading not in meanwhile):
                continue
            name = self.name_of(heading)
            data[self.add_initial_prefix(name)] = text
            if heading not in changed:
                data[name] = text
        self.data = data
        for heading, text in meanwhile.items():
            said = f"« {text} »" if text else "elle est vide maintenant"
            self.add_error(self.name_of(heading), MEANWHILE.format(said=said))


class Correct(FormPage, JobPage):
    """For those who send the file, while the line waits for someone or the file is only checked."""

    @cached_property
    def row(self) -> ImportRow:
        job = self.find_job()
        rows = ImportRow.objects.filter(job=job, line=self.kwargs["line"], written={})
        if job.state == State.DONE:
            rows = rows.filter(outcome__in=(ImportRow.Outcome.REJECTED, ImportRow.Outcome.TO_CHECK))
        row = get_object_or_404(rows)
        row.job = job
        return row

    def get_form(self, data: QueryDict | None = None) -> CellsForm:
        made = ImportCorrection.objects.filter(job=self.row.job, line=self.row.line)
        typed, in_file = {each.heading: each.value for each in made}, {each.heading: each.original for each in made}
        return CellsForm(data, row=self.row, typed=typed, in_file=in_file)

    def process_sent(self, form: CellsForm) -> HttpResponse:
        cells = form.changed_cells()
        if not cells and form.wrong_fields:
            form.add_error(None, "Aucune cellule n’a été changée : en corriger une, ou revenir à l’import.")
            return self.render_form(form)
        job, line = self.row.job.public_id, self.row.line
        shown = form.shown_cells
        plan = doubts.correct_cells(self.row, typed=cells, shown=shown, by=self.user, at=self.now, today=self.today)
        if plan.outcome is ImportOutcome.REJECTED:
            return self.lead_on(
                f"Ligne {line} : {plan.reason.rstrip('.')}.", "correct_line", job, line, level=messages.ERROR
            )
        messages.success(self.request, say_corrected(self.row, plan))
        return redirect(self.next_error_url() if "next" in self.request.POST else reverse("import", args=[job]))

    def add_refusal(self, form: CellsForm, refusal: Refusal) -> None:
        if not isinstance(refusal, doubts.CorrectedMeanwhile):
            raise refusal  # the line waits no more: there is nothing to type again
        form.show_corrected(refusal.cells)

    def next_error_url(self) -> str:
        """The next line in error, from the top again once the last is done."""
        job, line = self.row.job, self.row.line
        wrong = ImportRow.objects.filter(job=job, outcome=ImportRow.Outcome.REJECTED).exclude(line=line)
        following = wrong.filter(line__gt=line).first() or wrong.first()
        if following is None:
            return reverse("import", args=[job.public_id])
        return reverse("correct_line", args=[job.public_id, following.line])

    def render_form(self, form: CellsForm) -> HttpResponse:
        row = self.row
        context = {"job": row.job, "row": row, "form": form, "is_kept": bool(row.values or row.refused)}
        return render(self.request, "imports/correct.html", context)


def say_corrected(row: ImportRow, plan: LinePlan) -> str:
    """What becomes of the line, and why; before the import, what will."""
    when = "Résultat" if row.job.state == State.DONE else "À l’import"
    outcome = ImportRow.Outcome(plan.outcome).label
    reason = plan.reason.removeprefix(f"{outcome} : ").rstrip(".")
    return f"Ligne {row.line} corrigée. {when} : {outcome}, {reason}."
