"""Small numbers are hidden, and nobody finds them by subtraction."""

import itertools

import pytest

from cases.rules.small_counts import mask_counts


@pytest.mark.parametrize(
    ("counts", "cells", "total"),
    [
        ({}, {}, 0),
        ({"a": 5, "b": 12}, {"a": 5, "b": 12}, 17),
        ({"a": 0, "b": 12}, {"a": 0, "b": 12}, 12),
        # One alone would be the difference with the total: the smallest shown one goes with it.
        ({"a": 2, "b": 6, "c": 12}, {"a": None, "b": None, "c": 12}, 20),
        # Two that make five together are safe.
        ({"a": 2, "b": 3, "c": 12}, {"a": None, "b": None, "c": 12}, 17),
        # Two ones are known from their sum.
        ({"a": 1, "b": 1, "c": 7, "d": 12}, {"a": None, "b": None, "c": None, "d": 12}, 21),
        # Nothing can hide it: the total goes.
        ({"a": 3}, {"a": None}, None),
        ({"a": 2, "b": 2}, {"a": None, "b": None}, None),
    ],
)
def test_what_is_small_is_hidden_with_what_would_tell_it(counts, cells, total):
    assert mask_counts(counts, shown_from=5) == (cells, total)


def test_no_small_number_follows_from_what_is_shown():
    for numbers in itertools.product(range(9), repeat=4):
        counts = dict(zip("abcd", numbers, strict=True))
        cells, total = mask_counts(counts, shown_from=5)
        hidden = [code for code, number in cells.items() if number is None]
        assert all(number == counts[code] for code, number in cells.items() if number is not None)
        assert not any(0 < number < 5 for number in cells.values() if number is not None)
        if hidden and total is not None:
            left = total - sum(number for number in cells.values() if number is not None)
            assert len(hidden) > 1, counts
            assert left >= 5, counts
