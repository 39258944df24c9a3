"""The report of a quarter for the steering committee: its sections, its tables, and what is published of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import slugify

from cases.models import Territory
from workflows.indicators.catalogue import BY_CODE, INDICATORS, by_section, indicators_of
from workflows.indicators.figures_reader import Reader
from workflows.indicators.joined_tables import with_joined
from workflows.indicators.kinds import ACTIONS, Action, Indicator
from workflows.indicators.quarters import Quarter
from workflows.indicators.tables import (
    FOR_ALL,
    FOR_PARTNERS,
    IndicatorTable,
    freeze_table,
    hide_together,
    of_quarter,
    thaw_table,
)
from workflows.models import CommitteeReport

Frozen = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ReportSection:
    code: str
    action: Action
    title: str
    indicators: list[Indicator]


def sections() -> list[ReportSection]:
    return [
        ReportSection(code=f"{action}-{slugify(title)}", action=action, title=title, indicators=indicators)
        for action in ACTIONS
        for title, indicators in by_section(indicators_of(action)).items()
    ]


@dataclass(frozen=True, kw_only=True)
class PrintedSection:
    """A section as it is printed."""

    section: ReportSection
    tables: list[IndicatorTable]
    comment: str


@dataclass(frozen=True, kw_only=True)
class Printed:
    territory: str
    """Name of the territory."""
    quarter: Quarter
    as_of: date
    is_published: bool
    parts: list[PrintedSection]

    @property
    def by_action(self) -> Mapping[Action, list[PrintedSection]]:
        return {action: [part for part in self.parts if part.section.action == action] for action in ACTIONS}


def build_report_figures(quarter: Quarter, *, territory: str, on: date) -> tuple[Frozen, date | None]:
    """The tables to keep: for partners, and for all with more hidden; empty when nothing happened."""
    reader = Reader(INDICATORS, by="", quarters=[quarter], territory=territory, on=on)
    grids = reader.grids(quarter)
    found = {}
    for name, shown_from in (("partners", FOR_PARTNERS), ("open", FOR_ALL)):
        hide_together(grids, shown_from=shown_from)
        tables = [of_quarter(each, quarter, as_of=reader.day_of(each, quarter), words=reader.words) for each in grids]
        found[name] = with_joined(tables, INDICATORS)
    if all(table.is_empty for table in found["partners"]):
        return [], None
    kept = [
        {"code": table.indicator.code, "partners": freeze_table(table), "open": freeze_table(for_all)}
        for table, for_all in zip(found["partners"], found["open"], strict=True)
    ]
    return kept, reader.as_of


def build_printed_report(report: CommitteeReport, *, on: date) -> Printed | None:
    """As it was published, or as it would be today; None when there is nothing to print."""
    quarter = Quarter(report.quarter)
    figures, as_of = report.figures, report.as_of
    if not report.is_published:
        figures, as_of = build_report_figures(quarter, territory=report.territory, on=on)
    if as_of is None:
        return None
    return Printed(
        territory=Territory.objects.get(code=report.territory).name,
        quarter=quarter,
        as_of=as_of,
        is_published=report.is_published,
        parts=_printed_sections(_thaw_tables(figures, "partners"), report.comments),
    )


def open_tables(report: CommitteeReport) -> list[IndicatorTable]:
    return list(_thaw_tables(report.figures, "open").values())


def _thaw_tables(figures: Frozen, name: str) -> dict[str, IndicatorTable]:
    """An indicator that a later version no longer has is left out."""
    return {each["code"]: thaw_table(each[name], BY_CODE[each["code"]]) for each in figures if each["code"] in BY_CODE}


def _printed_sections(tables: Mapping[str, IndicatorTable], comments: Mapping[str, str]) -> list[PrintedSection]:
    parts = [
        PrintedSection(
            section=section,
            tables=[tables[each.code] for each in section.indicators if each.code in tables],
            comment=comments.get(section.code, ""),
        )
        for section in sections()
    ]
    return [part for part in parts if part.tables]
