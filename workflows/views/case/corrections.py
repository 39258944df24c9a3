"""Historique des corrections: for who manages the structure in charge, with what was said; for its officer, without."""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from cases import permissions
from cases.models import Reading
from workflows.queries.corrections import corrections_of
from workflows.views.parts.pages import Page


class Corrections(Page):
    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        asked = str(kwargs["case"])
        managed = permissions.managed_cases(self.user, at=self.today)
        case: Any = self.to_be_noted(managed, pages=Reading.Pages.CASE).filter(public_id=asked).first()
        is_managed = case is not None
        case = case or permissions.officer_cases(self.user, at=self.today).filter(public_id=asked).first()
        if case is None:
            raise Http404
        lines = corrections_of(case, with_values=is_managed)
        answer = render(request, "case/corrections.html", {"case": case, "lines": lines, "is_managed": is_managed})
        if is_managed and answer.status_code == HTTPStatus.OK:
            self.note_reading(case, pages=Reading.Pages.CASE)
        return answer
