"""Count indicators: one statement gives the totals, months and splits of those that have the same rows, of all quarters."""

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


def with_same_rows(indicators: Iterable[Indicator]) -> list[list[Indicator]]:
    """Those that are counted from the same rows, together."""
    found: dict[tuple[bool, str], list[Indicator]] = defaultdict(list)
    for each in indicators:
        found[each.is_stock, each.source].append(each)
    return list(found.values())


def count_indicators(
    indicators: Sequence[Indicator], *, territory: str, quarters: Sequence[Quarter], as_of: date
) -> dict[str, Split]:
    """What the quarters were in a territory, up to a day, by code of indicators that have the same rows. One statement."""
    began = [each for each in quarters if each.first <= as_of]
    rows = _rows_of_stock(indicators[0], began, as_of) if indicators[0].is_stock else _rows_of_flow(indicators[0])
    statement = sql.SQL("{territory}, same AS ({rows}) {counted}").format(
        territory=OF_TERRITORY, rows=rows, counted=sql.SQL(" UNION ALL ").join(map(_grouping_sql, indicators))
    )
    with connections[READ_FROM.get()].cursor() as cursor:
        asked: dict[str, Any] = {"territory": territory, "first": min(began).first, "as_of": as_of}
        cursor.execute(statement, asked)
        counted = cursor.fetchall()
    by_code = {each.code: each for each in indicators}
    found: dict[str, Split] = {
        code: {(quarter, by): [] for quarter in began for by in each.splits} for code, each in by_code.items()
    }
    for code, quarter, column, number, value, high, keys in counted:
        if Quarter(quarter) in began:
            for dimension, cell in _cells_by_dimension(by_code[code], keys, (column, number, value, high)):
                found[code][Quarter(quarter), dimension].append(cell)
    return found


OF_TERRITORY = sql.SQL("""
WITH cases_case AS NOT MATERIALIZED (SELECT * FROM cases_case WHERE territory = %(territory)s),
cases_referent AS NOT MATERIALIZED (SELECT * FROM cases_referent WHERE case_id IN (SELECT id FROM cases_case)),
cases_vacancy AS NOT MATERIALIZED (SELECT * FROM cases_vacancy WHERE case_id IN (SELECT id FROM cases_case)),
cases_wish AS NOT MATERIALIZED (SELECT * FROM cases_wish WHERE case_id IN (SELECT id FROM cases_case)),
leased AS MATERIALIZED (
  SELECT c.id, c.opened_on, c.closed_on, {structure}, {lease} FROM cases_case c {tenancy} WHERE {arrears}
)
""").format(**PARTS)
"""Each of these names but `leased` hides the table of that name: whatever a source reads is of the territory, without saying so.

`leased`: cases of arrears, with what their lease says. Of what looks at them quarter by quarter, they are read once.
"""


def placed_in(second: str, spot: str | None) -> str:
    """The column of a cell of two dimensions: the key of the second one, and the month or band when it is of one."""
    return second if spot is None else f"{second} {spot}"


def _cells_by_dimension(
    indicator: Indicator, keys: Sequence[str | None], cell: tuple[Any, ...]
) -> Iterable[tuple[str, CountedCell]]:
    """A total is that of every split; any other cell is of one."""
    column, number, value, high = cell
    value, high = (None if each is None else round(each, 2) for each in (value, high))
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


def _rows_of_flow(indicator: Indicator) -> sql.Composed:
    # Not « o.day <= … »: of two bounds of what it knows nothing about, PostgreSQL expects one row in 200, and then looks the
    # cases of all of them up one by one.
    return sql.SQL(
        "SELECT o.*, date_trunc('quarter', o.day)::date AS quarter FROM ({source}) o"
        " WHERE o.day >= %(first)s AND (o.day > %(as_of)s) IS NOT TRUE"
    ).format(source=_write_source(indicator))


def _rows_of_stock(indicator: Indicator, quarters: Sequence[Quarter], as_of: date) -> sql.Composed:
    days = sql.SQL(", ").join(
        sql.SQL("({0}::date, {1}::date, ({1}::date + 1)::timestamp AT TIME ZONE 'Europe/Paris')").format(
            each.first.isoformat(), min(each.last, as_of).isoformat()
        )
        for each in quarters
    )
    return sql.SQL(
        "SELECT o.*, p.quarter FROM (VALUES {days}) p (quarter, last, ended) CROSS JOIN LATERAL ({source}) o"
    ).format(days=days, source=_write_source(indicator))


def _write_month_or_band(indicator: Indicator) -> sql.Composable:
    """A month, or a band."""
    if not indicator.is_stock:
        return sql.SQL("to_char(o.day, 'YYYY-MM')")
    *others, last = indicator.bands
    if not others:
        return sql.Literal(last.code)
    whens = [sql.SQL("WHEN o.age < {} THEN {}").format(each.below, each.code) for each in others]
    return sql.SQL("CASE {} ELSE {} END").format(sql.SQL(" ").join(whens), last.code)


def _write_source(indicator: Indicator) -> sql.Composed:
    return sql.SQL(indicator.source).format(**PARTS)


def _grouping_sql(indicator: Indicator) -> sql.Composed:
    """Of the rows `same`, every set of keys at once: most measures are counted once by all the keys together, then added up."""
    keys = [sql.Identifier(f"k{place}") for place, _ in enumerate(indicator.dimensions)]
    named = [
        sql.SQL(", coalesce(o.{}::text, '') AS {}").format(sql.Identifier(by), key)
        for by, key in zip(indicator.dimensions, keys, strict=True)
    ]
    sets: list[sql.Composable] = [sql.SQL("(quarter)"), sql.SQL("(quarter, spot)")]
    sets += [sql.SQL("(quarter, {})").format(key) for key in keys]
    sets += [sql.SQL("(quarter, spot, {})").format(key) for key in keys]
    if indicator.can_be_crossed:
        pair = sql.SQL(", ").join(keys[indicator.dimensions.index(by)] for by in CROSSED)
        sets += [sql.SQL("(quarter, {})").format(pair), sql.SQL("(quarter, spot, {})").format(pair)]
    counted = sql.SQL("SELECT o.*, {spot} AS spot {named} FROM same o WHERE {keep}").format(
        spot=_write_month_or_band(indicator), named=sql.SQL("").join(named), keep=sql.SQL(indicator.keep or "true")
    )
    comma_keys = sql.SQL("").join(sql.SQL(", {}").format(key) for key in keys)
    if indicator.measure in ADDED_UP:
        counted = sql.SQL(
            "SELECT quarter, spot, {added} {keys} FROM ({counted}) r GROUP BY quarter, spot {keys}"
        ).format(added=sql.SQL(ADDED_UP[indicator.measure]), keys=comma_keys, counted=counted)
    number, value, high = MEASURED[indicator.measure]
    return sql.SQL(
        "SELECT {code}, quarter, spot, {number}, ({value})::float8, ({high})::float8, ARRAY[{keys}]::text[]"
        " FROM ({counted}) q GROUP BY GROUPING SETS ({sets})"
    ).format(
        code=indicator.code,
        number=sql.SQL(number),
        value=sql.SQL(value),
        high=sql.SQL(high),
        keys=sql.SQL(", ").join(keys),
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
