"""Count indicators: one statement gives the totals, months and splits of those that have the same rows, of all quarters.

Rows that nothing tells apart are made one at once, with how many they are: what follows is done with few. Medians are found here,
of the values of each combination of keys: PostgreSQL would sort them all anew for each set of keys.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from math import ceil, floor
from typing import Any, NamedTuple

from django.db import connections, transaction
from psycopg import sql

from cases.replica import READ_FROM
from workflows.indicators.kinds import CROSS, CROSSED, Aggregation, Indicator
from workflows.indicators.parts import PARTS
from workflows.indicators.quarters import Quarter

ONE_DAY = timedelta(days=1)


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


class CountedKeys(NamedTuple):
    """Of which rows of an indicator something is counted."""

    quarter: date
    column: str | None
    """A month or a band; None: all of them."""
    keys: tuple[str | None, ...]
    """By its dimensions; None: all."""


CountedRow = tuple[CountedKeys, int, float | None, list[float] | None]
"""Keys, how many, the value; of a median, all values of a combination of its keys instead."""
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
    """What the quarters were in a territory, up to a day, by code of indicators that have the same rows. One statement.

    `%(first)s` is the day before: at midnight in Paris it is still that day for PostgreSQL. Quarters cut by days of Paris.
    """
    began = [each for each in quarters if each.first <= as_of]
    statement = sql.SQL("{territory}, same AS ({rows}) {counted}").format(
        territory=OF_TERRITORY,
        rows=_write_rows(indicators, began, as_of),
        counted=sql.SQL(" UNION ALL ").join(map(_write_count, indicators)),
    )
    database = READ_FROM.get()
    with transaction.atomic(using=database), connections[database].cursor() as cursor:
        # PostgreSQL expects about as many groups as rows, and without room for them would sort all rows by all their keys. There
        # are few of them; the room is for each table of hashes that a statement makes.
        cursor.execute("SET LOCAL hash_mem_multiplier = 16")
        asked: dict[str, Any] = {"territory": territory, "first": min(began).first - ONE_DAY, "as_of": as_of}
        cursor.execute(statement, asked)
        counted: dict[str, list[CountedRow]] = defaultdict(list)
        for code, quarter, column, keys, *measured in cursor.fetchall():
            counted[code].append((CountedKeys(quarter, column, tuple(keys)), *measured))
    return {each.code: _place_in_splits(each, counted[each.code], began) for each in indicators}


OF_TERRITORY = sql.SQL("""
WITH cases_case AS NOT MATERIALIZED (SELECT * FROM cases_case WHERE territory = %(territory)s),
cases_referent AS NOT MATERIALIZED (SELECT * FROM cases_referent WHERE case_id IN (SELECT id FROM cases_case)),
cases_vacancy AS NOT MATERIALIZED (SELECT * FROM cases_vacancy WHERE case_id IN (SELECT id FROM cases_case)),
cases_wish AS NOT MATERIALIZED (SELECT * FROM cases_wish WHERE case_id IN (SELECT id FROM cases_case)),
leased AS MATERIALIZED (
  SELECT c.id, c.opened_on, c.closed_on, {structure}, {lease} FROM cases_case c {tenancy} WHERE {arrears}
),
standing_steps AS MATERIALIZED (
  SELECT id, case_id, node, is_human, created, finished FROM workflows_casetask
  WHERE is_human AND (finished IS NULL OR finished >= %(first)s)
)
""").format(**PARTS)
"""Each of the first names hides the table of that name: whatever a source reads is of the territory, without saying so.

