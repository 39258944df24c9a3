"""Nobody finds a hidden number again: not from rows, nor columns, nor totals, nor all of them together."""

from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from cases.rules.hidden_cell_rings import TOTAL
from cases.rules.small_tables import hidden_cells, with_totals

ROWS, COLUMNS = ("r1", "r2", "r3", "r4", "r5"), ("c1", "c2", "c3", "c4")


def table(*lines):
    return {(ROWS[i], COLUMNS[j]): number for i, line in enumerate(lines) for j, number in enumerate(line)}


def hide(*lines, shown_from=5, also=()):
    rows, columns = ROWS[: len(lines)], COLUMNS[: len(lines[0])]
    return hidden_cells([table(*lines)], rows=rows, columns=columns, shown_from=shown_from, also=also)


def test_nothing_is_hidden_where_all_is_large_or_nothing():
    assert hide([5, 0], [12, 40]) == frozenset()


def test_one_small_number_takes_three_others_with_it():
    assert hide([2, 20, 30], [9, 30, 40], [50, 60, 70]) == {("r1", "c1"), ("r1", "c2"), ("r2", "c1"), ("r2", "c2")}


def test_zeros_of_a_row_go_where_they_would_tell():
    # The row of the small number holds nothing else: its total is small too, and goes; the total below is not told.
    found = hide([3, 0, 0], [20, 30, 40])
    assert {("r1", "c1"), ("r1", TOTAL), ("r2", "c1"), ("r2", TOTAL)} <= found
    assert not {(TOTAL, "c1"), (TOTAL, TOTAL)} & found


def test_an_empty_table_has_nothing_to_hide():
    assert hidden_cells([{}], rows=(), columns=("c1",), shown_from=5) == frozenset()


def test_totals_do_not_depend_on_what_stands_inside():
    """Two tables of the same cases, by structure and by landlord, show the same totals."""
    by_structure, by_landlord = hide([2, 9], [1, 20], [0, 4]), hide([3, 30], [0, 3])
    assert {cell for cell in by_structure if cell[0] == TOTAL} == {cell for cell in by_landlord if cell[0] == TOTAL}


def test_totals_are_hidden_alone_so_that_a_table_without_its_inside_shows_the_same():
    wide, narrow = hide([2, 9], [1, 20], [0, 4]), hide([11], [21], [4])
    assert {cell for cell in wide if cell[1] == TOTAL} == {cell for cell in narrow if cell[1] == TOTAL}


def test_a_share_is_hidden_where_few_are_in_it_and_where_few_are_not():
    everyone = table([20, 20], [20, 20], [30, 30])
    within = table([18, 10], [10, 10], [15, 15])
    without = {cell: number - within[cell] for cell, number in everyone.items()}
    rows, columns = ROWS[:3], COLUMNS[:2]
    found = hidden_cells([everyone, within, without], rows=rows, columns=columns, shown_from=5)
    assert ("r1", "c1") in found
    assert_safe(without, rows, columns, found, 5)


tables = st.integers(1, 5).flatmap(
    lambda height: st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(
                st.one_of(st.integers(0, 6), st.sampled_from([0, 0, 0, 1, 4, 5, 9, 10, 30])),
                min_size=width,
                max_size=width,
            ),
            min_size=height,
            max_size=height,
        )
    )
)


@settings(max_examples=400)
@given(lines=tables, shown_from=st.sampled_from([5, 10]))
def test_no_hidden_number_follows_from_what_is_shown(lines, shown_from):
    counts = table(*lines)
    rows, columns = ROWS[: len(lines)], COLUMNS[: len(lines[0])]
    found = hidden_cells([counts], rows=rows, columns=columns, shown_from=shown_from)
    full = with_totals(counts, rows=rows, columns=columns)
    assert not [cell for cell, number in full.items() if 0 < number < shown_from and cell not in found]
    assert_safe(counts, rows, columns, found, shown_from)


@settings(max_examples=150)
@given(lines=tables)
def test_what_is_published_tells_nothing_of_what_partners_may_not_read_either(lines):
    """Ten hides all that five hides: both together tell no more than the first."""
    inside = hide(*lines)
    assert inside <= hide(*lines, shown_from=10, also=inside)


def assert_safe(counts, rows, columns, found, shown_from):
    full = with_totals(counts, rows=rows, columns=columns)
    sums = equations(rows, columns)
    assert determined(sums, found) == set()
    low, high = bounds(sums, full, found)
    for cell in found:
        assert low[cell] < high[cell], cell
        if 0 < full[cell] < shown_from:
            assert high[cell] >= shown_from, cell


# A reader who tries: written apart from the code that hides


def equations(rows, columns):
    """Each: cells whose signed sum is nothing."""
    by_row = [[((row, column), 1) for column in columns] + [((row, TOTAL), -1)] for row in (*rows, TOTAL)]
    by_column = [[((row, column), 1) for row in rows] + [((TOTAL, column), -1)] for column in (*columns, TOTAL)]
    return by_row + by_column


def determined(sums, found):
    """The hidden cells that exact algebra gives: unit rows of the reduced system."""
    order = sorted(found)
    system = [
        [Fraction(sum(sign for cell, sign in each if cell == name)) for name in order]
        for each in sums
        if any(cell in found for cell, _ in each)
    ]
    done = 0
    for place in range(len(order)):
        pivot = next((k for k in range(done, len(system)) if system[k][place]), None)
        if pivot is None:
            continue
        system[done], system[pivot] = system[pivot], system[done]
        system[done] = [number / system[done][place] for number in system[done]]
        for k in range(len(system)):
            if k != done and system[k][place]:
                system[k] = [a - system[k][place] * b for a, b in zip(system[k], system[done], strict=True)]
        done += 1
    return {
        order[next(k for k, n in enumerate(line) if n)] for line in system[:done] if sum(1 for n in line if n) == 1
    }


def bounds(sums, full, found):
    """What each hidden cell may be, from sums of numbers that are never negative, tightened until nothing moves."""
    endless = float("inf")
    low = {cell: 0 if cell in found else number for cell, number in full.items()}
    high = {cell: endless if cell in found else number for cell, number in full.items()}
    moved = True
    while moved:
        moved = False
        for each in sums:
            for cell, sign in each:
                if cell not in found:
                    continue
                others = [(other, -s * sign) for other, s in each if other != cell]
                most = sum(high[o] if s > 0 else -low[o] for o, s in others)
                least = sum(low[o] if s > 0 else -high[o] for o, s in others)
                if most < high[cell] or least > low[cell]:
                    low[cell], high[cell] = max(low[cell], least), min(high[cell], most)
                    moved = True
    return low, high


@pytest.mark.parametrize("shown_from", [5, 10])
def test_a_table_of_a_year_and_of_every_structure_is_hidden_quickly(shown_from):
    counts = {(str(row), str(column)): (row * 7 + column * 3) % 11 for row in range(20) for column in range(12)}
    rows, columns = tuple(map(str, range(20))), tuple(map(str, range(12)))
    found = hidden_cells([counts], rows=rows, columns=columns, shown_from=shown_from)
    assert_safe(counts, rows, columns, found, shown_from)
