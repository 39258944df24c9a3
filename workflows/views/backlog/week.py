"""Semaine prochaine: what becomes late in a structure until the end of next week, per day and per colleague, to be given."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.models import AccessEntry
from workflows.actions.grouped_kinds import GroupedActKind
from workflows.queries.backlog import LATE, Selection
from workflows.views.backlog.backlog import WEEK_AHEAD, BacklogPage
from workflows.views.backlog.week_ahead import DayAhead, WeekAhead
from workflows.views.work.today import build_risk_line

ACTS = (GroupedActKind.GIVE, GroupedActKind.REMIND)
"""What a manager does of a week to come; the lists have them all."""


class BacklogWeek(BacklogPage):
    shows = AccessEntry.Kind.LIST

    def get(self, request: HttpRequest) -> HttpResponse:
        ahead = WeekAhead(self.structure, reader=self.user, on=self.today, closures=self.closures)
        context = {
            "structure": self.structure,
            "structure_tabs": self.structure_tabs,
            "page_tabs": self.page_tabs,
            "until": ahead.until,
            "total": ahead.total,
            "late": ahead.late,
            "late_query": Selection(age=LATE).query,
            "days": ahead.days,
            "risks_from": ahead.risks_from,
            "weeks": _weeks(ahead),
            "rows": ahead.by_colleague(),
            "ahead": [_day_context(each) for each in ahead.by_day()],
            "acts": ACTS,
            "back_code": WEEK_AHEAD,
        }
        return render(request, "backlog/week.html", context)


def _weeks(ahead: WeekAhead) -> list[tuple[str, int]]:
    """The headings above the days: words, and over how many of them."""
    following = sum(day.is_next_week for day in ahead.days)
    found = [("Cette semaine", len(ahead.days) - following), ("Semaine prochaine", following)]
    return [(words, number) for words, number in found if number]


def _day_context(each: DayAhead) -> dict[str, Any]:
    return {
        "day": each.day,
        "count": each.count,
        "more": each.more,
        "steps": [
            {"step": step, "task": step.task, "risks": [build_risk_line(risk) for risk in step.risks]}
            for step in each.steps
        ],
        "risks": [{"line": build_risk_line(risk), "risk": risk} for risk in each.risks],
    }
