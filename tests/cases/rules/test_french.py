from datetime import date
from decimal import Decimal

import pytest

from cases.rules.french import has_number_to_call, money, of_month, of_name


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


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 5), "de novembre 2026"),
        (date(2026, 10, 5), "d’octobre 2026"),
        (date(2027, 4, 1), "d’avril 2027"),
        (date(2027, 8, 1), "d’août 2027"),
    ],
)
def test_a_month_follows_its_preposition(day: date, text: str):
    assert of_month(day) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Nadia Belhadj", "de Nadia Belhadj"),
        ("Élise Martin", "d’Élise Martin"),
        ("OUATTARA Awa", "d’OUATTARA Awa"),
        ("Yasmina Haddad", "de Yasmina Haddad"),
        ("", "de "),
    ],
)
def test_a_person_follows_the_preposition(name: str, text: str):
    assert of_name(name) == text


@pytest.mark.parametrize("text", ["01 69 02 53 53", "0169025353", "06 39 98 12 34", "+41 22 730 51 11", "3646", "115"])
def test_a_number_that_can_be_called(text: str):
    assert has_number_to_call(text)


@pytest.mark.parametrize("text", ["12", "01 69", "accueil"])
def test_what_nobody_can_call(text: str):
    assert not has_number_to_call(text)
