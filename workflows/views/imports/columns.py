"""How a file is read, and what each of its columns holds; everything can be corrected."""

import hashlib
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from workflows import tasks
from workflows.imports import jobs
from workflows.imports.columns import FIELDS, check_mapping
from workflows.imports.mappings import mapping_for
from workflows.imports.read import CannotRead, Table
from workflows.imports.run import read_job, stated_day
from workflows.imports.values import as_text
from workflows.models import ImportJob
from workflows.views.imports.base import JobPage, State

PREVIEW = 5


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
