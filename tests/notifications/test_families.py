"""What people choose by: every kind that is told has its place, and one only."""

from cases import journal
from notifications.told import FAMILIES, TOLD, family_of


def test_every_kind_that_is_told_is_in_exactly_one_family():
    assert len(TOLD) == sum(len(family.kinds) for family in FAMILIES)
    assert all(kind in family_of(kind).kinds for kind in TOLD)


def test_the_kinds_that_are_told_are_of_the_journal():
    assert set(TOLD) <= set(journal.KINDS)


def test_there_are_five_families():
    assert [family.code for family in FAMILIES] == ["todo", "deadlines", "team", "landlords", "others"]
