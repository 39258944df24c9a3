"""Échéances: the dates of the reader and of his structures, as a list by time left, or as a month."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property

from cases import permissions
from cases.actions.deadlines import edition_in_force
from cases.models import Deadline, Edition
from cases.queries import name_of
from cases.rules.parameters import read_day
from workflows.lists.deadlines import TITLES, FilterForm
from workflows.queries.deadlines import (
    PAGE_SIZE,
    READERS,
    Dates,
    Part,
    after,
    position,
    with_lines,
)
from workflows.queries.inbox import Left, left_until
from workflows.queries.months import Month
from workflows.views.parts.pages import Page
from workflows.views.work.month import Entry, weeks

GROUPS = {
    Left.LATE: "En retard",
    Left.TODAY: "Aujourd’hui",
    Left.WEEK: "Cette semaine",
    Left.LATER: "Plus tard",
}
MONTH = "mois"
"""The view that is not the list; its value in addresses."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """What templates/deadlines/line.html shows."""

    deadline: Deadline
    person: str
    url: str
    actor: str
    """The party that must act."""
    followed_by: str
    is_missed: bool

    @property
    def shown_on(self) -> date:
        """The date to count from: what one aims at; once it is missed, the last day."""
        return self.deadline.legal_date if self.is_missed else self.deadline.safe_date


@dataclass(frozen=True)
class Group:
    title: str
    count: int
    lines: list[Line]


class DeadlinesView(Page):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        held = permissions.rights(self.user, at=self.today)
        if not any(held.get(right) for right in READERS):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        self.dates = Dates(self.user, self.today, self.form.criteria(day=self.asked_day))
        return self.show_month() if request.GET.get("vue") == MONTH else self.show_list()

    def show_list(self) -> HttpResponse:
        part, start = self.asked_part or self.opening, self.request.GET.get("apres", "")
        found = list(with_lines(after(self.dates.running(part), start))[: PAGE_SIZE + 1])
        missed, paused = ([], []) if start else self.dates.beside(part)
        counts = self.dates.counts
        asked = {**self.request.GET.dict(), "liste": str(part)}
        context = {
            "missed": [self.line(deadline) for deadline in missed],
            "paused": [self.line(deadline) for deadline in paused],
            "groups": self.groups(found[:PAGE_SIZE], part=part),
            "tabs": self.tabs(part, counts={each: counts[each].total() for each in Part}),
            "lead": lead(counts[part].total(), counts[part][Left.LATE]),
            "elsewhere": self.elsewhere(part),
            "asked": asked,
            "views_query": urlencode(asked),
            "list_url": "",
            "month_url": self.address(liste=part, vue=MONTH, apres=None, jour=None),
            "first_url": self.address(apres=None) if start else "",
            "next_url": self.address(liste=part, apres=position(found[PAGE_SIZE - 1]))
            if len(found) > PAGE_SIZE
            else "",
        }
        return render(self.request, "deadlines/list.html", {**self.around(), **context})

    def show_month(self) -> HttpResponse:
        part = self.asked_part or (Part.MINE if self.dates.held.get("handle_case") else Part.STRUCTURE)
        asked = self.request.GET.get(MONTH, "")
        month = Month.parse(asked)
        shown = month or Month.of(self.today)
        entries = [self.entry(deadline) for deadline in self.dates.between(part, *shown.days)]
        context = {
            "month": shown,
            "is_unread": bool(asked) and month is None,
            "weeks": weeks(
                shown,
                entries,
                today=self.today,
                closures=list(self.dates.closures(*shown.days)),
                address=lambda day: self.address(liste=part, vue=None, mois=None, jour=day.isoformat()),
            ),
            "is_empty": not entries,
            "tabs": self.tabs(part, counts={}),
            "lead": "",
            "list_url": self.address(liste=part, vue=None, mois=None),
            "month_url": "",
            "before_url": self.address(liste=part, mois=shown.after(-1).code),
            "after_url": self.address(liste=part, mois=shown.after(1).code),
            "now_url": "" if shown == Month.of(self.today) else self.address(liste=part, mois=None),
        }
        return render(self.request, "deadlines/month.html", {**self.around(), **context})

    def around(self) -> dict[str, Any]:
        """What both views show above their dates."""
        words = self.form.words(self.dates.criteria)
        return {
            "form": self.form,
            "chips": [
                {"label": said, "url": self.address(**{name: None}, apres=None)} for name, said in words.items()
            ],
            "clear_url": self.address(**dict.fromkeys(("nature", "qui", "retard", "jour", "apres"))),
        }

    @cached_property
    def form(self) -> FilterForm:
        asked = self.request.GET
        hidden = {name: asked[name] for name in ("liste", "vue", MONTH) if asked.get(name)}
        edition = edition_in_force(Edition.Catalogue.DEADLINES, on=self.today)
        form = FilterForm(asked, edition=edition, hidden=hidden)
        form.is_valid()
        return form

    @property
    def asked_part(self) -> Part | None:
        code = self.request.GET.get("liste", "")
        return Part(code) if code in set(Part) else None

    @property
    def asked_day(self) -> date | None:
        return read_day(self.request.GET.get("jour", ""))

    @property
    def opening(self) -> Part:
        """One’s own, unless there is nothing but what runs in the structure."""
        counts = self.dates.counts
        return next((part for part in Part if counts[part]), Part.MINE)

    def tabs(self, current: Part, *, counts: dict[Part, int]) -> list[dict[str, Any]]:
        return [
            {
                "label": TITLES[part],
                "url": self.address(liste=part, apres=None),
                "current": part is current,
                "count": counts.get(part),
            }
            for part in Part
        ]

    def elsewhere(self, part: Part) -> dict[str, str]:
        """Where there are dates, when this list has none."""
        other = Part.STRUCTURE if part is Part.MINE else Part.MINE
        count = self.dates.counts[other].total()
        if not count:
            return {"label": "Calculer un délai", "url": reverse("calculator")}
        return {"label": f"{TITLES[other]} ({count})", "url": self.address(liste=other, apres=None)}

    def groups(self, found: Iterable[Deadline], *, part: Part) -> Sequence[Group]:
        counts = self.dates.counts[part]
        by_left = groupby(found, key=lambda deadline: left_until(deadline.safe_date, today=self.today))
        return [
            Group(GROUPS[left], counts[left], [self.line(deadline) for deadline in group]) for left, group in by_left
        ]

    def line(self, deadline: Any) -> Line:
        case = deadline.case
        return Line(
            deadline=deadline,
            person=name_of(deadline) or case.reference,
            url=reverse("case", args=[case.public_id]),
            actor=self.form.actors.get(deadline.rule.who, ""),
            followed_by=", ".join(filter(None, [deadline.professional, case.responsible_structure.name])),
            is_missed=deadline.state == Deadline.State.MISSED,
        )

    def entry(self, deadline: Any) -> Entry:
        case = deadline.case
        return Entry(
            deadline=deadline, person=name_of(deadline) or case.reference, url=reverse("case", args=[case.public_id])
        )

    def address(self, **changed: str | None) -> str:
        """This page with other parameters; None takes one away."""
        kept = {**self.request.GET.dict(), **changed}
        asked = {name: str(value) for name, value in kept.items() if value}
        return f"{reverse('deadlines')}?{urlencode(asked)}" if asked else reverse("deadlines")


def lead(total: int, late: int) -> str:
    if not total:
        return ""
    words = f"{total} échéance{'s' if total > 1 else ''}"
    return f"{words}, dont {late} en retard" if late else words
