"""A whole import is undone: what that entails is said first, then the worker does it."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from workflows import tasks
from workflows.imports import undo
from workflows.models import ImportRow
from workflows.views.imports.base import JobPage


class UndoImport(JobPage):
    held_back = ()

    def get(self, request: HttpRequest, job: str) -> HttpResponse:
        found = self.find_job()
        try:
            undo.refuse_unless_possible(found, at=self.now)
        except undo.AlreadyUndone as refusal:
            return self.say_done(refusal)
        counted = {outcome: found.counts.get(outcome, 0) for outcome in ("created", "updated", "watched")}
        labels = dict(ImportRow.Outcome.choices)
        context = {
            "job": found,
            "counts": [(labels[outcome], count) for outcome, count in counted.items() if count],
        }
        return render(request, "imports/undo.html", context)

    def post(self, request: HttpRequest, job: str) -> HttpResponse:
        try:
            undo.ask_undo(self.find_job(), by=self.user, at=self.now)
        except undo.AlreadyUndone as refusal:
            return self.say_done(refusal)
        transaction.on_commit(tasks.wake_worker)
        return redirect("import", job)

    def say_done(self, refusal: undo.AlreadyUndone) -> HttpResponse:
        """Pressed twice, or found again by « Back »: it is no error."""
        return self.lead_on(str(refusal), "import", self.kwargs["job"], level=messages.INFO)
