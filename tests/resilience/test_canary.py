"""What is seen of the rare household: `tests.resilience.canary`."""

import pytest

from tests.resilience.canary import words_seen


@pytest.mark.parametrize(
    "text",
    [
        "GET /situations/?q=ZYXQUANDRE",
        "de: alice@Canari.example",
        "+33698712345",
        "06 98 71 23 45",
        "balance=7391.57",
        "7391,57 €",
        "7 391 €",
        "7\u202f391,57 €",
        '{"solde": "7\\u202f391,57"}',
        "centimes=739157",
    ],
)
def test_a_word_of_the_household_is_seen_however_it_is_written(text: str):
    assert len(words_seen(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"ids": {"task": "c8beeed3-cdee-442a-b00c-db8673910b5e"}}',
        "/situations/<uuid>/etapes/00000000-7391-4e5d-7391-000000007391/",
        '{"request_id": "1e17391687d7851d", "ms": 173910}',
    ],
)
def test_an_identifier_is_no_word_of_the_household_whatever_its_digits(text: str):
    assert words_seen(text) == []
