"""What a structure keeps of a case that was shown to it, besides the case itself: destroyed when the person objects.

Each application says it of its own tables, as `retention.register` does for what is erased with a household.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Model, Q, QuerySet
from django.utils.timezone import localdate, make_aware

from cases.actions.retention.anonymise import delete_rows, note_erased
from cases.actions.sharing import MANAGED
from cases.models import (
    Case,
    Document,
    JournalEntry,
    Membership,
    Note,
    Participation,
    SharingRequest,
    Structure,
    User,
)


@dataclass(frozen=True, kw_only=True)
class OpposedAccess:
    """An access on a ground that was opposed, from the moment when it began on that ground."""

    case: Case
    structure: Structure
    basis: str
    since: datetime
    by: User | None
    """Who recorded the opposition; nobody after the restoration of an older backup."""
    at: datetime


Purge = Callable[[OpposedAccess], int]
"""Destroys what it finds; returns how much."""
PURGES: dict[str, Purge] = {}


def register_purge(name: str, purge: Purge) -> None:
    """`name`: as the journal counts it."""
    if PURGES.setdefault(name, purge) is not purge:
        raise ValueError(f"{name} is purged in two ways")


def destroy_what_was_shown(*, part: Participation, by: User | None, at: datetime) -> dict[str, int]:
    """Once that access has ended, of what the structure wrote, received or took away of the case by it. Returns the counts.

    What it did before, on another ground or in another part, stays, and so does what others have in the case: it does not
    rest on the ground that was opposed.
    """
    opposed = OpposedAccess(
        case=part.case, structure=part.structure, basis=part.basis, since=_find_beginning(part), by=by, at=at
    )
    found = {name: purge(opposed) for name, purge in PURGES.items()}
    return {name: count for name, count in found.items() if count}


def _find_beginning(part: Participation) -> datetime:
    """Since when it has been given on that ground, without a break; its first day where the journal does not say."""
    began = make_aware(datetime.combine(part.since, time.min))
    lines = JournalEntry.objects.filter(
        case=part.case,
        structure=part.structure,
        kind__in=("sharing.started", "sharing.changed"),
        happened_at__gte=began,
    )
    for line in lines.order_by("-happened_at", "-pk"):
        if line.kind == "sharing.changed" and line.data.get("part") == Participation.Part.ASKED:
            continue  # asked by a step meanwhile, and in support again after it
        if line.data.get("basis") != part.basis or line.data.get("part") not in MANAGED:
            break
        began = line.happened_at
        if line.kind == "sharing.started":
            break
    return began


def delete_for_good(rows: QuerySet[Model]) -> int:
    """With what these rows said before, tonight."""
    note_erased(rows.model, rows.values_list("pk", flat=True), home=None)
    return delete_rows(rows)


def people_of(structure: Structure, *, at: datetime) -> QuerySet[User]:
    """Those who work in a structure."""
    return User.objects.filter(
        pk__in=Membership.objects.active(localdate(at)).filter(structure=structure).values("user")
    )


def _purge_notes(opposed: OpposedAccess) -> int:
    written = Note.objects.filter(case=opposed.case, structure=opposed.structure, written_at__gte=opposed.since)
    return delete_for_good(written.order_by())


def _purge_documents(opposed: OpposedAccess) -> int:
    """What proves a fact of the procedure stays with it."""
    added = Document.everything.filter(case=opposed.case, structure=opposed.structure, added_at__gte=opposed.since)
    return delete_for_good(added.filter(measure=None, milestone=None, line=None).order_by())


def _purge_requests(opposed: OpposedAccess) -> int:
    """And the one by which it came to see the case."""
    asked = SharingRequest.objects.filter(case=opposed.case, structure=opposed.structure)
    return delete_for_good(asked.filter(Q(asked_at__gte=opposed.since) | Q(basis=opposed.basis)).order_by())


register_purge("notes", _purge_notes)
register_purge("documents", _purge_documents)
register_purge("requests", _purge_requests)
