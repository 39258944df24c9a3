from decimal import Decimal

import pytest

from cases.rules.french import money


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1234.56", "1\u202f234,56\u00a0€"),
        ("0.5", "0,50\u00a0€"),
        ("610", "610,00\u00a0€"),
        ("-1234567", "-1\u202f234\u202f567,00\u00a0€"),
    ],
)
def test_money_reads_as_in_french(amount: str, text: str):
    assert money(Decimal(amount)) == text
