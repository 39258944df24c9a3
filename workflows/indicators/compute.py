"""Count an indicator: one statement gives its totals, months and splits, of all the quarters asked for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connections
from psycopg import sql

from cases.replica import READ_FROM
from workflows.indicators.kinds import CROSS, CROSSED, Aggregation, Indicator
from workflows.indicators.parts import PARTS
from workflows.indicators.quarters import Quarter


class CountedCell(NamedTuple):
    """As it is kept in `IndicatorFigures.cells`."""

    column: str | None
    """A month (2026-11) or a band; None: all of them. Of two dimensions at once: see `placed_in`."""
    key: str | None
    number: int
    value: float | None
    """Cases of a share, euros of a sum, a median."""
    high: float | None
    """Nine of ten are not above: of a median."""


Split = dict[tuple[Quarter, str], list[CountedCell]]
"""Quarter and dimension (nothing: not split) → its cells."""


def count_indicator(indicator: Indicator, *, territory: str, quarters: Sequence[Quarter], as_of: date) -> Split:
    """What the quarters were in a territory, up to a day. One statement."""
    began = [each for each in quarters if each.first <= as_of]
    statement = _of_stock(indicator, began, as_of) if indicator.is_stock else _of_flow(indicator)
    with connections[READ_FROM.get()].cursor() as cursor:
        asked: dict[str, Any] = {"territory": territory, "first": min(began).first, "as_of": as_of}
        cursor.execute(sql.SQL(OF_TERRITORY) + statement, asked)
        rows = cursor.fetchall()
    found: Split = defaultdict(list)
    for quarter, column, number, value, high, *keys in rows:
        if Quarter(quarter) in began:
            for dimension, cell in _cells_by_dimension(indicator, keys, (column, number, value, high)):
                found[Quarter(quarter), dimension].append(cell)
    return {(quarter, by): found[quarter, by] for quarter in began for by in indicator.splits}


OF_TERRITORY = """
WITH cases_case AS NOT MATERIALIZED (SELECT * FROM cases_case WHERE territory = %(territory)s),
cases_referent AS NOT MATERIALIZED (SELECT * FROM cases_referent WHERE case_id IN (SELECT id FROM cases_case)),
cases_vacancy AS NOT MATERIALIZED (SELECT * FROM cases_vacancy WHERE case_id IN (SELECT id FROM cases_case)),
cases_wish AS NOT MATERIALIZED (SELECT * FROM cases_wish WHERE case_id IN (SELECT id FROM cases_case))
"""
"""Each of these names hides the table of that name: whatever a source reads is of the territory, without saying so."""


def placed_in(second: str, spot: str | None) -> str:
    """The column of a cell of two dimensions: the key of the second one, and the month or band when it is of one."""
    return second if spot is None else f"{second} {spot}"


def _cells_by_dimension(
    indicator: Indicator, keys: Sequence[str | None], cell: tuple[Any, ...]
) -> Iterable[tuple[str, CountedCell]]:
    """A total is that of every split; any other cell is of one."""
    column, number, value, high = cell
    value, high = (None if each is None else round(float(each), 2) for each in (value, high))
    split: list[tuple[str, str | None]] = [
        (by, key) for by, key in zip(indicator.dimensions, keys, strict=True) if key is not None
    ]
    if len(split) > 1:
        found = dict(split)
        first, second = (found[by] for by in CROSSED)
        yield (
            CROSS,
            CountedCell(column=placed_in(second or "", column), key=first, number=number, value=value, high=high),
        )
        return
    for by, key in split or [(by, None) for by in ("", *indicator.dimensions)]:
        yield by, CountedCell(column=column, key=key, number=number, value=value, high=high)


def _of_flow(indicator: Indicator) -> sql.Composed:
    rows = sql.SQL(
        "SELECT o.*, date_trunc('quarter', o.day)::date AS quarter, to_char(o.day, 'YYYY-MM') AS spot FROM ({source}) o"
        " WHERE o.day >= %(first)s AND o.day <= %(as_of)s AND ({keep})"
    ).format(source=_source(indicator), keep=sql.SQL(indicator.keep or "true"))
    return _grouping_sql(indicator, rows)


def _of_stock(indicator: Indicator, quarters: Sequence[Quarter], as_of: date) -> sql.Composed:
    days = sql.SQL(", ").join(
        sql.SQL("({}::date, {}::date)").format(each.first.isoformat(), min(each.last, as_of).isoformat())
        for each in quarters
    )
    rows = sql.SQL(
        "SELECT o.*, p.quarter, {band} AS spot FROM (VALUES {days}) p (quarter, last) CROSS JOIN LATERAL ({source}) o"
    ).format(band=_band(indicator), days=days, source=_source(indicator))
    return _grouping_sql(indicator, rows)


def _band(indicator: Indicator) -> sql.Composable:
    *others, last = indicator.bands
    if not others:
        return sql.Literal(last.code)
    whens = [sql.SQL("WHEN o.age < {} THEN {}").format(each.below, each.code) for each in others]
    return sql.SQL("CASE {} ELSE {} END").format(sql.SQL(" ").join(whens), last.code)


def _source(indicator: Indicator) -> sql.Composed:
    return sql.SQL(indicator.source).format(**PARTS)


def _grouping_sql(indicator: Indicator, rows: sql.Composed) -> sql.Composed:
    """Of these rows, every set of keys at once: most measures are counted once by all the keys together, then added up."""
    keys = [sql.Identifier(f"k{place}") for place, _ in enumerate(indicator.dimensions)]
    named = [
        sql.SQL(", coalesce(r.{}::text, '') AS {}").format(sql.Identifier(by), key)
        for by, key in zip(indicator.dimensions, keys, strict=True)
    ]
    sets: list[sql.Composable] = [sql.SQL("(quarter)"), sql.SQL("(quarter, spot)")]
    sets += [sql.SQL("(quarter, {})").format(key) for key in keys]
    sets += [sql.SQL("(quarter, spot, {})").format(key) for key in keys]
    if indicator.can_be_crossed:
        pair = sql.SQL(", ").join(keys[indicator.dimensions.index(by)] for by in CROSSED)
        sets += [sql.SQL("(quarter, {})").format(pair), sql.SQL("(quarter, spot, {})").format(pair)]
    counted = sql.SQL("SELECT r.* {} FROM ({}) r").format(sql.SQL("").join(named), rows)
    comma_keys = sql.SQL("").join(sql.SQL(", {}").format(key) for key in keys)
    if indicator.measure in ADDED_UP:
        counted = sql.SQL(
            "SELECT quarter, spot, {added} {keys} FROM ({counted}) r GROUP BY quarter, spot {keys}"
        ).format(added=sql.SQL(ADDED_UP[indicator.measure]), keys=comma_keys, counted=counted)
    number, value, high = MEASURED[indicator.measure]
    return sql.SQL(
        "SELECT quarter, spot, {number}, {value}, {high} {keys} FROM ({counted}) q GROUP BY GROUPING SETS ({sets})"
    ).format(
        number=sql.SQL(number),
        value=sql.SQL(value),
        high=sql.SQL(high),
        keys=comma_keys,
        counted=counted,
        sets=sql.SQL(", ").join(sets),
    )


ADDED_UP = {
    Aggregation.COUNT: "count(*) AS number",
    Aggregation.SUM: "count(*) AS number, sum(value) AS value",
    Aggregation.SHARE: "count(*) AS number, count(*) FILTER (WHERE hit) AS value",
}
"""What is counted of each combination of keys, where the whole is the sum of its parts."""
MEASURED = {
    Aggregation.COUNT: ("sum(number)::bigint", "NULL", "NULL"),
    Aggregation.DISTINCT: ("count(DISTINCT value)", "NULL", "NULL"),
    Aggregation.SUM: ("sum(number)::bigint", "sum(value)", "NULL"),
    Aggregation.MEDIAN: (
        "count(*)",
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY value::float)",
        "percentile_cont(0.9) WITHIN GROUP (ORDER BY value::float)",
    ),
    Aggregation.SHARE: ("sum(number)::bigint", "sum(value)", "NULL"),
}
"""How many, the value, and what nine of ten do not exceed."""
