"""What a structure keeps of a case that was shown to it, besides the case itself: destroyed when the person objects.

Each application says it of its own tables, as `retention.register` does for what is erased with a household.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localdate

from cases.actions.retention.anonymise import delete_rows, note_erased
from cases.models import Case, Document, Membership, Note, SharingRequest, Structure, User

Purge = Callable[[Case, Structure, datetime], int]
"""Destroys what it finds; returns how much."""
PURGES: dict[str, Purge] = {}


def register_purge(name: str, purge: Purge) -> None:
    """`name`: as the journal counts it."""
    if PURGES.setdefault(name, purge) is not purge:
        raise ValueError(f"{name} is purged in two ways")


def destroy_what_was_shown(*, case: Case, structure: Structure, at: datetime) -> dict[str, int]:
    """Once its access has ended, of everything the structure wrote, received or took away of that case. Returns the counts.

    What is in the case of others stays: it does not rest on the ground that was opposed.
    """
    found = {name: purge(case, structure, at) for name, purge in PURGES.items()}
    return {name: count for name, count in found.items() if count}


def delete_for_good(rows: QuerySet[Any]) -> int:
    """With what these rows said before, tonight."""
    note_erased(rows.model, rows.values_list("pk", flat=True), home=None)
    return delete_rows(rows)


def people_of(structure: Structure, *, at: datetime) -> QuerySet[User]:
    """Those who work in a structure."""
    return User.objects.filter(
        pk__in=Membership.objects.active(localdate(at)).filter(structure=structure).values("user")
    )


def _purge_notes(case: Case, structure: Structure, at: datetime) -> int:
    return delete_for_good(Note.objects.filter(case=case, structure=structure).order_by())


def _purge_documents(case: Case, structure: Structure, at: datetime) -> int:
    return delete_for_good(Document.everything.filter(case=case, structure=structure).order_by())


def _purge_requests(case: Case, structure: Structure, at: datetime) -> int:
    return delete_for_good(SharingRequest.objects.filter(case=case, structure=structure).order_by())


register_purge("notes", _purge_notes)
register_purge("documents", _purge_documents)
register_purge("requests", _purge_requests)
