"""Exports: the lists that people of the officer’s controllers took away as files, and how many lines each had."""

from django.http import HttpRequest, HttpResponse

from workflows.exports.questions import CODE as QUESTIONS
from workflows.lists import LISTINGS
from workflows.views.imports.report import ERRORS
from workflows.views.traces import exported_lists
from workflows.views.traces.base import TracesPage


class ExportTraces(TracesPage):
    tab = "traces_exports"

    def get(self, request: HttpRequest) -> HttpResponse:
        found, next_url = self.page_of(
            exported_lists.find_exports(self.reviewed_structures, month=self.month), size=exported_lists.PAGE_SIZE
        )
        return self.render_page(
            "traces/exports.html",
            lines=[
                (line, _title(line.entry.data["list"]))
                for line in exported_lists.describe_exports(found, mine=self.reviewed_structures)
            ],
            months=exported_lists.by_month(self.reviewed_structures, on=self.today),
            next_url=next_url,
            **self.month_links,
        )


OTHERS = {QUESTIONS: "Questions à un organisme", ERRORS: "Erreurs d’un import"}
"""Files that are no list of ours."""


def _title(code: str) -> str:
    return LISTINGS[code].title if code in LISTINGS else OTHERS.get(code, code)
