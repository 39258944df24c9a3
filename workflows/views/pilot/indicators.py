"""Indicateurs: the figures of the action by quarter or year, split as asked, small numbers hidden. Never a name.

Pilots read all; who manages a structure reads its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render

from cases import permissions
from cases.models import CaseKind, Structure
from workflows.actions.indicators import ask_again
from workflows.indicators import figures_reader
from workflows.indicators.catalogue import CHOICES, by_section, indicators_of
from workflows.indicators.charts import IndicatorChart, chart_of
from workflows.indicators.figures_reader import ReadFigures
from workflows.indicators.formatting import of_all, with_count
from workflows.indicators.kinds import ACTIONS, Action, Indicator
from workflows.indicators.later import SECTION
from workflows.indicators.papers.blocks import grids_of
from workflows.indicators.quarters import Quarter
from workflows.indicators.tables import FOR_PARTNERS, IndicatorTable, TableLine
from workflows.indicators.words import SPLITS
from workflows.tasks import count_figures, wake_worker
from workflows.views.parts.pages import Page
from workflows.views.parts.tabs import build_tab

KINDS = {
    Action.ARREARS: CaseKind.ARREARS,
    Action.OVERPAYMENTS: CaseKind.OVERPAYMENT,
    Action.REFERENTS: CaseKind.COORDINATION,
}
"""Of the cases of each action."""
YEAR = "annee"
QUARTERS = 6


@dataclass(frozen=True, kw_only=True)
class Wanted:
    quarter: Quarter | None
    """None: a year."""
    by: str
    crossed: bool
    """Each line month by month too."""


class PeriodForm(forms.Form):
    """Which period, split how. What cannot be read is as if nothing was asked."""

    periode = forms.ChoiceField(label="Période")
    par = forms.ChoiceField(label="Réparti par", required=False)
    mois = forms.BooleanField(label="Mois par mois", required=False)

    def __init__(self, data: QueryDict, *, last: Quarter, splits: bool) -> None:
        quarters = [last.shifted_by(-behind) for behind in range(QUARTERS)]
        given = {name: data.get(name, "") for name in ("par", "mois")}
        super().__init__({"periode": data.get("periode") or last.code, **given})
        choices = [(each.code, str(each)) for each in quarters]
        year = [(YEAR, f"Quatre trimestres, jusqu’au {last.shifted_by(-1)}")] if splits else []
        self.fields["periode"].choices = [*choices, *year]  # type: ignore[attr-defined]
        named = [(code, SPLITS[code]) for code in CHOICES]
        self.fields["par"].choices = [("", "selon l’indicateur"), *named]  # type: ignore[attr-defined]
        if not splits:
            del self.fields["par"], self.fields["mois"]

    def read_wanted(self, *, today: date) -> Wanted:
        typed = self.cleaned_data if self.is_valid() else {}
        period = typed.get("periode", "")
        quarter = (
            None if period == YEAR else Quarter.parse_past_or_current(period, today=today) or Quarter.containing(today)
        )
        return Wanted(quarter=quarter, by=typed.get("par", ""), crossed=typed.get("mois", False))


class Indicators(Page):
    right_in_territory = "pilot_action"
    held_back = ()
    structure: Structure | None
    """That of who manages one and pilots nothing."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        self.structure = None
        held = permissions.rights(self.user, at=self.today)
        if not held.get("pilot_action"):
            managed = permissions.structures_where(self.user, "view_backlog", at=self.today).order_by("name")
            wanted = request.GET.get("structure", "")
            self.structure = (managed.filter(code=wanted) if wanted else managed).first()
            if self.structure is None:
                raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        action = _action(request.GET.get("action", ""))
        asked = PeriodForm(request.GET, last=Quarter.containing(self.today), splits=self.structure is None)
        is_plain = self.structure is None and KINDS[action] in permissions.piloted_kinds(
            self.user, territory=self.territory, at=self.today
        )
        figures = self._figures(indicators_of(action), asked.read_wanted(today=self.today), is_plain=is_plain)
        context = {
            "structure": self.structure,
            "asked": asked,
            "action": action,
            "tabs": [
                build_tab(words, f"?{_query(request, action=code)}", current=code == action)
                for code, words in ACTIONS.items()
            ],
            "figures": figures,
            "sections": _sections(action, figures),
            "shown_from": FOR_PARTNERS,
            "is_plain": is_plain,
            "later_section": SECTION.title,
            "is_wide": any(table.total and len(table.split) > 1 for table in figures.tables),
        }
        return render(request, "indicators/indicators.html", context)

    def _figures(self, indicators: Sequence[Indicator], wanted: Wanted, *, is_plain: bool) -> ReadFigures:
        if wanted.quarter is None:
            last = Quarter.containing(self.today).shifted_by(-1)
            return figures_reader.of_one_year(
                indicators, by=wanted.by, last=last, territory=self.territory, on=self.today, is_plain=is_plain
            )
        if self.structure:
            return figures_reader.of_a_structure(
                indicators, structure=self.structure, quarter=wanted.quarter, on=self.today
            )
        return figures_reader.of_one_quarter(
            indicators,
            by=wanted.by,
            quarter=wanted.quarter,
            territory=self.territory,
            on=self.today,
            crossed=wanted.crossed,
            is_plain=is_plain,
        )


class CountAgain(Page):
    """Ask the worker for figures of now."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        structure = permissions.structures_where(self.user, "pilot_action", at=self.today).order_by("pk").first()
        if structure is None:
            raise Http404
        ask_again(by=self.user, structure=structure, at=self.now)
        transaction.on_commit(partial(wake_worker, count_figures))
        messages.success(request, "Calcul demandé : les chiffres de cette page seront à jour dans quelques minutes.")
        return redirect("indicators")


def _action(code: str) -> Action:
    return Action(code) if code in Action.__members__.values() else Action.ARREARS


def _query(request: HttpRequest, **changed: str) -> str:
    """What was asked for, with this changed."""
    kept = {name: request.GET[name] for name in ("periode", "par", "mois", "structure") if request.GET.get(name)}
    return urlencode({**kept, **changed})


def _sections(action: Action, figures: ReadFigures) -> list[tuple[str, list[dict[str, object]], list[str]]]:
    """Title, the tables that say something, and the names of those that are empty."""
    tables = {table.indicator.code: table for table in figures.tables}
    found = []
    for title, indicators in by_section(indicators_of(action)).items():
        own = [tables[each.code] for each in indicators if each.code in tables]
        if own:
            said = [shown_table(table) for table in own if not table.is_empty]
            found.append((title, said, [table.indicator.title for table in own if table.is_empty]))
    return found


def shown_table(table: IndicatorTable) -> dict[str, object]:
    chart: IndicatorChart | None = chart_of(table)
    return {
        "indicator": table.indicator,
        "grids": [
            {
                "heading": grid.heading,
                "columns": grid.columns,
                "lines": [(line.label, _cells(table, grid.columns, line)) for line in grid.lines],
                "total": grid.total and (grid.total.label, _cells(table, grid.columns, grid.total)),
            }
            for grid in grids_of(table)
        ],
        "whole": of_all(table),
        "chart": chart,
    }


def _cells(table: IndicatorTable, columns: Sequence[str], line: TableLine) -> list[tuple[str, str, bool]]:
    return [
        (heading, with_count(table.indicator, cell), cell.is_hidden)
        for heading, cell in zip(columns, line.cells, strict=True)
    ]
