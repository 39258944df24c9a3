"""Réponses: how a structure answers what it is asked, and how long households wait. Never a person’s own figures."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from workflows.steps.answer import DECLINE_REASONS
from workflows.views.backlog.answer_times import Answers
from workflows.views.backlog.backlog import BacklogPage

PERIOD = timedelta(days=365)


class BacklogAnswers(BacklogPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        since = self.today - PERIOD
        found = Answers(self.structure, since=since, on=self.today, closures=self.backlog.closures)
        context = {
            "structure": self.structure,
            "structure_tabs": self.structure_tabs,
            "page_tabs": self.page_tabs,
            "card": found.scorecard(dict(DECLINE_REASONS)),
            "delays": found.delays(),
            "since": since,
        }
        return render(request, "backlog/answers.html", context)
