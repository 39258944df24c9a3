"""Is the debt real? What is checked of a rent, typed by hand from the texts, and what it comes to. Pure."""

import re
from decimal import Decimal
from typing import Any

import pytest

from cases.reference_data import FOLDER
from cases.rules.reading import FaultyRules, read_toml
from cases.rules.rent_checks import (
    CannotDoubt,
    RentFinding,
    find_doubts,
    read_rent_checks,
    refuse_senseless,
)
from cases.rules.tenant_letters import choose_number

FIRST_EDITION = read_toml(FOLDER / "rent_checks.toml")
CHECKS = read_rent_checks(FIRST_EDITION)


def doubt(amount: str | None = None) -> RentFinding:
    return RentFinding(finding="doubted", amount=Decimal(amount) if amount else None)


CLEAR = RentFinding(finding="clear")


@pytest.mark.parametrize(
    ("code", "article", "confidence", "lowers"),
    [
        ("aid_withheld", "CCH L843-1 et L843-2 ; Cass. 3e civ., 14 décembre 2023, n° 22-23.267", "M", True),
        ("three_years", "Loi n° 89-462, article 7-1 ; code civil, articles 2240, 2241 et 2247", "M", True),
        ("costs", "Loi n° 89-462, article 4, p ; CPCE, article L111-8", "M", True),
        ("penalties", "Loi n° 89-462, article 4, i", "M", True),
        ("charges_unjustified", "Loi n° 89-462, article 23", "M", True),
        ("charges_late", "Loi n° 89-462, article 23", "L", False),
        ("rent_reduction", "CCH L442-2-1", "L", True),
        ("rent_review", "Loi n° 89-462, articles 7-1 et 17-1", "M", True),
        ("term_ahead", "Loi n° 89-462, article 7, a", "L", True),
        (
            "guarantee_paid",
            "Code civil, articles 1346 et suivants (subrogation) et contrat de la garantie : à lire",
            "L",
            True,
        ),
        ("unrecorded", "Code civil, article 1353", "L", True),
    ],
)
def test_each_check_says_its_article_and_what_it_does_to_the_debt(
    code: str, article: str, confidence: str, lowers: bool
):
    rule = CHECKS[code]
    assert (rule.reference, rule.confidence, rule.lowers) == (article, confidence, lowers)
    assert rule.is_to_be_verified


def test_the_catalogue_has_eleven_checks():
    assert len(CHECKS) == 11


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("aid_withheld", "la part de loyer égale à l’aide conservée"),
        ("three_years", "si le locataire le dit : le juge ne le soulève pas à sa place"),
        ("costs", "comme le commandement de payer, peut lui être demandé"),
        ("charges_late", "se paie en douze fois si le locataire le demande"),
        ("charges_unjustified", "Le bailleur peut la justifier jusqu’à l’audience"),
    ],
)
def test_what_it_changes_is_what_the_text_says(code: str, words: str):
    assert words in CHECKS[code].effect


@pytest.mark.parametrize(
    ("housing", "missing"),
    [
        ("social", {"rent_review"}),
        ("private", {"rent_reduction"}),
        ("epfif", {"rent_review", "rent_reduction"}),
        ("", set()),
    ],
)
def test_a_check_is_about_the_housing_that_its_text_is_about(housing: str, missing: set[str]):
    assert {code for code, rule in CHECKS.items() if not rule.concerns(housing)} == missing


@pytest.mark.parametrize(
    ("findings", "total", "without_sum"),
    [
        ({}, "0", 0),
        ({"costs": doubt("45.50"), "aid_withheld": doubt("612.00")}, "657.50", 0),
        ({"costs": CLEAR, "aid_withheld": doubt("612.00")}, "612.00", 0),
        # What is paid later is still owed.
        ({"charges_late": doubt("240.00"), "costs": doubt("45.50")}, "45.50", 0),
        ({"three_years": doubt(), "costs": doubt("45.50")}, "45.50", 1),
        ({"charges_late": doubt()}, "0", 0),
    ],
)
def test_only_what_may_not_be_owed_is_counted(findings: Any, total: str, without_sum: int):
    doubts = find_doubts(CHECKS.values(), findings)
    assert (doubts.total, doubts.without_sum) == (Decimal(total), without_sum)


def test_points_come_in_the_order_of_the_catalogue():
    doubts = find_doubts(CHECKS.values(), {"unrecorded": doubt(), "aid_withheld": doubt(), "costs": CLEAR})
    assert [each.rule.code for each in doubts.points] == ["aid_withheld", "unrecorded"]


@pytest.mark.parametrize(
    ("findings", "words"),
    [
        ({"costs": RentFinding(finding="clear", amount=Decimal(20))}, "Choisir « à discuter », ou effacer la somme"),
        ({"costs": RentFinding(finding="doubted", amount=Decimal(0))}, "la somme est nulle"),
        ({"ghost": CLEAR}, "n’est plus dans le catalogue"),
        ({"costs": doubt("800"), "three_years": doubt("201")}, "dépassent la dette connue"),
    ],
)
def test_what_does_not_hold_together_is_refused(findings: Any, words: str):
    with pytest.raises(CannotDoubt, match=re.escape(words)):
        refuse_senseless(CHECKS, findings, owed=Decimal(1000))


def test_the_whole_debt_may_be_discussed_and_what_is_owed_later_is_not_in_it():
    findings = {"costs": doubt("800"), "three_years": doubt("200"), "charges_late": doubt("300")}
    refuse_senseless(CHECKS, findings, owed=Decimal(1000))
    refuse_senseless(CHECKS, findings, owed=None)


@pytest.mark.parametrize("several", [False, True])
def test_each_point_of_a_letter_is_short_and_of_those_who_sign(several: bool):
    for rule in CHECKS.values():
        text = choose_number(rule.in_letter, several=several)
        assert len(re.findall(r"[\w’'-]+", re.sub(r"\([^()]*\)", "", text))) <= 25, text
        assert not re.search(r"\bma\b|j’" if several else r"\bnotre\b|\bnous\b", text), text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"confidence": "X"}, "« X »"),
        ({"housing": ["castle"]}, "« castle »"),
        ({"in_letter": "{debt}"}, "in_letter est un texte sans champ"),
        ({"lowered": True}, "lowered"),
    ],
)
def test_a_faulty_check_is_refused(change: Any, words: str):
    rows = [dict(FIRST_EDITION["checks"][0], **change)]
    with pytest.raises(FaultyRules, match=words):
        read_rent_checks({"checks": rows})


def test_a_catalogue_without_checks_is_refused():
    with pytest.raises(FaultyRules, match="aucune vérification"):
        read_rent_checks({"checks": []})
