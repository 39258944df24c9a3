"""Échéances: the dates of the reader and of his structures, as a list by time left, or as a month."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property

from cases.models import AccessEntry, Deadline
from cases.queries import name_of
from cases.templatetags.relais import short_date
from workflows.lists.deadlines import DeadlineFilterForm, DeadlinesListing
from workflows.queries.deadlines import (
    MISSED_SHOWN,
    PAGE_SIZE,
    PAUSED_SHOWN,
    DeadlineList,
    PersonDeadlines,
    position_of,
)
from workflows.queries.months import Month
from workflows.queries.time_left import CountsByLeft, Left, left_until
from workflows.views.parts.pages import Page
from workflows.views.parts.tabs import build_tab
from workflows.views.work.month import CalendarEntry, weeks

GROUPS = {
    Left.LATE: "Sans attendre",
    Left.TODAY: "Aujourd’hui",
    Left.WEEK: "Sous sept jours",
    Left.LATER: "Plus tard",
}
MONTH = "mois"
"""The view that is not the list; its value in addresses."""


@dataclass(frozen=True, kw_only=True)
class DeadlineRow:
    """What templates/deadlines/line.html shows."""

    deadline: Deadline
    person: str
    url: str
    actor: str
    """The party that must act."""
    followed_by: str
    is_missed: bool
    is_late: bool
    """Is its last day over, and does it still run?"""

    @property
    def shown_on(self) -> date:
        """The date to count from: what one aims at; once it is missed, the last day."""
        return self.deadline.legal_date if self.is_missed else self.deadline.safe_date


@dataclass(frozen=True)
class DeadlineGroup:
    title: str
    count: int | str
    lines: list[DeadlineRow]


class DeadlinesView(Page):
    shows = AccessEntry.Kind.LIST

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not self.listing.is_allowed:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        self.dates = PersonDeadlines(self.user, self.today, self.form.criteria(day=self.listing.day))
        return self.show_month() if request.GET.get("vue") == MONTH else self.show_list()

    def show_list(self) -> HttpResponse:
        start = self.request.GET.get("apres", "")
        part, counts = self.read_part_and_counts()
        missed: list[Deadline] = []
        paused: list[Deadline] = []
        if start:
            found = self.dates.read_running(part, start=start, most=PAGE_SIZE + 1)
        else:
            found, paused, missed = self.dates.read_first(part, PAGE_SIZE + 1).values()
        asked = {**self.request.GET.dict(), "liste": str(part)}
        context = {
            "missed": [self.line(deadline) for deadline in missed[:MISSED_SHOWN]],
            "missed_words": _number_words(missed, most=MISSED_SHOWN),
            "paused": [self.line(deadline) for deadline in paused[:PAUSED_SHOWN]],
            "paused_words": _number_words(paused, most=PAUSED_SHOWN),
            "groups": self.groups(found[:PAGE_SIZE], counts[part]),
            "tabs": self.tabs(part, counts={each: counts[each].total_words for each in DeadlineList}),
            "lead": deadline_count_words(counts[part]),
            "elsewhere": self.get_other_list_link(part, counts),
            "asked": asked,
            "views_query": urlencode(asked),
            "list_url": "",
            "month_url": self.address(liste=part, vue=MONTH, apres=None, jour=None),
            "first_url": self.address(apres=None) if start else "",
            "next_url": self.address(liste=part, apres=position_of(found[PAGE_SIZE - 1]))
            if len(found) > PAGE_SIZE
            else "",
        }
        return render(self.request, "deadlines/list.html", {**self.get_common_context(), **context})

    def show_month(self) -> HttpResponse:
        part = self.asked_part or (
            DeadlineList.MINE if self.dates.held_rights.get("handle_case") else DeadlineList.STRUCTURE
        )
        asked = self.request.GET.get(MONTH, "")
        month = Month.parse(asked)
        shown = month or Month.containing(self.today)
        found, cut_from = self.dates.dated_between(part, *shown.first_and_last)
        entries = [self.entry(deadline) for deadline in found]
        context = {
            "month": shown,
            "is_unread": bool(asked) and month is None,
            "weeks": weeks(
                shown,
                entries,
                today=self.today,
                closures=list(self.dates.closures_between(*shown.first_and_last)),
                address=lambda day: self.address(liste=part, vue=None, mois=None, jour=day.isoformat()),
            ),
            "is_empty": not entries,
            "missing_from": cut_from and f"À partir du {short_date(cut_from)}, il manque des échéances.",
            "tabs": self.tabs(part, counts={}),
            "lead": "",
            "list_url": self.address(liste=part, vue=None, mois=None),
            "month_url": "",
            "before_url": self.address(liste=part, mois=shown.shifted_by(-1).code),
            "after_url": self.address(liste=part, mois=shown.shifted_by(1).code),
            "now_url": "" if shown == Month.containing(self.today) else self.address(liste=part, mois=None),
        }
        return render(self.request, "deadlines/month.html", {**self.get_common_context(), **context})

    def get_common_context(self) -> dict[str, object]:
        """What both views show above their dates."""
        words = self.form.filter_words(self.dates.criteria)
        return {
            "form": self.form,
            "chips": [
                {"label": said, "url": self.address(**{name: None}, apres=None)} for name, said in words.items()
            ],
            "clear_url": self.address(**dict.fromkeys(("nature", "qui", "retard", "jour", "apres"))),
        }

    @cached_property
    def listing(self) -> DeadlinesListing:
        return DeadlinesListing(user=self.user, asked=self.request.GET.dict(), today=self.today)

    @property
    def form(self) -> DeadlineFilterForm:
        return self.listing.form

    @property
    def asked_part(self) -> DeadlineList | None:
        code = self.request.GET.get("liste", "")
        return DeadlineList(code) if code in set(DeadlineList) else None

    def read_part_and_counts(self) -> tuple[DeadlineList, dict[DeadlineList, CountsByLeft]]:
        """The list asked for; else one’s own, unless there is nothing but what runs in the structure. One query, at times two."""
        likely = self.asked_part or self.dates.likely_list
        counts = self.dates.read_counts(likely)
        part = self.asked_part or next((each for each in DeadlineList if counts[each].total()), DeadlineList.MINE)
        return part, counts if part is likely else self.dates.read_counts(part)

    def tabs(self, current: DeadlineList, *, counts: dict[DeadlineList, int | str]) -> list[dict[str, object]]:
        return [
            build_tab(
                part.label, self.address(liste=part, apres=None), current=part is current, count=counts.get(part)
            )
            for part in DeadlineList
        ]

    def get_other_list_link(self, part: DeadlineList, counts: dict[DeadlineList, CountsByLeft]) -> dict[str, str]:
        """Where there are dates, when this list has none."""
        other = DeadlineList.STRUCTURE if part is DeadlineList.MINE else DeadlineList.MINE
        count = counts[other].total_words
        if not count:
            return {"label": "Calculer un délai", "url": reverse("calculator")}
        return {"label": f"{other.label} ({count})", "url": self.address(liste=other, apres=None)}

    def groups(self, found: Iterable[Deadline], counts: CountsByLeft) -> Sequence[DeadlineGroup]:
        by_left = groupby(found, key=lambda deadline: left_until(deadline.safe_date, today=self.today))
        return [
            DeadlineGroup(GROUPS[left], counts.words_of(left), [self.line(deadline) for deadline in group])
            for left, group in by_left
        ]

    def line(self, deadline: Any) -> DeadlineRow:
        case = deadline.case
        return DeadlineRow(
            deadline=deadline,
            person=name_of(deadline) or case.reference,
            url=reverse("case", args=[case.public_id]),
            actor=self.form.actors.get(deadline.rule.who, ""),
            followed_by=", ".join(filter(None, [deadline.professional, case.responsible_structure.name])),
            is_missed=deadline.state == Deadline.State.MISSED,
            is_late=deadline.legal_date < self.today and not deadline.is_paused,
        )

    def entry(self, deadline: Any) -> CalendarEntry:
        case = deadline.case
        return CalendarEntry(
            deadline=deadline, person=name_of(deadline) or case.reference, url=reverse("case", args=[case.public_id])
        )

    def address(self, **changed: str | None) -> str:
        """This page with other parameters; None takes one away."""
        kept = {**self.request.GET.dict(), **changed}
        asked = {name: str(value) for name, value in kept.items() if value}
        return f"{reverse('deadlines')}?{urlencode(asked)}" if asked else reverse("deadlines")


def _number_words(found: list[Deadline], *, most: int) -> int | str:
    """How many there are, of which `most` are shown."""
    return f"plus de {most}" if len(found) > most else len(found)


def deadline_count_words(counts: CountsByLeft) -> str:
    if not counts:
        return ""
    words = f"{counts.total_words} échéance{'s' if counts.total() > 1 else ''}".capitalize()
    late = counts.pressing_words
    return f"{words}, dont {late} à faire sans attendre" if late else words
