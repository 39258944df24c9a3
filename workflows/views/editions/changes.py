"""What a draft would change, what is to be corrected in it, and its publication."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from cases.actions import editions
from cases.actions.editions import CannotEdit, mark_of_draft
from cases.forms import DayField
from cases.models import Edition
from cases.rules.editions import Finding, Findings, changes
from workflows.views.base import FormPage
from workflows.views.editions.base import DraftPage
from workflows.views.editions.books import WATCHERS
from workflows.views.editions.compared import listed


class PublishForm(forms.Form):
    effective_on = DayField(
        label="Applicable à partir du",
        help_text="Aujourd’hui ou plus tard. Elle vaut pour les faits datés de ce jour ou d’après.",
        error_messages={"required": "Indiquer le premier jour d’application."},
    )
    note = forms.CharField(
        label="Pourquoi ce changement",
        help_text="Lu dans l’historique. Aucun nom de ménage.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dire en une phrase pourquoi les règles changent."},
    )


class DraftChanges(FormPage, DraftPage):
    refusals = (CannotEdit,)

    def form(self, data: Any = None) -> PublishForm:
        return PublishForm(data)

    def go(self, typed: dict[str, Any]) -> HttpResponse:
        editions.publish(
            shelf=self.book.shelf,
            edition=self.edition,
            seen=self.request.POST.get("vu", ""),
            by=self.user,
            at=self.now,
            **typed,
        )
        day = typed["effective_on"]
        when = "dès aujourd’hui" if day == self.today else f"à partir du {day:%d/%m/%Y}"
        messages.success(
            self.request,
            f"Édition {self.edition.number} publiée : elle s’applique {when}. Ce qui court déjà ne change pas.",
        )
        return redirect(self.book_url)

    def refused(self, form: Any, refusal: Any) -> None:
        form.add_error(refusal.field, str(refusal))

    def show(self, form: Any) -> HttpResponse:
        self.edition.refresh_from_db(fields=["state"])
        if not self.is_draft:
            messages.error(self.request, "Ce brouillon a été publié ou abandonné entre-temps.")
            return redirect(self.book_url)
        shelf, base = self.book.shelf, self.shelved.in_force
        rows = shelf.rows(base) if base else []
        before = shelf.say(base, rows) if base else {}
        after = shelf.say(self.edition, self.rows)
        found = changes(before, after)
        known = set(self._doubts(base, rows, shelf.check(base, rows, self.today))) if base else set()
        findings = shelf.check(self.edition, self.rows, self.today)
        doubts = self._doubts(self.edition, self.rows, findings)
        impact = (
            self.book.impact(
                edition=self.edition, rows=self.rows, base=base, codes=found.codes, user=self.user, on=self.today
            )
            if found
            else {}
        )
        context = {
            **self.about,
            "changed": listed(found, running=impact.get("running"), url=self.url),
            "faults": findings.faults,
            "doubts": [doubt for doubt in doubts if doubt not in known],
            "known_doubts": [doubt for doubt in doubts if doubt in known],
            "impact": impact,
            "coming": self.shelved.coming,
            "form": form,
            "seen": mark_of_draft(shelf, self.edition, self.rows),
        }
        return render(self.request, "rules/changes.html", context)

    def _doubts(self, edition: Edition, rows: list[dict[str, Any]], findings: Findings) -> list[Finding]:
        """Its own, and those of the catalogues that rest on it."""
        watchers = WATCHERS.get(self.book.slug, []) if not findings.faults else []
        return [*findings.doubts, *(doubt for watcher in watchers for doubt in watcher(edition, rows, self.today))]
