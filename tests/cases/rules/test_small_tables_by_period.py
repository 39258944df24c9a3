"""Three faces of one cube: what a reader finds with the third, he finds without it."""

from itertools import product

import pytest
from hypothesis import given, settings, strategies as st

from cases.rules.hidden_cell_rings import TOTAL
from cases.rules.small_tables import hidden_cells
from cases.rules.small_tables_by_period import hidden_inside
from tests.cases.rules.test_small_tables import bounds, determined

pytestmark = pytest.mark.slow

ROWS, COLUMNS, PERIODS = ("r1", "r2", "r3", "r4"), ("c1", "c2", "c3"), ("p1", "p2", "p3")


class Shown:
    """A cube, and what is hidden of its three faces."""

    def __init__(self, numbers, *, shown_from=5):
        self.cube = numbers
        self.rows = tuple(row for row in ROWS if any(row == key[0] for key in numbers))
        self.columns = tuple(column for column in COLUMNS if any(column == key[1] for key in numbers))
        self.periods = tuple(period for period in PERIODS if any(period == key[2] for key in numbers))
        self.shown_from = shown_from
        self.by_row = self._face(0, self.rows)
        self.by_column = self._face(1, self.columns)
        self.inside = hidden_inside(
            [numbers],
            rows=self.rows,
            columns=self.columns,
            periods=self.periods,
            sealed_rows={row for row, _ in self.by_row},
            sealed_columns={column for column, _ in self.by_column},
            shown_from=shown_from,
        )

    def _face(self, axis, keys):
        counts: dict[tuple[str, str], int] = {}
        for key, number in self.cube.items():
            counts[key[axis], key[2]] = counts.get((key[axis], key[2]), 0) + number
        return hidden_cells([counts], rows=keys, columns=self.periods, shown_from=self.shown_from)

    def number(self, row="", column="", period=""):
        """Of a cell of the cube, of a face, of an edge, or all."""
        return sum(
            number
            for key, number in self.cube.items()
            if all(asked in ("", own) for asked, own in zip((row, column, period), key, strict=True))
        )

    def is_hidden(self, name, *, third):
        row, column, period = name
        if row and column:
            return bool(period) or not third or (row, column) in self.inside
        if column:
            return (column, period or TOTAL) in self.by_column
        return (row or TOTAL, period or TOTAL) in self.by_row

    def leaks(self, *, third):
        """What a reader works out of hidden cells of the faces: itself, or that it is small."""
        names = list(product(("", *self.rows), ("", *self.columns), ("", *self.periods)))
        full = {name: self.number(*name) for name in names}
        unknown = {name for name in names if self.is_hidden(name, third=third)}
        sums = []
        for name in names:
            for axis, keys in enumerate((self.rows, self.columns, self.periods)):
                if not name[axis]:
                    parts = [(*name[:axis], key, *name[axis + 1 :]) for key in keys]
                    sums.append([*((part, 1) for part in parts), (name, -1)])
        known = determined(sums, unknown)
        low, high = bounds(sums, full, unknown)
        faces = {name for name in unknown if "" in name}
        return {
            name
            for name in faces
            if full[name] and (name in known or low[name] == high[name] or (full[name] < self.shown_from > high[name]))
        }


def cube(*slices):
    """A table of rows and columns for each period."""
    return {
        (ROWS[i], COLUMNS[j], PERIODS[k]): number
        for k, lines in enumerate(slices)
        for i, line in enumerate(lines)
        for j, number in enumerate(line)
    }


def test_nothing_is_hidden_where_all_is_large():
    assert Shown(cube([[9, 8], [7, 6]], [[9, 9], [9, 9]])).inside == set()


def test_a_small_number_takes_three_others_of_the_same_periods_with_it():
    shown = Shown(cube([[2, 20, 30], [9, 30, 40], [50, 60, 70]], [[1, 20, 30], [9, 30, 40], [50, 60, 70]]))
    assert shown.inside == {("r1", "c1"), ("r1", "c2"), ("r2", "c1"), ("r2", "c2")}


