"""A day that is typed can be counted from."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from cases.forms import DayField


@pytest.mark.parametrize("typed", ["9999-12-31", "31/12/9999", "0001-01-01", "1899-12-31"])
def test_a_day_around_which_nothing_can_be_counted_is_impossible(typed: str):
    with pytest.raises(ValidationError, match="Vérifier l’année : les dates vont du 01/01/1900 au 31/12/2199"):
        DayField().clean(typed)


def test_a_day_is_read_as_it_is_typed_in_france():
    assert DayField().clean("24/11/2026") == date(2026, 11, 24)
    assert DayField(required=False).clean("") is None
