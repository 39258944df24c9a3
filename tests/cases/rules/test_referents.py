"""Whom the rule designates as coordinator."""

import pytest

from cases.rules.referents import CoordinatorCandidate, designate_coordinator

LEGAL = CoordinatorCandidate(referent=1, is_legal=True, has_case=False)
WITH_CASE = CoordinatorCandidate(referent=2, is_legal=False, has_case=True)
BOTH = CoordinatorCandidate(referent=3, is_legal=True, has_case=True)
OTHER = CoordinatorCandidate(referent=4, is_legal=False, has_case=False)
OTHER_WITH_CASE = CoordinatorCandidate(referent=5, is_legal=False, has_case=True)


@pytest.mark.parametrize(
    ("candidates", "found"),
    [
        ([WITH_CASE, LEGAL, OTHER], (1, "legal")),
        ([WITH_CASE, BOTH], (3, "legal")),
        ([OTHER, WITH_CASE], (2, "open_case")),
        ([OTHER], None),
        ([], None),
        ([WITH_CASE, OTHER_WITH_CASE, OTHER], None),
        ([WITH_CASE, OTHER_WITH_CASE, LEGAL], (1, "legal")),
    ],
)
def test_the_legal_one_first_then_who_has_the_open_case_else_nobody(
    candidates: list[CoordinatorCandidate], found: tuple[int, str] | None
):
    assert designate_coordinator(candidates) == found
