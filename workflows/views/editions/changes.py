"""What a draft would change, what is to be corrected in it, and its publication."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from cases.actions import editions
from cases.actions.editions import mark_of_draft
from cases.forms import DayField
from cases.models import AccessEntry
from cases.rules.editions import compare_editions
from workflows.views.editions.base import EditionDraftPage
from workflows.views.editions.edition_changes import list_changes
from workflows.views.parts.pages import FormPage


class PublishForm(forms.Form):
    effective_on = DayField(
        label="Applicable à partir du",
        error_messages={"required": "Indiquer le premier jour d’application."},
    )
    note = forms.CharField(
        label="Pourquoi ce changement",
        help_text="Lu dans l’historique. Aucun nom de ménage.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dire en une phrase pourquoi les règles changent."},
    )


class DraftChanges(FormPage, EditionDraftPage):
    shows = AccessEntry.Kind.LIST
    base_rows: list[dict[str, Any]]
    """Of the last published."""

    def load_rows(self) -> None:
        self.rows, self.base_rows = self.catalogue_editor.catalogue.rows_of(
            self.edition, self.editions.latest or self.edition
        )

    def get_form(self, data: QueryDict | None = None) -> PublishForm:
        form = PublishForm(data)
        day = form.fields["effective_on"]
        day.help_text = f"Aujourd’hui ou plus tard. {self.catalogue_editor.holds_for}"
        return form

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        editions.publish(
            catalogue=self.catalogue_editor.catalogue,
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
        return redirect(self.catalogue_url)

    def render_form(self, form: forms.Form) -> HttpResponse:
        catalogue, base = self.catalogue_editor.catalogue, self.editions.latest
        if self.request.method == "POST":  # refused: perhaps because somebody else was here meanwhile
            self.edition.refresh_from_db(fields=["state"])
        if not self.is_draft:
            messages.error(self.request, "Ce brouillon a été publié ou abandonné entre-temps.")
            return redirect(self.catalogue_url)
        found = compare_editions(*catalogue.say([(base or self.edition, self.base_rows), (self.edition, self.rows)]))
        findings = catalogue.check(self.edition, self.rows, self.today)
        known = catalogue.check(base, self.base_rows, self.today).doubts if base and findings.doubts else ()
        impact = self._impact(found.codes) if found and not findings.faults else {}
        new = [doubt for doubt in findings.doubts if doubt not in known]
        context = {
            **self.edition_context,
            "changed": list_changes(found, running=impact.get("running"), url=self.url),
            "faults": findings.faults,
            "doubts": [*impact.get("doubts", ()), *new],
            "known_doubts": [doubt for doubt in findings.doubts if doubt in known],
            "impact": impact,
            "coming": self.editions.coming_editions,
            "form": form,
            "seen": mark_of_draft(self.edition, self.rows, among=self.editions.editions),
        }
        return render(self.request, "rules/changes.html", context)

    def _impact(self, codes: frozenset[str]) -> Mapping[str, Any]:
        return self.catalogue_editor.impact(
            edition=self.edition,
            rows=self.rows,
            base=self.editions.latest,
            base_rows=self.base_rows,
            codes=codes,
            user=self.user,
            on=self.today,
        )
