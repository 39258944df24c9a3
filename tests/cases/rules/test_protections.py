"""What each measure of protection changes, as it was read in the code civil."""

import pytest

from cases.models import LegalProtection
from cases.rules.protections import PROTECTIONS, read_protections
from cases.rules.reading import FaultyRules


def test_each_kind_says_who_is_served_who_signs_and_what_is_refused():
    assert {code: (rule.served, rule.signs, rule.without_guardian) for code, rule in PROTECTIONS.items()} == {
        "tutelle": ("guardian", "guardian", "refused"),
        "curatelle": ("both", "both", "warned"),
        "curatelle_renforcee": ("both", "both", "warned"),
        "sauvegarde": ("person", "person", ""),
        "habilitation": ("both", "guardian", "warned"),
        "habilitation_assistance": ("both", "both", "warned"),
    }
    assert set(PROTECTIONS) == set(LegalProtection.Kind.values)


def test_each_says_its_article_and_none_is_held_for_read_in_the_code_itself():
    assert [rule.reference for rule in PROTECTIONS.values()] == [
        "Code civil, articles 474 et 475",
        "Code civil, articles 467 et 468",
        "Code civil, articles 467, 468 et 472",
        "Code civil, articles 435 et 437",
        "Code civil, articles 494-1 et 494-6",
        "Code civil, articles 467 et 494-1",
    ]
    assert {rule.confidence for rule in PROTECTIONS.values()} == {"M", "L"}


def test_a_row_that_says_what_is_not_known_is_refused():
    with pytest.raises(FaultyRules, match="Mesure de protection « tutelle » : il manque"):
        read_protections([{"code": "tutelle", "served": "guardian"}])