def test_a_row_that_is_its_column_gives_back_nothing_of_what_either_hides_by_period():
    """One structure has all the cases of one nature, and no other: by period the two rows are one."""
    numbers = cube([[2, 0, 0], [0, 20, 20]], [[30, 0, 0], [0, 20, 20]], [[30, 0, 0], [0, 20, 20]])
    shown = Shown(numbers)
    assert ("r1", "p1") in shown.by_row
    assert {("r1", "c1"), ("r1", "c2"), ("r1", "c3")} <= shown.inside
    assert shown.leaks(third=True) <= shown.leaks(third=False)


def test_a_number_that_one_period_alone_would_give_is_not_thought_safe_by_another_period():
    """Rows 1 and 2 are there in July, row 3 in August: hidden cells of row 3 hide nothing of July."""
    july, august = [[2, 8], [20, 10], [0, 0]], [[0, 0], [0, 0], [30, 30]]
    shown = Shown(cube(july, august))
    assert {("r1", "c1"), ("r1", "c2"), ("r2", "c1"), ("r2", "c2")} <= shown.inside
    assert shown.leaks(third=True) <= shown.leaks(third=False)


def test_a_period_that_hides_its_total_lets_no_row_be_thought_free_to_change():
    """Row 1 is 5 and 1: its total says 6 in another face, so that to show 5 gives 1."""
    shown = Shown(cube([[5, 1], [3, 3]], [[0, 0], [0, 1]]), shown_from=3)
    assert ("∑", "p1") in shown.by_row
    assert shown.inside == {("r1", "c1"), ("r1", "c2"), ("r2", "c1"), ("r2", "c2")}
    assert shown.leaks(third=True) <= shown.leaks(third=False)


def test_a_share_is_hidden_where_few_are_in_it_and_where_few_are_not():
    everyone = cube([[20, 20], [20, 20]])
    within = cube([[18, 10], [10, 10]])
    without = {key: number - within[key] for key, number in everyone.items()}
    found = hidden_inside(
        [everyone, within, without],
        rows=ROWS[:2],
        columns=COLUMNS[:2],
        periods=PERIODS[:1],
        sealed_rows=(),
        sealed_columns=(),
        shown_from=5,
    )
    assert found == {("r1", "c1"), ("r1", "c2"), ("r2", "c1"), ("r2", "c2")}


cubes = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)).flatmap(
    lambda size: st.fixed_dictionaries(
        {
            (row, column, period): st.one_of(st.integers(0, 6), st.sampled_from([0, 0, 0, 1, 4, 5, 9, 20]))
            for row, column, period in product(ROWS[: size[0]], COLUMNS[: size[1]], PERIODS[: size[2]])
        }
    )
)


@settings(max_examples=300, deadline=None)
@given(numbers=cubes, shown_from=st.sampled_from([3, 5, 10]))
def test_the_third_face_tells_nothing_that_the_two_others_do_not(numbers, shown_from):
    shown = Shown(numbers, shown_from=shown_from)
    small = {
        (row, column) for row in shown.rows for column in shown.columns if 0 < shown.number(row, column) < shown_from
    }
    assert small <= shown.inside
    assert shown.leaks(third=True) <= shown.leaks(third=False)


def test_many_structures_are_hidden_quickly():
    numbers = {
        (f"r{row}", f"c{column}", f"p{period}"): (row * 7 + column * 3 + period) % 11
        for row, column, period in product(range(20), range(7), range(3))
    }
    found = hidden_inside(
        [numbers],
        rows=[f"r{row}" for row in range(20)],
        columns=[f"c{column}" for column in range(7)],
        periods=["p0", "p1", "p2"],
        sealed_rows={"r3"},
        sealed_columns={"c2"},
        shown_from=10,
    )
    assert {("r3", "c0"), ("r0", "c2")} <= found
    assert len(found) < 140
