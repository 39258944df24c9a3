"""Publier de nouveau: a published report that was wrong, with its figures of today and a note that says what changed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from workflows.actions.indicators import reissue_report
from workflows.indicators.report import build_next_issue
from workflows.views.parts.pages import FormPage
from workflows.views.pilot.committee import Comments, QuarterPage
from workflows.views.pilot.first_page import shown_first_page, shown_summaries

LONGEST_NOTE = 300


class ReissueForm(Comments):
    """The pilot’s words, which may be what was wrong, after the note."""

    def _add_own_fields(self) -> None:
        self.fields["replaces"] = forms.IntegerField(initial=self.report.issue, widget=forms.HiddenInput)
        self.fields["note"] = forms.CharField(
            label="Ce qui change, et pourquoi",
            help_text="Se lit sur chaque forme du bilan, et dans le CSV ouvert à tous. Des chiffres, jamais une personne.",
            max_length=LONGEST_NOTE,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={"required": "Dire ce qui change : cette note se lit sur chaque forme du bilan."},
        )


class Reissue(QuarterPage, FormPage):
    def get_form(self, data: QueryDict | None = None) -> ReissueForm:
        self.found = build_next_issue(self.last_issue, on=self.today, kept=self.kept)
        return ReissueForm(data, report=self.last_issue, found=self.found)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        report = reissue_report(
            quarter=self.quarter,
            replaces=typed["replaces"],
            note=typed["note"],
            words={section: text for section, text in typed.items() if section not in ("replaces", "note")},
            by=self.user,
            structure=self.structure,
            at=self.now,
        )
        messages.success(self.request, f"Édition {report.issue} publiée ; la précédente reste lisible.")
        return self.redirect_to_report()

    def render_form(self, form: ReissueForm) -> HttpResponse:
        context = {
            "quarter": self.quarter,
            "report": self.last_issue,
            "found": self.found,
            "form": form,
            "first_page": shown_first_page(self.found.first_page) if self.found else None,
            "summaries": shown_summaries(self.found) if self.found else [],
        }
        return render(self.request, "indicators/reissue.html", context)
