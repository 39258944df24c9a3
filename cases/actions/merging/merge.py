"""Two records become one. What pointed to the absorbed one points to the other; the absorbed one stays, alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import appointments
from cases.actions.coordination import PLACES
from cases.actions.merging.changes import MergeWriter
from cases.actions.merging.collisions import COLLISIONS
from cases.actions.merging.merge_journal import cases_in, cases_of, record_in_journal
from cases.actions.merging.relations import Record, highest_keys, relations_to
from cases.actions.objections import opposable_parts
from cases.models import (
    Appointment,
    Beneficiary,
    Case,
    CaseKind,
    Deadline,
    Household,
    HouseholdMember,
    JournalEntry,
    Merge,
    Milestone,
    Participation,
    Report,
    SharingObjection,
    Structure,
    User,
)
from cases.refusals import Refusal
from cases.rules.merging import Side
from cases.rules.names import name_key

IDENTITY = (
    "title",
    "usual_name",
    "first_names",
    "birth_name",
    "birth_date",
    "caf_number",
    "phone",
    "email",
    "language",
    "no_message",
    "not_through_spouse",
    "needs_interpreter",
    "safe_address",
)
"""What is chosen, value by value, when two records of a person become one."""


class CannotMerge(Refusal):
    """Two records are not made one."""


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    """Two open cases turn out to be one matter: the second will be closed."""

    kept: Case
    closed: Case


@transaction.atomic
def merge_people(
    *,
    kept: Beneficiary,
    absorbed: Beneficiary,
    choices: Mapping[str, Side],
    households: tuple[Household, Household] | None = None,
    duplicate: Duplicate | None = None,
    at: datetime,
    by: User,
    structure: Structure,
) -> tuple[Merge, JournalEntry]:
    """Two records are of one person. `choices`: for each field of her identity, whose value is kept.

    `households` (the kept one, the absorbed one) become one as well; otherwise she lives, or has lived, in both.

    1. Both rows are locked in the order of their keys, then both households’.
    2. Refuses (`CannotMerge`) a record that is already absorbed, and an access that was opposed on the other one, or for the
       other household.
    3. The chosen values are written, then every row that points to the absorbed record moves to the kept one.
    4. The journal has one line, and one for each case of either household.
    """
    kept, absorbed = lock_records(Beneficiary, kept, absorbed)
    refuse_two_coordinations(kept, absorbed)
    refuse_opposed_followers(kept, absorbed)
    homes = lock_records(Household, *households) if households else None
    touched = cases_of(kept, absorbed) | (cases_in(homes) if homes else set())
    merge = _begin_merge(
        Merge(kind=Merge.Kind.PERSON, kept_person=kept, absorbed_person=absorbed), homes, at, by, structure
    )
    changes = MergeWriter(merge)
    _choose_identity(changes, kept, absorbed, choices)
    _absorb_record(changes, kept, absorbed)
    if homes:
        _absorb_record(changes, *homes)
    given = _end_merge(merge, changes, duplicate, at=at)
    entry, of_cases = record_in_journal("person.merged", merge, touched, at=at, by=by, structure=structure)
    if homes:
        record_in_journal(
            "household.merged", merge, touched, at=at, by=by, structure=structure, cause=entry, causes=of_cases
        )
    _tell_given(given, by=by, at=at, cause=entry)
    return merge, entry


@transaction.atomic
def merge_households(
    *,
    kept: Household,
    absorbed: Household,
    duplicate: Duplicate | None = None,
    at: datetime,
    by: User,
    structure: Structure,
) -> tuple[Merge, JournalEntry]:
    """Two records are of one household, in which different people live. As `merge_people`, for the household alone."""
    homes = lock_records(Household, kept, absorbed)
    touched = cases_in(homes)
    merge = _begin_merge(Merge(kind=Merge.Kind.HOUSEHOLD), homes, at, by, structure)
    changes = MergeWriter(merge)
    _absorb_record(changes, *homes)
    given = _end_merge(merge, changes, duplicate, at=at)
    entry, _ = record_in_journal("household.merged", merge, touched, at=at, by=by, structure=structure)
    _tell_given(given, by=by, at=at, cause=entry)
    return merge, entry


def lock_records(model: type[Record], one: Record, other: Record) -> tuple[Record, Record]:
    """Both, read again, in the order of their keys: whoever merges one of them meanwhile waits, or makes us wait."""
    rows = {row.pk: row for row in model.objects.select_for_update().filter(pk__in=(one.pk, other.pk)).order_by("pk")}
    if len(rows) != 2:
        raise CannotMerge("C’est deux fois la même fiche : en choisir deux.")
    if any(row.merged_into_id for row in rows.values()):
        raise CannotMerge("L’une de ces fiches est déjà réunie à une autre : recharger la page.")
    return rows[one.pk], rows[other.pk]


def refuse_two_coordinations(kept: Beneficiary, absorbed: Beneficiary) -> None:
    """A person has one coordination: which one goes on is decided before (see `merging.following`)."""
    if all(Case.objects.filter(beneficiary=each, closed_on=None).exists() for each in (kept, absorbed)):
        raise CannotMerge("Chacune de ces fiches a un dossier de coordination en cours : dire d’abord qui reste.")


def refuse_opposed_followers(kept: Beneficiary, absorbed: Beneficiary) -> None:
    """What a household where she lives opposed, she opposed: nobody follows her on by that ground, on either record, nor begins
    to on the one that is kept, where whoever answers for the coordination of the other one would be in support."""
    homes = HouseholdMember.objects.filter(beneficiary__in=(kept, absorbed), until=None).values("household")
    opposed = SharingObjection.objects.filter(household__in=homes).values("basis")
    places = Participation.objects.filter(case__kind=CaseKind.COORDINATION, case__closed_on=None, until=None)
    here = set(places.filter(case__beneficiary=kept, part__in=PLACES).values_list("structure", flat=True))
    held = places.filter(case__beneficiary__in=(kept, absorbed), part__in=PLACES, basis__in=opposed)
    for part in held.select_related("structure", "case").order_by("pk"):
        begins = part.case.beneficiary_id == absorbed.pk and here and part.structure_id not in here
        if part.part == Participation.Part.SUPPORT or begins:
            raise CannotMerge(
                f"{part.structure} suit cette personne (dossier {part.case.reference}) sur un fondement auquel elle s’est"
                f" opposée : demander d’abord à {part.structure} de mettre fin à son suivi."
            )


def _refuse_opposed_parts(kept: Household, absorbed: Household) -> None:
    """What was opposed for one is opposed for what they become: nobody may go on seeing the cases of the other on that ground."""
    for one, other in ((kept, absorbed), (absorbed, kept)):
        opposed = SharingObjection.objects.filter(household=one).values("basis")
        parts = opposable_parts(other).filter(basis__in=opposed)
        part = parts.select_related("structure", "case__responsible_structure").order_by("-is_open", "pk").first()
        if part:
            closed = "" if part.is_open else ", clos,"
            raise CannotMerge(
                f"{part.structure} voit le dossier {part.case.reference}{closed} sur un fondement auquel la personne s’est"
                f" opposée dans l’autre ménage : demander d’abord {_who_ends(part)}."
            )


def _who_ends(part: Participation) -> str:
    """Who follows a person ends that himself, as long as he does; then a second opposition alone ends what he sees."""
    if part.case.kind != CaseKind.COORDINATION:
        return f"à {part.case.responsible_structure} de mettre fin à cet accès"
    if part.is_open:
        return f"à {part.structure} de mettre fin à son suivi"
    return "au délégué à la protection des données d’enregistrer la même opposition pour ce ménage"


def _begin_merge(
    merge: Merge, homes: tuple[Household, Household] | None, at: datetime, by: User, structure: Structure
) -> Merge:
    merge.at, merge.by, merge.structure = at, by, structure
    if homes:
        _refuse_opposed_parts(*homes)
        merge.kept_household, merge.absorbed_household = homes
    merge.marks = highest_keys(Beneficiary, Household)
    merge.save()
    return merge


def _choose_identity(
    changes: MergeWriter, kept: Beneficiary, absorbed: Beneficiary, choices: Mapping[str, Side]
) -> None:
    chosen = {name: getattr(absorbed, name) for name in IDENTITY if choices.get(name) == "absorbed"}
    if chosen:
        usual, first = (chosen.get(name, getattr(kept, name)) for name in ("usual_name", "first_names"))
        changes.update(kept, **chosen, name_key=name_key(usual, first))


def _absorb_record(changes: MergeWriter, kept: Beneficiary | Household, absorbed: Beneficiary | Household) -> None:
    for relation in relations_to(type(kept)):
        rows = list(relation.rows_pointing_to(absorbed))
        if relation in COLLISIONS:
            COLLISIONS[relation](changes, relation, rows, kept)
        else:
            changes.move(relation, rows, kept)
    absorbed.merged_into = kept
    absorbed.save(update_fields=["merged_into"])


Given = list[tuple[Appointment, int]]
"""Appointments that somebody else takes up, each with whose it was."""


def _end_merge(merge: Merge, changes: MergeWriter, duplicate: Duplicate | None, *, at: datetime) -> Given:
    given: Given = []
    if duplicate:
        given = _hand_over(changes, duplicate, at=at)
        merge.closed_case = duplicate.closed
        merge.save(update_fields=["closed_case"])
    changes.save_changes()
    return given


def _tell_given(given: Given, *, by: User, at: datetime, cause: JournalEntry) -> None:
    for appointment, before in given:
        appointments.record_given(appointment, before=before, by=by, at=at, cause=cause)


def _find_who_meets(appointment: Appointment, case: Case) -> User | None:
    """In another case; nobody, where none of the structure would: it is then cancelled as its own case closes, and told."""
    if permissions.can_view(appointment.professional, case, at=appointment.day):
        return appointment.professional
    return appointments.find_responsible(case, appointment.structure)


def _refuse_lost_dates(duplicate: Duplicate) -> None:
    """The delays of the case that closes end with it: one that runs from a fact that the other does not know would be lost."""
    known = Milestone.objects.filter(replaced_by=None, case=duplicate.kept)
    facts = set(known.values_list("kind", "happened_on"))
    of_closed = Milestone.objects.filter(replaced_by=None, case=duplicate.closed).values_list("kind", "happened_on")
    alone = {kind for kind, happened_on in of_closed if (kind, happened_on) not in facts}
    running = Deadline.objects.waiting().filter(case=duplicate.closed, rule__start__in=alone)
    if lost := running.select_related("rule").order_by("legal_date").first():
        raise CannotMerge(
            f"Le dossier {duplicate.closed.reference}, à clore, est seul à porter une échéance qui court : {lost.rule.title}, le"
            f" {lost.legal_date:%d/%m/%Y}. Garder ce dossier, ou demander à {duplicate.kept.responsible_structure} de noter"
            f" d’abord ce fait daté sur le dossier {duplicate.kept.reference}."
        )


def _hand_over(changes: MergeWriter, duplicate: Duplicate, *, at: datetime) -> Given:
    """Who reported the case that closes follows the one that goes on, and so does next month’s file.

    The lease that was recorded twice goes on under the reference by which the landlord’s file names it. Appointments
    to come are kept, where their structure takes part in the case that goes on: by who answers for it there, where the other would
    not see it. One that is over stays: who held it says there what came of it. Refuses (`CannotMerge`) to lose a delay.
    """
    _refuse_lost_dates(duplicate)
    told = set(Report.objects.filter(case=duplicate.kept).values_list("structure_id", flat=True))
    for report in Report.objects.filter(case=duplicate.closed).exclude(structure__in=told):
        changes.update(report, case=duplicate.kept)
    partners = Participation.objects.filter(case=duplicate.kept, until=None).values("structure")
    to_come = appointments.to_come(duplicate.closed, None, at=at).select_related("professional", "structure")
    given: Given = []
    for appointment in to_come.filter(structure__in=partners):
        before = appointment.professional_id
        if professional := _find_who_meets(appointment, duplicate.kept):
            changes.update(appointment, case=duplicate.kept, professional=professional)
            if professional.pk != before:
                given.append((appointment, before))
    _join_leases(changes, duplicate, at=at)
    return given


def _join_leases(changes: MergeWriter, duplicate: Duplicate, *, at: datetime) -> None:
    lease, twin = duplicate.kept.tenancy, duplicate.closed.tenancy
    if lease is None or twin is None or lease == twin or (lease.reference and twin.reference):
        return
    reference = lease.reference or twin.reference
    changes.update(twin, reference="", ended_on=localdate(at))
    changes.update(lease, reference=reference)
