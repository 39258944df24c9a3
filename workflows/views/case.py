"""The page of a case: who, next act, until when, who has the ball; then the rest, as far as one may see it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from workflows import engine
from workflows.queries.case_page import CaseHead
from workflows.views.base import CasePage


class CaseView(CasePage):
    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        head = CaseHead.of(self.case, at=self.today)
        mine = [task for task in head.tasks if engine.may_act(self.user, task, at=self.now)]
        return render(request, "case/case.html", {"case": self.case, "head": head, "mine": mine})
