"""What people choose by: every kind that is told has its place, and one only."""

from collections import Counter

from notifications.audience import AUDIENCES
from notifications.families import AT_ONCE, DEADLIEST, FAMILIES, SAID


def test_every_kind_that_is_told_is_in_exactly_one_family():
    found = Counter(kind for family in FAMILIES for kind in family.kinds)
    assert set(found) == set(AUDIENCES)
    assert [kind for kind, times in found.items() if times > 1] == []


def test_the_other_tables_name_kinds_that_are_told():
    assert set(AUDIENCES) >= set(DEADLIEST) | AT_ONCE | set(SAID)


def test_there_are_five_families():
    assert [family.code for family in FAMILIES] == ["todo", "deadlines", "team", "landlords", "others"]
