"""How a file is read, and what each of its columns holds; everything can be corrected."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any, Unpack

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases.forms import FormData, FormOptions, show_refusal
from workflows import tasks
from workflows.imports import jobs
from workflows.imports.columns import BY_NAME, FIELDS, check_mapping
from workflows.imports.mappings import absent_columns, mapping_for
from workflows.imports.read import CannotRead, FileTable
from workflows.imports.rows import parsers_by_field
from workflows.imports.run import read_job, stated_day
from workflows.imports.values import (
    Cell,
    Unreadable,
    as_read_again,
    as_text,
    is_nothing,
    refuse_social_security_number,
)
from workflows.models import ImportJob
from workflows.views.imports.base import JobPage, State

PREVIEW = 4


class ReadingForm(forms.Form):
    """How the file was understood, to be corrected."""

    header_line = forms.IntegerField(
        label="Ligne des titres de colonnes", help_text="0 : le fichier n’a pas de titres.", min_value=0
    )
    encoding = forms.ChoiceField(label="Encodage", required=False)
    separator = forms.ChoiceField(label="Séparateur", required=False)
    sheet = forms.ChoiceField(label="Feuille", required=False)
    as_of = forms.DateField(
        label="Soldes arrêtés au",
        help_text="Date des soldes du fichier.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    headings = forms.CharField(widget=forms.HiddenInput, required=False)

    ENCODINGS = {
        "utf-8": "UTF-8",
        "cp1252": "Windows (cp1252)",
        "iso-8859-15": "Unix, Linux (ISO-8859-15)",
        "cp850": "MS-DOS, ancien logiciel (cp850)",
        "utf-16": "UTF-16",
        "mac_roman": "Mac",
    }
    SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}

    def __init__(self, data: FormData = None, *, table: FileTable, today: date, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
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

    def reading_options(self) -> dict[str, object]:
        return {
            name: self.cleaned_data[name]
            for name in ("header_line", "encoding", "separator", "sheet")
            if self.cleaned_data.get(name) not in (None, "")
        }


def with_current(choices: dict[str, str], current: str) -> dict[str, str]:
    """What the file was read with is always offered; nothing is when the kind of file has no such thing."""
    return ({current: current} | choices) if current else {}


class ColumnsForm(forms.Form):
    """One field a column of the file: what it holds."""

    def __init__(
        self,
        data: FormData = None,
        *,
        table: FileTable,
        mapping: dict[str, str],
        today: date,
        **kwargs: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **kwargs)
        self.table, self.today = table, today
        for place, heading in enumerate(table.headings):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=heading, choices=CHOICES, required=False, initial=mapping.get(heading, "")
            )

    def column_mapping(self) -> dict[str, str]:
        found = {
            heading: self.cleaned_data.get(f"column_{place}") for place, heading in enumerate(self.table.headings)
        }
        return {heading: name for heading, name in found.items() if name}

    def clean(self) -> dict[str, object]:
        for problem in check_mapping(self.column_mapping(), self.table.headings):
            self.add_error(None, problem)
        return self.cleaned_data

    @property
    def first_lines(self) -> list[int]:
        return [row.line for row in self.table.rows[:PREVIEW]]

    @property
    def columns(self) -> list[tuple[object, list["Sample"]]]:
        """Each column’s field, and what its first lines hold, read as what the column is said to hold."""
        rows = self.table.rows[:PREVIEW]
        return [
            (field, [sample(row.cells[place], field.value(), today=self.today) for row in rows])
            for place, field in enumerate(self)
        ]


@dataclass(frozen=True)
class Sample:
    text: str
    is_wrong: bool = False
    """It cannot be read as what its column is said to hold."""


def sample(cell: Cell, name: str, *, today: date) -> Sample:
    text = as_text(cell)
    if not name or name not in BY_NAME or is_nothing(cell):
        return Sample(text)
    try:
        refuse_social_security_number(as_read_again(cell, parsers_by_field(today)[name](cell)))
    except Unreadable:
        return Sample(text, is_wrong=True)
    return Sample(text)


CHOICES = [("", "Ne pas importer"), *((field.name, field.label) for field in FIELDS)]


class Columns(JobPage):
    """The first lines, how they were read, and what each column holds; everything can be corrected."""

    def get(self, request: HttpRequest, job: str) -> HttpResponse:
        found = self.find_job()
        if found.state not in (State.UPLOADED, State.CHECKED, State.FAILED):
            return redirect("import", job)
        try:
            table = read_job(found)
        except CannotRead as error:
            return self.lead_on(str(error), "imports", level=messages.ERROR)
        return self.render_form(
            found, table, self.build_reading_form(found, table), self.build_columns_form(found, table)
        )

    def post(self, request: HttpRequest, job: str) -> HttpResponse:
        found = self.find_job()
        before = read_job(found)
        reading, typed = self.bind_forms(before)
        if not reading.is_valid():
            return self.render_form(found, before, reading, typed)
        found.options = reading.reading_options()
        try:
            table = read_job(found)
        except CannotRead as refusal:
            show_refusal(reading, refusal)
            return self.render_form(found, before, reading, typed)
        if "read_again" in request.POST or reading_digest(table) != reading.cleaned_data["headings"]:
            return self.read_again(found, before, table, as_of=reading.cleaned_data["as_of"])
        columns = ColumnsForm(request.POST, table=table, mapping={}, today=self.today)
        if not columns.is_valid():
            return self.render_form(found, table, reading, columns)
        return self.request_check(found, reading, columns)

    def show_typed(self) -> HttpResponse:
        found = self.find_job()
        table = read_job(found)
        return self.render_form(found, table, *self.bind_forms(table))

    def bind_forms(self, table: FileTable) -> tuple[ReadingForm, ColumnsForm]:
        return (
            ReadingForm(self.request.POST, table=table, today=self.today),
            ColumnsForm(self.request.POST, table=table, mapping={}, today=self.today),
        )

    def request_check(self, job: ImportJob, reading: ReadingForm, columns: ColumnsForm) -> HttpResponse:
        forgotten = jobs.ask_check(
            job,
            columns=columns.column_mapping(),
            options=reading.reading_options(),
            as_of=reading.cleaned_data["as_of"],
        )
        if forgotten:
            messages.warning(
                self.request,
                "Le fichier est lu autrement : les corrections faites sur ses lignes d’avant ne sont pas reprises. "
                "Corriger celles qui en ont besoin après le contrôle.",
            )
        transaction.on_commit(tasks.wake_worker)
        return redirect("import", job.public_id)

    def read_again(self, job: ImportJob, before: FileTable, table: FileTable, *, as_of: date) -> HttpResponse:
        """Read otherwise, the file is shown first. Columns are proposed anew, but for what was chosen by hand."""
        messages.info(self.request, "Le fichier a été relu : vérifier les premières lignes et les colonnes.")
        job.as_of = as_of
        columns, proposed = self.build_columns_form(job, table), self.build_columns_form(job, before)
        if len(before.headings) == len(table.headings):
            chosen = {name: self.request.POST.get(name, "") for name in proposed.fields}
            columns.initial = {name: text for name, text in chosen.items() if text != proposed[name].value()}
        return self.render_form(job, table, self.build_reading_form(job, table), columns)

    def build_columns_form(self, job: ImportJob, table: FileTable) -> ColumnsForm:
        known = job.columns if set(job.columns) <= set(table.headings) else {}
        mapping = known or mapping_for(job.structure, table.headings, dated=table.dated_headings)
        return ColumnsForm(table=table, mapping=mapping, today=self.today)

    def build_reading_form(self, job: ImportJob, table: FileTable) -> ReadingForm:
        initial = {
            "header_line": table.header_line,
            "encoding": table.encoding,
            "separator": table.separator,
            "sheet": table.sheet,
            "as_of": job.as_of or stated_day(table, today=self.today),
            "headings": reading_digest(table),
        }
        return ReadingForm(initial=initial, table=table, today=self.today)

    def render_form(
        self, job: ImportJob, table: FileTable, reading: ReadingForm, columns: ColumnsForm
    ) -> HttpResponse:
        context = {
            "job": job,
            "reading": reading,
            "columns": columns,
            "rows": len(table.rows),
            "has_headings": table.header_line > 0,
            "absent": absent_columns(job.structure, table.headings),
        }
        return render(self.request, "imports/columns.html", context)


def reading_digest(table: FileTable) -> str:
    """Of how the file is read: what is asked for is checked only once it was shown."""
    reading = (str(table.header_line), table.encoding, table.separator, table.sheet, *table.headings)
    return hashlib.sha256("\n".join(reading).encode()).hexdigest()
