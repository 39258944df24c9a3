"""The lines of a letter as people paste or type them: each phrasing typed by hand, and what is never guessed."""

from datetime import date
from decimal import Decimal

import pytest

from cases.rules.deadline_context import CONTEXT
from cases.rules.letter_lines import NAMES, read_letter_lines

JUNE, JULY, SEPTEMBER = date(2026, 6, 1), date(2026, 7, 1), date(2026, 9, 1)
JUNE_TO_SEPTEMBER = (JUNE, SEPTEMBER)


def read(text: str) -> list[tuple[str, str, date | None, date | None]]:
    return [(each.benefit, str(each.amount), each.since, each.until) for each in read_letter_lines(text).lines]


@pytest.mark.parametrize(
    ("text", "benefit", "amount", "months"),
    [
        ("RSA 06/2026 à 09/2026 1 352,01 €", "rsa", "1352.01", JUNE_TO_SEPTEMBER),
        ("APL de 06/26 à 09/26 : 640,00", "apl", "640.00", JUNE_TO_SEPTEMBER),
        ("Prime d’activité, juin à septembre 2026, 352.50 euros", "prime_activite", "352.50", JUNE_TO_SEPTEMBER),
        ("Revenu de solidarité active (RSA) du 01/06/2026 au 30/09/2026 : 1.352,01 €", "rsa", "1352.01", JUNE_TO_SEPTEMBER),
        ("1 352,01 € de RSA du 1er juin 2026 au 30 septembre 2026", "rsa", "1352.01", JUNE_TO_SEPTEMBER),
        ("- Aide personnalisée au logement – 06-09/2026 – 500", "apl", "500.00", JUNE_TO_SEPTEMBER),
        ("rsa 06 à 09/2026 500", "rsa", "500.00", JUNE_TO_SEPTEMBER),
        ("AAH\tjuin 2026\tsept. 2026\t2306,15", "aah", "2306.15", JUNE_TO_SEPTEMBER),
        ("PRIME D'ACTIVITE 2026-06 / 2026-09 12,5", "prime_activite", "12.50", JUNE_TO_SEPTEMBER),
        ("RSA sept. 2026 12 000,00€", "rsa", "12000.00", (SEPTEMBER, SEPTEMBER)),
        ("RSA 640 juin et juillet 2026", "rsa", "640.00", (JUNE, JULY)),
        ("RSA de novembre à janvier 2027 : 90,00 €", "rsa", "90.00", (date(2026, 11, 1), date(2027, 1, 1))),
        ("RSA depuis juin 2026 : 90,00 €", "rsa", "90.00", (JUNE, None)),
        ("RSA jusqu’au 30 septembre 2026 : 90,00 €", "rsa", "90.00", (None, SEPTEMBER)),
        ("allocations familiales : 1359,54 €", "prestations_familiales", "1359.54", (None, None)),
        ("RSA, 3 mois, 640,00 €, dossier 1234567", "rsa", "640.00", (None, None)),
    ],
)  # fmt: skip
def test_a_line_is_read_as_it_stands(text, benefit, amount, months):
    assert read(text) == [(benefit, amount, *months)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("RSA et APL juin 2026 300 €", "plusieurs prestations : une par ligne"),
        ("aide au logement juin 2026 300 €", "dire laquelle : APL, ALF ou ALS"),
        ("bourse juin 2026 300 €", "prestation non reconnue"),
        ("RSA de juin à août 2026", "montant non lu"),
        ("RSA : versé 1 500,00 €, dû 147,99 €", "plusieurs montants : garder celui qui est réclamé"),
        ("RSA juin à septembre 640 €", "période non comprise : l’écrire 06/2026 à 09/2026"),
        ("RSA juin 26 352,01", "période non comprise : l’écrire 06/2026 à 09/2026"),
        ("RSA 13/2026 10,00", "période non comprise : l’écrire 06/2026 à 09/2026"),
        ("RSA juin 2026 et septembre 2026 640 €", "période non comprise : l’écrire 06/2026 à 09/2026"),
        ("RSA 09/2026 à 06/2026 12,00", "la période finit avant de commencer"),
    ],
)
def test_what_is_read_in_part_or_in_two_ways_stays_with_why(text, why):
    reading = read_letter_lines(text)
    assert reading.lines == ()
    assert [(each.text, each.why) for each in reading.unread] == [(text, why)]


def test_a_whole_letter_gives_its_lines_its_total_and_leaves_the_rest_aside():
    reading = read_letter_lines(
        "Grigny, le 2 novembre 2026\nN° allocataire 1234567 C\nVous avez perçu à tort :\n"
        "Revenu de solidarité active (RSA)\nde juin à septembre 2026\n1 352,01 €\n"
        "APL, pour juin 2026 : 64,00 € ; Prime d’activité 09/2026 210,00 €\nSoit un total de 1 626,01 €"
    )
    assert [(each.benefit, str(each.amount), each.since, each.until) for each in reading.lines] == [
        ("rsa", "1352.01", JUNE, SEPTEMBER),
        ("apl", "64.00", JUNE, JUNE),
        ("prime_activite", "210.00", SEPTEMBER, SEPTEMBER),
    ]
    assert reading.total == Decimal("1626.01")
    assert reading.aside == ("Grigny, le 2 novembre 2026", "N° allocataire 1234567 C", "Vous avez perçu à tort :")
    assert reading.unread == ()


@pytest.mark.parametrize(
    "text",
    [
        "Période : juin à septembre 2026\nRSA 1 352,01\nAPL 640",
        "RSA 1 352,01 €\nAPL 640 €\nPériode du 01/06/2026 au 30/09/2026",
    ],
)
def test_a_period_said_once_is_that_of_all_lines(text):
    reading = read_letter_lines(text)
    assert [(each.benefit, each.since) for each in reading.lines] == [("rsa", None), ("apl", None)]
    assert reading.period == JUNE_TO_SEPTEMBER


def test_a_period_on_the_next_line_is_that_of_the_line_before():
    assert read("RSA 12,00 €\nde juin à septembre 2026\nAPL 7,00 €\njuin à juillet 2026") == [
        ("rsa", "12.00", JUNE, SEPTEMBER),
        ("apl", "7.00", JUNE, JULY),
    ]


def test_a_benefit_without_its_sum_does_not_take_that_of_the_next():
    reading = read_letter_lines("RSA juin 2026\nAPL juin 2026 640,00 €")
    assert [each.benefit for each in reading.lines] == ["apl"]
    assert [(each.text, each.why) for each in reading.unread] == [("RSA juin 2026", "montant non lu")]


def test_every_benefit_is_known_by_a_name():
    assert set(NAMES) == set(CONTEXT["benefit"].choices)
    for code, label in CONTEXT["benefit"].choices.items():
        assert [each.benefit for each in read_letter_lines(f"{label} : 640,00 €").lines] == [code], label


@pytest.mark.parametrize("text", ["", "\n;\n", "\0", "€€€", "1/2/3/4/5", "RSA " * 500, "9" * 4000])
def test_nothing_that_is_pasted_breaks(text):
    assert read_letter_lines(text).lines == ()


def test_a_sum_of_an_unnamed_housing_aid_ends_no_line_of_another_benefit():
    reading = read_letter_lines("RSA 09/2026\naide au logement 640,00 €")
    assert reading.lines == ()
    assert [each.text for each in reading.unread] == ["RSA 09/2026", "aide au logement 640,00 €"]
