"""Words of lengths, sizes and levels."""

from datetime import timedelta

import pytest

from config.services.items import Level, duration_in_words, level_of, size_in_words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(milliseconds=300), "moins d’une seconde"),
        (timedelta(seconds=-4), "moins d’une seconde"),
        (timedelta(seconds=1), "1 seconde"),
        (timedelta(seconds=59), "59 secondes"),
        (timedelta(seconds=119), "1 minute"),
        (timedelta(hours=47), "1 jour"),
        (timedelta(hours=48), "2 jours"),
    ],
)
def test_a_length_is_said_in_its_largest_unit(length, words):
    assert duration_in_words(length) == words


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 octet"), (12, "12 octets"), (2_000_000, "2 Mo"), (13_560_000_000, "13,6 Go")]
)
def test_a_size_is_said_in_its_largest_unit(size, words):
    assert size_in_words(size) == words


@pytest.mark.parametrize(("value", "level"), [(9, Level.GOOD), (10, Level.WATCH), (19, Level.WATCH), (20, Level.DOWN)])
def test_a_limit_is_the_first_value_of_its_level(value, level):
    assert level_of(value, watch=10, down=20) is level
