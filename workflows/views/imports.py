"""Imports: deposit a file, correct how it is read, see what it would do, have it done, read what was done."""

import csv
import hashlib
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases import permissions
from cases.models import Structure
from cases.models.structures import StructureKind
from workflows import engine, tasks
from workflows.imports import jobs
from workflows.imports.columns import FIELDS, check_mapping
from workflows.imports.known import Home
from workflows.imports.mappings import mapping_for
from workflows.imports.read import CannotRead, Limits, Table
from workflows.imports.run import read_job, stated_day
from workflows.imports.values import as_text
from workflows.models import ImportJob, ImportRow
from workflows.views.base import Page

SHOWN = 20  # imports in the list
PREVIEW = 5
ROWS = 100
State = ImportJob.State
WRITTEN = ("created", "updated", "watched")


class SenderPage(Page):
    """Only for those who report for a structure that sends files; for anyone else the page does not exist."""

    structures: list[Structure]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        mine = permissions.structures_where(self.user, "report_arrears", at=self.today)
        self.structures = [structure for structure in mine if structure.sends_files]
        if not self.structures:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def is_pilot(self) -> bool:
        """Of the desk of this action: the pilot of another one, in a service, knows no more than his colleagues."""
        desks = permissions.rights(self.user, at=self.today).get("pilot_action", frozenset())
        return any(one.pk in desks and one.kind == StructureKind.CAF_PILOT for one in self.structures)

    @property
    def jobs(self) -> QuerySet[ImportJob]:
        return ImportJob.objects.filter(structure__in=self.structures).select_related("structure", "by")


class JobPage(SenderPage):
    """A page of one import."""

    def find(self) -> ImportJob:
        return get_object_or_404(self.jobs, public_id=self.kwargs["job"])

    def again(self, error: Exception) -> HttpResponse:
        messages.error(self.request, str(error))
        return redirect("import", self.kwargs["job"])


def doubtful_rows() -> QuerySet[ImportRow]:
    return ImportRow.objects.filter(outcome=ImportRow.Outcome.TO_CHECK, job__state=State.DONE)


# The list, and a new file


