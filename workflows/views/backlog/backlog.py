"""Encours: what waits in a structure and what is stuck, in figures that each open their list."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property

from cases.calendar import DateRange
from cases.journal import KINDS
from cases.models import Closure, JournalEntry, Structure, Suspension
from cases.models.absences import ONE_DAY
from cases.queries import own_labels
from workflows import diagram
from workflows.actions import grouped_undo
from workflows.queries import backlog
from workflows.views.parts.pages import StructurePage
from workflows.views.parts.tabs import build_tab

VIEWS = {"": "Étapes", "professionnels": "Professionnels", "procedures": "Procédures", "residences": "Résidences"}
"""One table at a time: a page that says all says nothing. The values are in addresses."""
FIRST = {"": "Étape", "professionnels": "Professionnel", "procedures": "Procédure", "residences": "Résidence"}


FROM_LIST = "liste"
"""Of an address: the query of the list that one came from, to which one goes back."""
WEEK_AHEAD = "semaine"
"""Of an address: one comes from what becomes late next week, to which one goes back."""
IN_LIST = ("file", "etape", "procedure", "age", "qui", "residence", "etiquette", "jour", "apres")


class BacklogPage(StructurePage):
    right = "view_backlog"

    def get_selectable_structures(self) -> QuerySet[Structure]:
        """Each with its closures, its labels, and the last day on which it takes no new case if it is suspended: no query
        more."""
        current = Suspension.objects.current(self.today).filter(structure=OuterRef("pk"))
        closed = Closure.objects.filter(structure=OuterRef("pk"))
        return (
            super()
            .get_selectable_structures()
            .annotate(
                suspended_until=Subquery(current.values("until")[:1]),
                closing=ArraySubquery(closed.values(days=JSONObject(first="first_day", last="last_day"))),
                labelled=own_labels(),
            )
        )

    @cached_property
    def backlog(self) -> backlog.StructureBacklog:
        return backlog.StructureBacklog(self.structure, on=self.today, closures=self.closures)

    @property
    def closures(self) -> list[DateRange]:
        days = self.structure.closing  # type: ignore[attr-defined]  # annotated
        return [(date.fromisoformat(each["first"]), date.fromisoformat(each["last"])) for each in days]

    @property
    def labels(self) -> dict[str, str]:
        """Those of the structure, as an address has each → its words."""
        return {str(each["pk"]): each["words"] for each in self.structure.labelled}  # type: ignore[attr-defined]  # annotated

    @property
    def page_tabs(self) -> list[dict[str, Any]]:
        """The tables of the backlog, what becomes late next week, and how the structure answers."""
        page, own = self.request.resolver_match.url_name, self.structure.code  # type: ignore[union-attr]
        shown = self.request.GET.get("vue", "") if page == "backlog" else None
        found = [
            build_tab(label, url_with_query("backlog", structure=own, vue=code), current=code == shown)
            for code, label in VIEWS.items()
        ]
        others = {"backlog_week": "Semaine prochaine", "backlog_answers": "Réponses"}
        return found + [
            build_tab(label, url_with_query(name, structure=own), current=name == page)
            for name, label in others.items()
        ]


def list_come_from(request: HttpRequest, *, structure: str) -> str:
    """The list of this structure with the filters that one had chosen; nothing when one does not come from it."""
    if FROM_LIST not in request.GET:
        return ""
    asked = QueryDict(request.GET[FROM_LIST])
    return url_with_query("backlog_list", structure=structure, **{name: asked.get(name, "") for name in IN_LIST})


def url_with_query(name: str, **query: str) -> str:
    return f"{reverse(name)}?{urlencode({key: value for key, value in query.items() if value})}"


class BacklogOverview(BacklogPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        view = request.GET.get("vue", "")
        if view not in VIEWS:
            raise Http404
        total = self.backlog.total.counts
        context = {
            "structure": self.structure,
            "structure_tabs": self.structure_tabs,
            "page_tabs": self.page_tabs,
            "ages": backlog.AGES,
            "tiles": self.backlog.tiles,
            "total": total["total"],
            "late": total[f"age_{backlog.LATE}"],
            "to_nobody": self.backlog.to_nobody,
            "rows": self._rows(view),
            "first": FIRST[view],
            "residences": view == "residences",
            "recent": [] if view else self._recent_grouped_acts(),
            "may_suspend": self.structure.may_help,
            "suspended": self.suspension_words,
        }
        return render(request, "backlog/backlog.html", context)

    def _recent_grouped_acts(self) -> list[tuple[JournalEntry, str]]:
        return [(entry, KINDS[entry.kind]) for entry in grouped_undo.recent_grouped_acts(self.structure, at=self.now)]

    def _rows(self, view: str) -> list[backlog.BacklogRow]:
        if view == "professionnels":
            return self.backlog.by_professional()
        if view == "procedures":
            return self.backlog.by_flow()
        if view == "residences":
            return self.backlog.by_residence()
        return self.backlog.by_step(diagram.titles())

    @property
    def suspension_words(self) -> str:
        until = self.structure.suspended_until  # type: ignore[attr-defined]  # annotated
        return f"Jusqu’au {until - ONE_DAY:%d/%m/%Y}." if until else ""