Of what looks at them quarter by quarter, these are read once: `leased`, cases of arrears, with what their lease says; `standing_steps`,
what people had to do that was not done before the first quarter, of all territories: to be joined to these.
"""


def placed_in(second: str, spot: str | None) -> str:
    """The column of a cell of two dimensions: the key of the second one, and the month or band when it is of one."""
    return second if spot is None else f"{second} {spot}"


def _place_in_splits(indicator: Indicator, counted: Iterable[CountedRow], quarters: Sequence[Quarter]) -> Split:
    found: Split = {(quarter, by): [] for quarter in quarters for by in indicator.splits}
    if indicator.measure == Aggregation.MEDIAN:
        measured = _find_medians(indicator, counted)
    else:
        measured = ((at, number, value, None) for at, number, value, _ in counted)
    for at, *cell in measured:
        if Quarter(at.quarter) in quarters:
            for dimension, each in _cells_by_dimension(indicator, at.keys, (at.column, *cell)):
                found[Quarter(at.quarter), dimension].append(each)
    return found


def _find_medians(
    indicator: Indicator, counted: Iterable[CountedRow]
) -> Iterator[tuple[CountedKeys, int, float | None, float | None]]:
    """Of each set of keys, from the values of each combination of them all: how many, the median, what nine of ten do not exceed."""
    numbers: Counter[CountedKeys] = Counter()
    values: dict[CountedKeys, list[float]] = defaultdict(list)
    for (quarter, column, keys), number, _, found in counted:
        ordered = sorted(found or ())  # what is put together of sorted parts is sorted sooner
        for places in _sets_of_keys(indicator):
            kept = tuple(key if place in places else None for place, key in enumerate(keys))
            for at in (CountedKeys(quarter, None, kept), CountedKeys(quarter, column, kept)):
                numbers[at] += number
                values[at] += ordered
    for at, number in numbers.items():
        ordered = sorted(values[at])
        yield at, number, _find_percentile(ordered, 0.5), _find_percentile(ordered, 0.9)


def _find_percentile(ordered: Sequence[float], share: float) -> float | None:
    """Between the two values about that place, in proportion: `percentile_cont` of PostgreSQL."""
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    below, above = ordered[floor(place)], ordered[ceil(place)]
    return below + (place - floor(place)) * (above - below)


def _sets_of_keys(indicator: Indicator) -> list[tuple[int, ...]]:
    """Places of the dimensions by which it is split at once: by none, by each of them, by two."""
    sets: list[tuple[int, ...]] = [(), *((place,) for place, _ in enumerate(indicator.dimensions))]
    if indicator.can_be_crossed:
        sets.append(tuple(indicator.dimensions.index(by) for by in CROSSED))
    return sets


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


def _write_rows(indicators: Sequence[Indicator], quarters: Sequence[Quarter], as_of: date) -> sql.Composed:
    """Those that are told apart, once: `period`, the month of what moves or the quarter of what there is; `many` of them."""
    period, rows = (_rows_of_stock if indicators[0].is_stock else _rows_of_flow)(indicators[0], quarters, as_of)
    told_apart = [sql.Identifier("o", name) for name in _columns_that_count(indicators)]
    all_values = sql.SQL("")
    if any(each.measure == Aggregation.MEDIAN for each in indicators):
        all_values = sql.SQL(", array_agg(o.value::float8) FILTER (WHERE o.value IS NOT NULL) AS all_values")
    return sql.SQL(
        "SELECT {period} AS period, count(*) AS many {all_values} {columns} FROM {rows} GROUP BY {period} {columns}"
    ).format(
        period=period,
        all_values=all_values,
        columns=sql.SQL("").join(sql.SQL(", {}").format(each) for each in told_apart),
        rows=rows,
    )


def _columns_that_count(indicators: Iterable[Indicator]) -> list[str]:
    """Columns by which two rows count otherwise."""
    names: set[str] = set()
    for each in indicators:
        names.update(each.dimensions, re.findall(r"\bo\.(\w+)", each.keep), TOLD_APART_BY.get(each.measure, ()))
        if len(each.bands) > 1:
            names.add("age")
    return sorted(names)


def _rows_of_flow(
    indicator: Indicator, quarters: Sequence[Quarter], as_of: date
) -> tuple[sql.Composable, sql.Composed]:
    # Not « o.day <= … »: of two bounds of what it knows nothing about, PostgreSQL expects one row in 200, and then looks the
    # cases of all of them up one by one. As a timestamp without a zone: dates alone are no matter of zones.
    return sql.SQL("date_trunc('month', o.day::timestamp)::date"), sql.SQL(
        "({source}) o WHERE o.day >= %(first)s AND (o.day > %(as_of)s) IS NOT TRUE"
    ).format(source=_write_source(indicator))


def _rows_of_stock(
    indicator: Indicator, quarters: Sequence[Quarter], as_of: date
) -> tuple[sql.Composable, sql.Composed]:
    days = sql.SQL(", ").join(
        sql.SQL("({0}::date, {1}::date, ({1}::date + 1)::timestamp AT TIME ZONE 'Europe/Paris')").format(
            each.first.isoformat(), min(each.last, as_of).isoformat()
        )
        for each in quarters
    )
    return sql.SQL("p.quarter"), sql.SQL(
        "(VALUES {days}) p (quarter, last, ended) CROSS JOIN LATERAL ({source}) o"
    ).format(days=days, source=_write_source(indicator))


def _write_month_or_band(indicator: Indicator) -> sql.Composable:
    """A month, or a band."""
    if not indicator.is_stock:
        return sql.SQL("to_char(o.period, 'YYYY-MM')")
    *others, last = indicator.bands
    if not others:
        return sql.Literal(last.code)
    whens = [sql.SQL("WHEN o.age < {} THEN {}").format(each.below, each.code) for each in others]
    return sql.SQL("CASE {} ELSE {} END").format(sql.SQL(" ").join(whens), last.code)


def _write_source(indicator: Indicator) -> sql.Composed:
    return sql.SQL(indicator.source).format(**PARTS)


def _write_count(indicator: Indicator) -> sql.Composed:
    """Of the rows `same`, every set of keys at once; of a median, each combination of them all."""
    keys = [sql.Identifier(f"k{place}") for place, _ in enumerate(indicator.dimensions)]
    named = [
        sql.SQL(", coalesce(o.{}::text, '') AS {}").format(sql.Identifier(by), key)
        for by, key in zip(indicator.dimensions, keys, strict=True)
    ]
    sets = [
        sql.SQL("({})").format(sql.SQL(", ").join([*when, *(keys[place] for place in places)]))
        for places in _sets_of_keys(indicator)
        for when in ([sql.SQL("quarter")], [sql.SQL("quarter"), sql.SQL("spot")])
    ]
    return sql.SQL(
        "SELECT {code}, quarter, spot, ARRAY[{keys}]::text[], {measured} FROM ("
        "SELECT o.*, date_trunc('quarter', o.period::timestamp)::date AS quarter, {spot} AS spot {named} FROM same o WHERE {keep}"
        ") q {grouped}"
    ).format(
        code=indicator.code,
        keys=sql.SQL(", ").join(keys),
        measured=sql.SQL(MEASURED[indicator.measure]),
        spot=_write_month_or_band(indicator),
        named=sql.SQL("").join(named),
        keep=sql.SQL(indicator.keep or "true"),
        grouped=sql.SQL("" if indicator.measure == Aggregation.MEDIAN else "GROUP BY GROUPING SETS ({})").format(
            sql.SQL(", ").join(sets)
        ),
    )


MEASURED = {
    Aggregation.COUNT: "sum(many)::bigint, NULL::float8, NULL::float8[]",
    Aggregation.DISTINCT: "count(DISTINCT value), NULL::float8, NULL::float8[]",
    Aggregation.SUM: "sum(many)::bigint, sum(many * value)::float8, NULL::float8[]",
    Aggregation.MEDIAN: "many, NULL::float8, all_values",
    Aggregation.SHARE: "sum(many)::bigint, coalesce(sum(many) FILTER (WHERE hit), 0)::float8, NULL::float8[]",
}
"""How many, the value, and all values of what is not yet counted."""
TOLD_APART_BY = {Aggregation.DISTINCT: ("value",), Aggregation.SUM: ("value",), Aggregation.SHARE: ("hit",)}
"""Columns by which two rows count otherwise, besides keys."""