class DepositForm(forms.Form):
    structure = forms.ModelChoiceField(Structure.objects.none(), label="Expéditeur", empty_label=None)
    file = forms.FileField(
        label="Fichier des impayés",
        help_text="Tableur ou texte (.xlsx, .xls, .ods, .csv), 20 Mo au plus. Il est supprimé une fois importé.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx,.xls,.ods"}),
    )

    def __init__(self, *args: Any, structures: list[Structure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["structure"]
        field.queryset = Structure.objects.filter(pk__in=[structure.pk for structure in structures])
        field.initial = structures[0]
        if len(structures) == 1:
            field.widget = forms.HiddenInput()

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > Limits().file_bytes:
            raise forms.ValidationError("Ce fichier dépasse 20 Mo : ne garder que le tableau, ou le découper.")
        return file


class Imports(SenderPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(DepositForm(structures=self.structures))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DepositForm(request.POST, request.FILES, structures=self.structures)
        if not form.is_valid():
            return self.show(form)
        file = form.cleaned_data["file"]
        job = jobs.deposit(
            structure=form.cleaned_data["structure"], by=self.user, file=file, name=file.name, at=self.now
        )
        try:
            read_job(job)
        except CannotRead as error:
            jobs.discard(job)
            form.add_error("file", str(error))
            return self.show(form)
        return redirect("import_columns", job.public_id)

    def doubtful(self) -> QuerySet[ImportRow]:
        """The lines that only the pilot can decide wait on his page; they are shown by their import alone."""
        if not self.is_pilot:
            return ImportRow.objects.none()
        return doubtful_rows().select_related("job__structure").order_by("pk")[:ROWS]

    def show(self, form: DepositForm) -> HttpResponse:
        context = {"form": form, "jobs": self.jobs[:SHOWN], "doubtful": self.doubtful()}
        return render(self.request, "imports/list.html", context)


# How a file is read


class ReadingForm(forms.Form):
    """How the file was understood, to be corrected."""

    header_line = forms.IntegerField(label="Ligne des titres de colonnes", min_value=1)
    encoding = forms.ChoiceField(label="Encodage", required=False)
    separator = forms.ChoiceField(label="Séparateur", required=False)
    sheet = forms.ChoiceField(label="Feuille", required=False)
    as_of = forms.DateField(
        label="Soldes arrêtés au",
        help_text="Date des soldes du fichier.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    headings = forms.CharField(widget=forms.HiddenInput, required=False)

    ENCODINGS = {"utf-8": "UTF-8", "cp1252": "Windows (cp1252)", "utf-16": "UTF-16", "mac_roman": "Mac"}
    SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}

    def __init__(self, *args: Any, table: Table, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        offered = {
            "encoding": with_current(self.ENCODINGS, table.encoding),
            "separator": with_current(self.SEPARATORS, table.separator),
            "sheet": {sheet: sheet for sheet in table.sheets},
        }
        for name, choices in offered.items():
            field: Any = self.fields[name]
            field.choices = list(choices.items())
            if len(choices) < 2:
                del self.fields[name]

    def clean_as_of(self) -> date:
        as_of: date = self.cleaned_data["as_of"]
        if as_of > self.today:
            raise forms.ValidationError("Cette date est à venir : indiquer celle des soldes du fichier.")
        return as_of

    def options(self) -> dict[str, Any]:
        return {
            name: self.cleaned_data[name]
            for name in ("header_line", "encoding", "separator", "sheet")
            if self.cleaned_data.get(name)
        }


def with_current(choices: dict[str, str], current: str) -> dict[str, str]:
    """What the file was read with is always offered; nothing is when the kind of file has no such thing."""
    return ({current: current} | choices) if current else {}


class ColumnsForm(forms.Form):
    """One field a column of the file: what it holds."""

    def __init__(self, *args: Any, table: Table, mapping: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table
        for place, heading in enumerate(table.headings):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=heading, choices=CHOICES, required=False, initial=mapping.get(heading, "")
            )

    def mapping(self) -> dict[str, str]:
        found = {
            heading: self.cleaned_data.get(f"column_{place}") for place, heading in enumerate(self.table.headings)
        }
        return {heading: name for heading, name in found.items() if name}

    def clean(self) -> dict[str, Any]:
        for problem in check_mapping(self.mapping(), self.table.headings):
            self.add_error(None, problem)
        return self.cleaned_data

    @property
    def columns(self) -> list[tuple[Any, list[str]]]:
        """Each column’s field, and what its first lines hold."""
        samples = [
            [as_text(row.cells[place]) for row in self.table.rows[:PREVIEW]] for place in range(len(self.fields))
        ]
        return list(zip(list(self), samples, strict=True))


CHOICES = [("", "Ne pas importer"), *((field.name, field.label) for field in FIELDS)]


class Columns(JobPage):
    """The first lines, how they were read, and what each column holds; everything can be corrected."""

    def get(self, request: HttpRequest, job: str) -> HttpResponse:
        found = self.find()
        if found.state not in (State.UPLOADED, State.CHECKED, State.FAILED):
            return redirect("import", job)
        try:
            table = read_job(found)
        except CannotRead as error:
            messages.error(request, str(error))
            return redirect("imports")
        mapping = found.columns or mapping_for(found.structure, table.headings)
        return self.show(found, table, self.reading(found, table), ColumnsForm(table=table, mapping=mapping))

    def post(self, request: HttpRequest, job: str) -> HttpResponse:
        found = self.find()
        try:
            table = read_job(found)
            reading = ReadingForm(request.POST, table=table, today=self.today)
            if not reading.is_valid():
                columns = ColumnsForm(request.POST, table=table, mapping={})
                return self.show(found, table, reading, columns)
            found.options = reading.options()
            table = read_job(found)
        except CannotRead as error:
            return self.again(error)
        if digest(table) != reading.cleaned_data["headings"]:
            return self.read_again(found, table, as_of=reading.cleaned_data["as_of"])
        columns = ColumnsForm(request.POST, table=table, mapping={})
        if not columns.is_valid():
            return self.show(found, table, reading, columns)
        return self.check(found, reading, columns)

    def check(self, job: ImportJob, reading: ReadingForm, columns: ColumnsForm) -> HttpResponse:
        try:
            jobs.ask_check(
                job, columns=columns.mapping(), options=reading.options(), as_of=reading.cleaned_data["as_of"]
            )
        except jobs.NotNow as error:
            return self.again(error)
        transaction.on_commit(tasks.poke)
        return redirect("import", job.public_id)

    def read_again(self, job: ImportJob, table: Table, *, as_of: date) -> HttpResponse:
        """Read otherwise, the file has other columns: propose them anew."""
        messages.info(self.request, "Le fichier a été relu : vérifier les colonnes.")
        job.as_of = as_of
        columns = ColumnsForm(table=table, mapping=mapping_for(job.structure, table.headings))
        return self.show(job, table, self.reading(job, table), columns)

    def reading(self, job: ImportJob, table: Table) -> ReadingForm:
        initial = {
            "header_line": table.header_line,
            "encoding": table.encoding,
            "separator": table.separator,
            "sheet": table.sheet,
            "as_of": job.as_of or stated_day(table, today=self.today),
            "headings": digest(table),
        }
        return ReadingForm(initial=initial, table=table, today=self.today)

    def show(self, job: ImportJob, table: Table, reading: ReadingForm, columns: ColumnsForm) -> HttpResponse:
        context = {
            "job": job,
            "reading": reading,
            "columns": columns,
            "rows": len(table.rows),
        }
        return render(self.request, "imports/columns.html", context)


def digest(table: Table) -> str:
    return hashlib.sha256("\n".join(table.headings).encode()).hexdigest()


# What it would do, does, did


class ImportPage(JobPage):
    """One page for the life of an import: progress while it runs, else what was or would be done of each line."""

    def get(self, request: HttpRequest, job: str) -> HttpResponse:
        found = self.find()
        if found.state == State.UPLOADED or (found.state == State.FAILED and not found.done_rows and found.file):
            if found.message:
                messages.error(request, found.message)
            return redirect("import_columns", job)
        if found.state in (State.CHECKING, State.RUNNING, State.UNDOING):
            template = "imports/progress_part.html" if request.headers.get("HX-Request") else "imports/progress.html"
            return render(request, template, {"job": found})
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "imports/report.html", self.report(found))

    def report(self, job: ImportJob) -> dict[str, Any]:
        shown = self.request.GET.get("voir", "")
        outcomes = dict(ImportRow.Outcome.choices)
        rows = ImportRow.objects.filter(job=job).order_by("line")
        if shown in outcomes:
            rows = rows.filter(outcome=shown)
        after = self.request.GET.get("apres", "")
        if after.isdigit():
            rows = rows.filter(line__gt=int(after[:9]))
        page = list(rows[: ROWS + 1])
        url = reverse("import", args=[job.public_id])
        tabs = [{"label": "Toutes", "url": url, "current": shown not in outcomes, "count": job.total_rows}]
        tabs += [
            {
                "label": label.capitalize(),
                "url": f"{url}?voir={outcome}",
                "current": shown == outcome,
                "count": job.counts.get(outcome, 0),
            }
            for outcome, label in outcomes.items()
            if job.counts.get(outcome)
        ]
        following = f"{url}?voir={shown}&apres={page[ROWS - 1].line}" if len(page) > ROWS else ""
        return {
            "job": job,
            "tabs": tabs,
            "rows": [(row, self.link(row, links)) for links in [self.links(job, page)] for row in page[:ROWS]],
            "next_url": following,
            "first_url": f"{url}?voir={shown}" if after else "",
            "may_undo": job.state == State.DONE and any(job.counts.get(name) for name in WRITTEN),
            "has_errors": job.counts.get("rejected", 0) > 0,
            "to_check": job.counts.get("to_check", 0) if job.state == State.DONE else 0,
        }

    def links(self, job: ImportJob, rows: list[ImportRow]) -> dict[int, str]:
        """Case → where this reader follows it: a landlord his report, a professional a case that he sees."""
        cases = [row.case_id for row in rows if row.case_id]
        if job.structure.is_claimant:
            reports = permissions.visible_reports(self.user, at=self.today).filter(case__in=cases)
            found = reports.values_list("case_id", "public_id")
            return {case: reverse("report_detail", args=[report]) for case, report in found}
        visible = permissions.visible_cases(self.user, at=self.today).filter(pk__in=cases)
        return {pk: reverse("case", args=[case]) for pk, case in visible.values_list("pk", "public_id")}

    def link(self, row: ImportRow, links: dict[int, str]) -> str:
        if row.outcome == ImportRow.Outcome.TO_CHECK and row.job_id:
            return reverse("import_line", args=[self.kwargs["job"], row.line])
        return links.get(row.case_id or 0, "")


class StartImport(JobPage):
    def post(self, request: HttpRequest, job: str) -> HttpResponse:
        try:
            jobs.ask_import(self.find())
        except jobs.NotNow as error:
            return self.again(error)
        transaction.on_commit(tasks.poke)
        return redirect("import", job)


class DiscardImport(JobPage):
    def post(self, request: HttpRequest, job: str) -> HttpResponse:
        try:
            jobs.discard(self.find())
        except jobs.NotNow as error:
            return self.again(error)
        messages.success(request, "Le fichier a été supprimé, rien n’a été importé.")
        return redirect("imports")


class Errors(JobPage):
    """The refused lines, to be corrected in a spreadsheet and sent again."""

    def get(self, request: HttpRequest, job: str) -> HttpResponse:
        found = self.find()
        ours = [field.name for field in FIELDS]
        headings = sorted(found.columns, key=lambda heading: ours.index(found.columns[heading]))
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="erreurs-{found.pk}.csv"'
        response.write("\ufeff")
        writer = csv.writer(response, delimiter=";")
        writer.writerow(["Ligne", "Raison", "Colonne", *map(harmless, headings)])
        kept = ImportRow.objects.filter(
            job=found, outcome__in=(ImportRow.Outcome.REJECTED, ImportRow.Outcome.TO_CHECK)
        )
        for row in kept.order_by("line"):
            cells = [row.values.get(heading, "") for heading in headings]
            writer.writerow([row.line, *map(harmless, [row.reason, row.column, *cells])])
        return response


def harmless(text: str) -> str:
    """A spreadsheet would run what begins like a formula."""
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\r") else text


# A doubtful line


class Line(SenderPage):
    """Is it the same household? Someone decides, and the line is imported.

    A sender decides about his own tenants; about anyone else’s only the pilot does, who alone sees both identities.
    """

    def find(self) -> jobs.Doubt:
        rows = doubtful_rows().select_related("job__structure", "job__by")
        if not self.is_pilot:
            rows = rows.filter(job__structure__in=self.structures)
        row = get_object_or_404(rows, job__public_id=self.kwargs["job"], line=self.kwargs["line"])
        return jobs.Doubt(row, at_day=self.today)

    def may_see(self, doubt: jobs.Doubt, home: Home) -> bool:
        return self.is_pilot or doubt.is_own(home)

    def may_decide(self, doubt: jobs.Doubt) -> bool:
        return all(self.may_see(doubt, home) for home, _match in doubt.candidates)

    def get(self, request: HttpRequest, job: str, line: int) -> HttpResponse:
        doubt = self.find()
        candidates = [
            {"home": home if self.may_see(doubt, home) else None, "key": home.household.public_id, "match": match}
            for home, match in doubt.candidates
        ]
        context = {"row": doubt.row, "candidates": candidates, "can_decide": self.may_decide(doubt)}
        context["back"] = self.back(doubt.row)
        return render(request, "imports/line.html", context)

    def post(self, request: HttpRequest, job: str, line: int) -> HttpResponse:
        doubt = self.find()
        homes = {str(home.household.public_id): home for home, _match in doubt.candidates}
        answer = request.POST.get("household", "")
        if answer not in {*homes, "none"} or not self.may_decide(doubt):
            raise Http404
        household = homes[answer].household if answer in homes else None
        try:
            plan = jobs.decide(doubt.row, household=household, by=self.user, at=self.now, today=self.today)
        except (jobs.NotNow, engine.Refused) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Ligne {line} : {plan.reason}.")
        return redirect(self.back(doubt.row))

    def back(self, row: ImportRow) -> str:
        mine = row.job.structure in self.structures
        return reverse("import", args=[row.job.public_id]) if mine else reverse("imports")
