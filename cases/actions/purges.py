"""What a structure keeps of a case that was shown to it, besides the case itself: destroyed when the person objects.

Each application says it of its own tables, as `retention.register` does for what is erased with a household.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Model, Q, QuerySet
from django.utils.timezone import localdate, make_aware

from cases import journal, permissions
from cases.actions.retention.anonymise import delete_rows, note_erased
from cases.actions.sharing import MANAGED
from cases.models import (
    Case,
    Document,
    Household,
    JournalEntry,
    LegalHold,
    Membership,
    Note,
    Participation,
    ProcessingRestriction,
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
    """Who recorded the opposition, or let go what was kept; nobody after the restoration of an older backup."""
    at: datetime
    until: datetime | None = None
    """Of one that ended earlier, and whose traces were kept: what the structure did later rests on another ground."""

    def lasted(self, field: str) -> Q:
        """Was what says so in that field made while it lasted?"""
        return Q((f"{field}__gte", self.since)) & (Q((f"{field}__lte", self.until)) if self.until else Q())

    def people(self) -> QuerySet[User]:
        """Who worked in the structure when it ended."""
        active = Membership.objects.active(localdate(self.until or self.at)).filter(structure=self.structure)
        return User.objects.filter(pk__in=active.values("user"))


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
    since = find_beginning(part)
    return _destroy(
        OpposedAccess(case=part.case, structure=part.structure, basis=part.basis, since=since, by=by, at=at)
    )


def destroy_what_was_kept(*, household: Household, by: User, at: datetime) -> None:
    """A hold or a restriction has ended: what it kept of accesses that ended meanwhile goes, unless another one keeps it.
    Inside an act, which has locked the household with its cases."""
    if is_frozen(household.pk) or is_kept_for_her(household.pk) or household.anonymised_on:
        return
    kept = JournalEntry.objects.filter(case__household=household, kind="sharing.objected_kept", consequences=None)
    for line in kept.select_related("case", "structure").order_by("pk"):
        opposed = OpposedAccess(
            case=line.case,  # type: ignore[arg-type]  # it was of a structure in a case
            structure=line.structure,  # type: ignore[arg-type]
            basis=line.data["basis"],
            since=datetime.fromisoformat(line.data["since"]),
            by=by,
            at=at,
            until=line.happened_at,
        )
        journal.record(
            "sharing.kept_destroyed",
            at=at,
            case=line.case,
            by=by,
            structure=line.structure,
            cause=line,
            basis=opposed.basis,
            destroyed=_destroy(opposed),
        )


def is_frozen(household: int) -> bool:
    """A hold stands: nothing of it goes."""
    return LegalHold.objects.standing().filter(household=household).exists()


def is_kept_for_her(household: int) -> bool:
    """She asked, on another ground than an opposition, that nothing be done with it."""
    restrictions = permissions.restrictions_of(household)
    return restrictions.exclude(ground=ProcessingRestriction.Ground.OBJECTION).exists()


def _destroy(opposed: OpposedAccess) -> dict[str, int]:
    found = {name: purge(opposed) for name, purge in PURGES.items()}
    return {name: count for name, count in found.items() if count}


def find_beginning(part: Participation) -> datetime:
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


def _purge_notes(opposed: OpposedAccess) -> int:
    written = Note.objects.filter(opposed.lasted("written_at"), case=opposed.case, structure=opposed.structure)
    return delete_for_good(written.order_by())


def _purge_documents(opposed: OpposedAccess) -> int:
    """What proves a fact of the procedure stays with it."""
    added = Document.everything.filter(opposed.lasted("added_at"), case=opposed.case, structure=opposed.structure)
    return delete_for_good(added.filter(measure=None, milestone=None, line=None).order_by())


def _purge_requests(opposed: OpposedAccess) -> int:
    """And the one by which it came to see the case."""
    asked = SharingRequest.objects.filter(case=opposed.case, structure=opposed.structure)
    return delete_for_good(asked.filter(opposed.lasted("asked_at") | Q(basis=opposed.basis)).order_by())


register_purge("notes", _purge_notes)
register_purge("documents", _purge_documents)
register_purge("requests", _purge_requests)
