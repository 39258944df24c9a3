"""Six et douze mois après: what became of the households, by the quarter in which their cases closed. Numbers, never a name."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases import permissions
from cases.models import CaseKind
from workflows.indicators.cohorts import COLUMNS, DEFINITIONS, read_cohorts
from workflows.indicators.tables import FOR_PARTNERS
from workflows.views.pilot.committee import PilotPage


class CohortsPage(PilotPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        piloted = permissions.piloted_kinds(self.user, territory=self.territory, at=self.today)
        is_plain = CaseKind.ARREARS in piloted
        context = {
            "read": read_cohorts(territory=self.territory, on=self.today, is_plain=is_plain),
            "columns": [column.words for column in COLUMNS],
            "definitions": DEFINITIONS,
            "is_plain": is_plain,
            "shown_from": FOR_PARTNERS,
        }
        return render(request, "indicators/cohorts.html", context)
