"""What the pages of a data protection officer share: the services of his controllers, the tabs, the month."""

from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from cases import permissions
from cases.models import CLAIMANT_KINDS, Structure
from cases.rules.parameters import read_number
from workflows.queries.months import Month
from workflows.views.parts.pages import Page
from workflows.views.parts.tabs import build_tab

TABS = {
    "traces": "Listes",
    "traces_access": "Accès",
    "traces_requests": "Demandes",
    "retention": "Conservation",
    "traces_readings": "Lectures",
    "traces_exports": "Exports",
}


Row = TypeVar("Row", bound=Model)


class TracesPage(Page):
    """For whoever reviews traces; for anyone else the page does not exist. Counts and numbers of cases, never a name
    of a person helped."""

    tab = ""
    shown_by_right = "review_traces"
    held_back = ()

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not self.may_enter():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def may_enter(self) -> bool:
        return bool(permissions.rights(self.user, at=self.today).get("review_traces"))

    @cached_property
    def reviewed_structures(self) -> dict[int, Structure]:
        """The services of the officer’s controllers."""
        found = permissions.reviewed_structures(self.user, at=self.today).select_related("organisation")
        return {structure.pk: structure for structure in found}

    @property
    def controllers(self) -> str:
        return ", ".join(dict.fromkeys(structure.organisation.name for structure in self.reviewed_structures.values()))

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """A landlord’s officer knows of no case: what becomes of them is not his."""
        held = permissions.rights(self.user, at=self.today).get("review_traces", frozenset())
        services = any(self.reviewed_structures[pk].kind not in CLAIMANT_KINDS for pk in held)
        shown = {name: label for name, label in TABS.items() if services or name != "retention"}
        return [build_tab(label, reverse(name), current=name == self.tab) for name, label in shown.items()]

    # What the address asks for; what it names and the officer may not read is as if it were not there

    @cached_property
    def month(self) -> Month:
        asked = Month.parse_past_or_current(self.request.GET.get("mois", ""), today=self.today)
        return asked or Month.containing(self.today)

    @property
    def month_links(self) -> dict[str, object]:
        current, before = Month.containing(self.today), self.month.shifted_by(-1)
        after = self.month.shifted_by(1) if self.month < current else None
        return {"month": self.month, "before": before, "after": after}

    @cached_property
    def service(self) -> Structure | None:
        asked = self.request.GET.get("service", "")
        return next((each for each in self.reviewed_structures.values() if each.code == asked), None)

    def page_of(self, rows: QuerySet[Row], *, size: int) -> tuple[list[Row], str]:
        """A page of rows, the newest first, and the address of the next; pages follow the last row shown (keyset)."""
        after = read_number(self.request.GET.get("apres", ""))
        rows = rows if after is None else rows.filter(pk__lt=after)
        found = list(rows[: size + 1])
        if len(found) <= size:
            return found, ""
        query = self.request.GET.copy()
        query["apres"] = str(found[size - 1].pk)
        return found[:size], f"?{query.urlencode()}"

    @property
    def first_url(self) -> str:
        """Back to the first page, from any other."""
        if "apres" not in self.request.GET:
            return ""
        kept = {name: value for name, value in self.request.GET.items() if name != "apres"}
        return f"?{urlencode(kept)}" if kept else self.request.path

    def render_page(self, template: str, **context: object) -> HttpResponse:
        context = {"tabs": self.tabs, "controllers": self.controllers, "first_url": self.first_url, **context}
        return render(self.request, template, context)
