"""Bilan d’une année par motif: for the correspondents of the operator and the pilots, on the page, on paper and as a table."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases.rules.parameters import read_number
from workflows.exports.cause_year import (
    CONTENT_TYPE,
    HALVES,
    SHORT_MONTHS,
    build_year_csv,
    build_year_pdf,
    empty_words,
    reading_words,
)
from workflows.queries.causes import FIRST_YEAR, CauseYear, build_cause_year
from workflows.views.overpayment.questions import CausePage
from workflows.views.parts.private_files import private_content
from workflows.views.parts.tabs import build_structure_tabs

TITLES = ("De janvier à juin", "De juillet à décembre")
FORMATS: dict[str, Any] = {"pdf": (build_year_pdf, "application/pdf"), "csv": (build_year_csv, CONTENT_TYPE)}


class CauseYearPage(CausePage):
    """The year asked for; else the one under way."""

    @property
    def year(self) -> int:
        asked = read_number(self.request.GET.get("annee", ""))
        return asked if asked is not None and FIRST_YEAR <= asked <= self.today.year else self.today.year

    @property
    def found(self) -> CauseYear:
        return build_cause_year(self.structure, year=self.year, on=self.today, is_plain=self.reads_plain)

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        found, query = self.found, f"?structure={self.structure.code}&annee={self.year}"
        context = {
            "structure": self.structure,
            "tabs": build_structure_tabs(self.mine, current=self.structure, annee=str(self.year)),
            "found": found,
            "before": self.year - 1 if self.year > FIRST_YEAR else None,
            "after": self.year + 1 if self.year < self.today.year else None,
            "halves": [_shown_half(found, title, half) for title, half in zip(TITLES, HALVES, strict=True)],
            "reading": reading_words(found),
            "empty": empty_words(found),
            "files": [
                (words, reverse("questions_year_file", args=[code]) + query)
                for code, words in (("pdf", "Imprimer (PDF)"), ("csv", "Tableau (CSV)"))
            ],
            "month_url": f"{reverse('questions_report')}?structure={self.structure.code}",
        }
        return render(request, "questions/year.html", context)


def _shown_half(found: CauseYear, title: str, half: slice) -> tuple[str, Any, list[tuple[str, list[int | None]]]]:
    rows = [(row.label, row.months[half]) for row in (*found.rows, found.whole)]
    return title, SHORT_MONTHS[half], rows


class CauseYearFile(CauseYearPage):
    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        extension = str(kwargs["extension"])
        if extension not in FORMATS:
            raise Http404
        make, content_type = FORMATS[extension]
        name = f"motifs-{self.structure.code}-{self.year}.{extension}"
        return private_content(make(self.found), content_type=content_type, name=name, shown="attachment")
