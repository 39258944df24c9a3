"""By which right somebody is shown something, as the access log says it."""

from typing import NamedTuple

from cases.models import AccessEntry
from cases.permissions.held_rights import Rights

Right = AccessEntry.Right
SAID = {
    "view_structure_cases": Right.MANAGER,
    "handle_case": Right.STRUCTURE,
    "answer_routing": Right.STRUCTURE,
    "pilot_action": Right.PILOT,
    "report_arrears": Right.REPORTING,
    "open_case": Right.REPORTING,
    "answer_question": Right.QUESTION,
    "review_traces": Right.OFFICER,
    "grant_roles": Right.ADMINISTRATOR,
    "manage_members": Right.MANAGER,
    "view_backlog": Right.PILOT,
}
"""The strongest first: a list shows what all of them open."""


class ShownBy(NamedTuple):
    """For which structure, and at what title."""

    structure: int | None
    right: str


def case_shown_by(held: Rights, structure: int | None, *, is_assigned: bool) -> ShownBy:
    """Of a case read for that structure: as the door opened it (`read_for`)."""
    if is_assigned:
        return ShownBy(structure, Right.ASSIGNMENT)
    by_right = {"view_structure_cases": Right.MANAGER, "pilot_action": Right.PILOT, "answer_routing": Right.ASKED}
    return ShownBy(structure, next((by_right[name] for name in by_right if structure in held.get(name, ())), ""))


def list_shown_by(held: Rights, *, right: str = "", structure: int | None = None) -> ShownBy:
    """Of what is of no one case: by this right, in this structure, where the page is of one; else by the strongest."""
    for name in [right] if right else SAID:
        places = held.get(name, frozenset())
        if structure in places or (structure is None and places):
            return ShownBy(structure or min(places), SAID.get(name, Right.STRUCTURE))
    return ShownBy(structure, "")
