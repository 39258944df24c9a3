"""Historique des corrections: for who manages the structure in charge, with what was said; for its officer, without."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from cases import permissions
from cases.models import AccessEntry, Case
from cases.permissions import ShownBy
from workflows.queries.corrections import corrections_of
from workflows.views.parts.pages import Page


class Corrections(Page):
    shows = AccessEntry.Kind.CASE
    held_back = ()
    case: Any

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        asked = str(kwargs["case"])
        managed = permissions.managed_cases(self.user, at=self.today)
        managed = managed.filter(permissions.shown_in_full(self.user, at=self.today)).select_related("household")
        case: Any = self.to_be_noted(managed).filter(public_id=asked).first()
        self.is_managed = case is not None
        self.case = case or self.find_as_officer(asked)
        if self.case is None:
            raise Http404
        context = {
            "case": self.case,
            "lines": corrections_of(self.case, with_values=self.is_managed, on=self.today),
            "is_managed": self.is_managed,
        }
        return render(request, "case/corrections.html", context)

    def find_as_officer(self, asked: str) -> Case | None:
        cases = permissions.officer_cases(self.user, at=self.today).select_related("household")
        return cases.filter(public_id=asked).first()

    def find_shown_case(self) -> Case | None:
        return self.case

    def find_shown_by(self, case: Case | None) -> ShownBy:
        """The officer reads it by no part in the case."""
        if self.is_managed:
            return super().find_shown_by(case)
        return permissions.list_shown_by(self.held, right="review_traces")
