"""For whom a person acts on a case, and whose work is his."""

from datetime import date

from django.db.models import Q, QuerySet

from cases.models import (
    CLAIMANT_KINDS,
    Assignment,
    Case,
    CaseKind,
    Participation,
    Referent,
    Report,
    Structure,
    User,
)
from cases.permissions.held_rights import (
    ANSWERING,
    Rights,
    _own_structure_ids,
    labelling_structure_ids,
    rights,
    structures_where,
)
from cases.permissions.seeing import _active_assignments, can_view, read_for
from cases.written_once import NO_CASE, read_written


def looked_after(user: User, *, at: date) -> QuerySet[Assignment]:
    """The open cases that a person answers for in a structure where he works, or looks after meanwhile: he sees each."""
    kinds = (Assignment.Kind.RESPONSIBLE, Assignment.Kind.SUBSTITUTE)
    return _active_assignments(user, at=at, is_open=True).filter(kind__in=kinds)


def substitute_assignments(user: User, *, at: date) -> QuerySet[Assignment]:
    """What a person does on a day in place of somebody who is away."""
    return _active_assignments(user, at=at).filter(kind=Assignment.Kind.SUBSTITUTE)


def is_replacing(user: User, other: int, *, case: int, structure: int, at: date) -> bool:
    """Does the person do on a day, on that case, what is given to the other one?"""
    return substitute_assignments(user, at=at).filter(replaces=other, case=case, structure=structure).exists()


def acting_structure(user: User, case: Case, *, at: date, held: Rights | None = None) -> Structure | None:
    """For which structure a person acts on a case: his assignment's, else one that gives him sight of it. One query."""
    held = rights(user, at=at) if held is None else held
    found: list[Structure] = read_written(_write_acting_structure, user, at, held, case=case)
    return found[0] if found else None


def _write_acting_structure(user: User, at: date, held: Rights) -> QuerySet[Structure]:
    found = read_for(user, at=at, held=held)["read_for"]
    return Structure.objects.filter(pk__in=Case.objects.filter(pk=NO_CASE).values(acting=found))


def following_structure(user: User, case: Case, *, at: date) -> Structure | None:
    """In whose name a person who follows cases works on this one: he writes to the household, and of it."""
    held = rights(user, at=at)
    follows = held.get("handle_case")
    structure = acting_structure(user, case, at=at, held=held) if follows else None
    return structure if structure and follows and structure.pk in follows else None


def accepted_structure(user: User, case: Case, *, at: date) -> Structure | None:
    """In whose name a person corrects who somebody is, and reads the address at which alone she may be written to.

    A structure that has accepted to follow: the one that answers for the case, one in support that sees all of it, one
    whose référent accepted. Never one that is merely asked, nor one that has the card only.
    """
    structure = following_structure(user, case, at=at)
    return structure if structure and _has_accepted(structure, case, at=at) else None


def _has_accepted(structure: Structure, case: Case, *, at: date) -> bool:
    if case.kind == CaseKind.COORDINATION:
        return Referent.objects.current().filter(case=case, structure=structure).exists()
    part = Participation.Part
    accepted = Q(part=part.LEAD) | Q(part=part.SUPPORT, level=Participation.Level.FULL)
    return Participation.objects.active(at).filter(accepted, case=case, structure=structure).exists()


def answers_about(user: User, case: Case, *, at: date) -> bool:
    """Does a person who sees the case answer, for the structure in charge, to those who ask about it?"""
    held = rights(user, at=at)
    answering = any(case.responsible_structure_id in held.get(right, ()) for right in ANSWERING)
    return answering and can_view(user, case, at=at)


def labels_for(user: User, case: Case, *, at: date) -> Structure | None:
    """The structure whose labels a person puts on a case that he sees."""
    structure = acting_structure(user, case, at=at)
    return structure if structure and structure.pk in labelling_structure_ids(rights(user, at=at)) else None


def claimant_of(user: User, report: Report, *, at: date) -> Structure | None:
    """In whose name a landlord speaks of a dwelling of which he sees a report: who manages it, or owns it."""
    tenancy = report.tenancy
    mine = structures_where(user, "report_arrears", at=at).filter(kind__in=CLAIMANT_KINDS)
    found = mine.filter(pk__in=[tenancy.manager_id or tenancy.landlord_id, tenancy.landlord_id])
    return next(iter(sorted(found, key=lambda structure: structure.pk != tenancy.manager_id)), None)


def followed_by(user: User, *, at: date) -> QuerySet[Referent]:
    """The people whom a person follows, in structures where he still works."""
    return Referent.objects.current().filter(user=user, structure__in=_own_structure_ids(user, at=at))


def proposals_to(user: User, *, at: date) -> QuerySet[Referent]:
    """Those whom he is asked to follow: he reads whom, and nothing else before he accepts."""
    return Referent.objects.proposed().filter(user=user, structure__in=_own_structure_ids(user, at=at))
