"""What a reader may do on a case besides its steps: the buttons of its page, and the guards of their pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.utils.timezone import localdate

from cases import permissions
from cases.models import Case, CaseKind, User
from workflows.actions import milestones
from workflows.actions.reopen import may_reopen


@dataclass(frozen=True, kw_only=True)
class CasePermissions:
    write_note: bool
    record_fact: bool
    follow_plan: bool
    """Movements of the debt, measures, current rent, amendments."""
    correct_notice: bool
    """What was said of the letter of an overpayment, of which its card is enough."""
    close: bool
    reopen: bool
    see_letters: bool
    add_document: bool
    meet: bool
    """Fix appointments, and say what became of them."""
    diagnose: bool
    share: bool
    label: bool
    see_readers: bool
    """Who was shown the case: for the manager of the structure in charge."""
    name_referent: bool
    """In one’s own structure, of an adult of the home."""

    @classmethod
    def for_user(cls, user: User, case: Case, *, at: datetime) -> Self:
        shown_in_full = getattr(case, "full", False)  # as the page of a case found it
        held = permissions.rights(user, at=localdate(at))
        handles = held.get("handle_case", frozenset())
        follows = case.responsible_structure_id in handles
        is_followed = case.kind == CaseKind.COORDINATION  # it begins and ends with the référents of a person
        return cls(
            write_note=case.is_open,
            record_fact=case.is_open and milestones.may_record(user, case, at=at),
            follow_plan=case.is_open and follows and shown_in_full,
            correct_notice=case.is_open and follows and case.kind == CaseKind.OVERPAYMENT,
            close=case.is_open and follows and not is_followed,
            reopen=may_reopen(user, case, at=at),
            see_letters=follows or shown_in_full,
            add_document=case.is_open,
            meet=follows or (shown_in_full and bool(handles)),
            diagnose=case.is_open and follows and shown_in_full and not is_followed,
            share=case.is_open and follows and not is_followed,
            see_readers=shown_in_full and case.responsible_structure_id in held.get("view_structure_cases", ()),
            label=bool(permissions.labelling_structure_ids(held)),
            name_referent=case.is_open and bool(handles) and not is_followed,
        )
