"""The report of a quarter for the steering committee: its sections, its tables, and what is published of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.text import slugify

from cases.models import Territory
from workflows.indicators.catalogue import BY_CODE, INDICATORS, by_section, indicators_of
from workflows.indicators.figures_reader import Reader
from workflows.indicators.first_page import (
    KEY_FIGURES,
    SUMMARIES,
    ComparedQuarter,
    FirstPageLine,
    PastWholes,
    SummaryRow,
    Target,
    freeze_wholes,
    thaw_wholes,
)
from workflows.indicators.joined_tables import with_joined
from workflows.indicators.kinds import ACTIONS, Action, Indicator
from workflows.indicators.quarters import Quarter
from workflows.indicators.tables import (
    FOR_ALL,
    FOR_PARTNERS,
    NOTHING,
    Grid,
    IndicatorTable,
    ShownCell,
    freeze_table,
    hidden_from_all,
    of_quarter,
    table_for_all,
    thaw_table,
)
from workflows.indicators.targets import find_targets
from workflows.models import CommitteeReport

Frozen = list[dict[str, Any]]
Wholes = dict[str, dict[ComparedQuarter, ShownCell]]
"""Of each indicator, by its code."""
READERS = (("partners", FOR_PARTNERS), ("open", FOR_ALL))
"""For whom, and from how many on a number is shown."""


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
    """Its code."""
    quarter: Quarter
    as_of: date
    is_published: bool
    parts: list[PrintedSection]
    issue: int = 1
    note: str = ""
    """What changed since the issue before."""
    first_page: list[FirstPageLine] = field(default_factory=list)
    """Of a report that was published before there was one: none."""
    summaries: Mapping[Action, list[SummaryRow]] = field(default_factory=dict)

    @property
    def territory_name(self) -> str:
        return Territory.objects.get(code=self.territory).name

    @property
    def actions_in_short(self) -> list[Action]:
        """Those of which something was counted, in this quarter or in those that it is compared with."""
        return [action for action, rows in self.summaries.items() if any(row.says_something for row in rows)]

    @property
    def by_action(self) -> Mapping[Action, list[PrintedSection]]:
        return {action: [part for part in self.parts if part.section.action == action] for action in ACTIONS}


def find_reports(quarter: Quarter, *, territory: str) -> dict[Quarter, CommitteeReport]:
    """That of a quarter, and those that it is compared with: one query."""
    days = [quarter.first, *(past.quarter_of(quarter).first for past in ComparedQuarter)]
    found = CommitteeReport.objects.select_related("published_by").filter(territory=territory, quarter__in=days)
    return {Quarter(each.quarter): each for each in found}


def build_report_figures(
    quarter: Quarter, *, territory: str, on: date, kept: Mapping[Quarter, CommitteeReport]
) -> tuple[Frozen, date | None]:
    """The tables to keep, beside their past: for partners, and for all with more hidden; empty when nothing happened.

    `kept`: the reports of the quarters that it is compared with, as `find_reports` finds them.
    """
    compared = [past.quarter_of(quarter) for past in ComparedQuarter]
    reader = Reader(INDICATORS, by="", quarters=[quarter, *compared], territory=territory, on=on)
    grids = reader.grids(quarter)
    earlier = {past: reader.grids(past.quarter_of(quarter)) for past in ComparedQuarter}
    published = {each: report for each, report in kept.items() if report.is_published}
    found: dict[str, list[IndicatorTable]] = {}
    wholes: dict[str, Wholes] = {}
    for name, shown_from in READERS:
        reader.hide(grids, quarter, shown_from=shown_from)
        tables = [of_quarter(each, quarter, as_of=reader.day_of(each, quarter), words=reader.words) for each in grids]
        found[name] = with_joined(tables, INDICATORS)
        for past, then in earlier.items():
            reader.hide(then, past.quarter_of(quarter), shown_from=shown_from)
        wholes[name] = _past_wholes(reader, quarter, earlier, published, name=name)
    if all(table.is_empty for table in found["partners"]):
        return [], None
    targets = find_targets(quarter, territory=territory)
    frozen = [
        {
            "code": table.indicator.code,
            "partners": freeze_table(table),
            "open": freeze_table(for_all),
            "past": {name: freeze_wholes(wholes[name].get(table.indicator.code, {})) for name, _ in READERS},
            **({"target": targets[table.indicator.code].freeze()} if table.indicator.code in targets else {}),
        }
        for table, for_all in zip(found["partners"], found["open"], strict=True)
    ]
    return frozen, min(reader.day_of(each, quarter) for each in grids)


def build_figures_again(
    report: CommitteeReport, *, on: date, kept: Mapping[Quarter, CommitteeReport]
) -> tuple[Frozen, date | None]:
    """What a published report would say if it were published again that day: the same targets, other numbers."""
    figures, as_of = build_report_figures(Quarter(report.quarter), territory=report.territory, on=on, kept=kept)
    targets = {each["code"]: each["target"] for each in report.figures if "target" in each}
    for each in figures:
        each.pop("target", None)
        if each["code"] in targets:
            each["target"] = targets[each["code"]]
    return figures, as_of


def _past_wholes(
    reader: Reader,
    quarter: Quarter,
    earlier: Mapping[ComparedQuarter, Sequence[Grid]],
    published: Mapping[Quarter, CommitteeReport],
    *,
    name: str,
) -> Wholes:
    """As its readers hold them in the report of that quarter; of one that was not published, as counted."""
    found: Wholes = {}
    for past, grids in earlier.items():
        then = past.quarter_of(quarter)
        tables = {
            each.indicator.code: of_quarter(each, then, as_of=reader.day_of(each, then), words=reader.words)
            for each in grids
        }
        if then in published:
            tables |= _thaw_tables(published[then].figures, name)
        for code, table in tables.items():
            found.setdefault(code, {})[past] = whole_of(table)
    return found


def whole_of(table: IndicatorTable) -> ShownCell:
    """All the period; nothing of what makes no sum."""
    return table.total.cells[-1] if table.total and table.has_whole else NOTHING


def build_printed_report(
    report: CommitteeReport, *, on: date, kept: Mapping[Quarter, CommitteeReport] | None = None
) -> Printed | None:
    """As it was published, or as it would be today; None when there is nothing to print. `kept`: if read already."""
    quarter = Quarter(report.quarter)
    figures, as_of = report.figures, report.as_of
    if not report.is_published:
        found = find_reports(quarter, territory=report.territory) if kept is None else kept
        figures, as_of = build_report_figures(quarter, territory=report.territory, on=on, kept=found)
    return None if as_of is None else _print(report, figures, as_of)


def build_next_issue(report: CommitteeReport, *, on: date, kept: Mapping[Quarter, CommitteeReport]) -> Printed | None:
    """As a published report would be if it were published again."""
    figures, as_of = build_figures_again(report, on=on, kept=kept)
    return None if as_of is None else _print(report, figures, as_of)


def _print(report: CommitteeReport, figures: Frozen, as_of: date) -> Printed:
    quarter = Quarter(report.quarter)
    tables = _thaw_tables(figures, "partners")
    past = _thaw_past(figures, "partners")
    return Printed(
        territory=report.territory,
        quarter=quarter,
        as_of=as_of,
        is_published=report.is_published,
        issue=report.issue,
        note=report.note,
        parts=_printed_sections(tables, report.comments),
        first_page=_build_first_page(quarter, figures, tables=tables, past=past, comments=report.comments),
        summaries={
            action: [
                SummaryRow(indicator=BY_CODE[code], quarter=quarter, now=whole_of(tables[code]), past=past[code])
                for code in codes
                if code in tables and code in past
            ]
            for action, codes in SUMMARIES.items()
        },
    )


def _build_first_page(
    quarter: Quarter,
    figures: Frozen,
    *,
    tables: Mapping[str, IndicatorTable],
    past: Mapping[str, PastWholes],
    comments: Mapping[str, str],
) -> list[FirstPageLine]:
    """All the figures, whether or not they have a number; none of a report older than this page."""
    if not past:
        return []
    targets = {each["code"]: Target.thaw(each["target"]) for each in figures if "target" in each}
    return [
        FirstPageLine(
            figure=figure,
            indicator=figure.indicator,
            quarter=quarter,
            now=whole_of(tables[figure.code]) if figure.code in tables else NOTHING,
            past=past.get(figure.code, {}),
            target=targets.get(figure.code),
            comment=comments.get(figure.comment_code, ""),
        )
        for figure in KEY_FIGURES
    ]


def open_tables(report: CommitteeReport) -> list[IndicatorTable]:
    """What all may read of a published report: never a number that partners alone read (`hidden_from_all`)."""
    return list(_thaw_open_tables(report).values())


def open_sections(report: CommitteeReport) -> list[PrintedSection]:
    """The same by section, without the pilot’s words, which are the committee’s."""
    return _printed_sections(_thaw_open_tables(report), {})


def open_first_page(report: CommitteeReport) -> list[FirstPageLine]:
    past = {
        code: {each: hidden_from_all(cell, BY_CODE[code]) for each, cell in wholes.items()}
        for code, wholes in _thaw_past(report.figures, "open").items()
    }
    tables = _thaw_open_tables(report)
    return _build_first_page(Quarter(report.quarter), report.figures, tables=tables, past=past, comments={})


def _thaw_open_tables(report: CommitteeReport) -> dict[str, IndicatorTable]:
    return tables_of(report.figures, "open")


def tables_of(figures: Frozen, name: str) -> dict[str, IndicatorTable]:
    """As the partners, or all, read what was kept: by the code of the indicator."""
    tables = _thaw_tables(figures, name)
    return {code: table_for_all(table) for code, table in tables.items()} if name == "open" else tables


def _thaw_past(figures: Frozen, name: str) -> dict[str, PastWholes]:
    return {
        each["code"]: thaw_wholes(each["past"][name]) for each in figures if "past" in each and each["code"] in BY_CODE
    }


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
