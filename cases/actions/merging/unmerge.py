"""A merge is undone: every row goes back where it was, save what someone has changed since, which is said."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localdate, localtime

from cases import permissions
from cases.actions import appointments, referents
from cases.actions.merging.changes import is_as_left, undo_change
from cases.actions.merging.merge_journal import cases_in, cases_of, record_in_journal
from cases.actions.merging.relations import Record, relations_to
from cases.actions.people import save_person
from cases.actions.purges import destroy_what_was_kept
from cases.actions.referents import CannotFollow
from cases.actions.rows import field_of, model_of, table_of
from cases.models import (
    Appointment,
    Beneficiary,
    Case,
    CaseOutcome,
    Debt,
    Household,
    JournalEntry,
    LegalHold,
    Merge,
    MergeChange,
    ProcessingRestriction,
    Referent,
    SharingObjection,
    Structure,
    Tenancy,
    User,
)
from cases.refusals import Refusal

NO_BREAK = "\N{NO-BREAK SPACE}"
AskedOfACase = ProcessingRestriction | SharingObjection
ASKED_OF_A_CASE: tuple[type[AskedOfACase], ...] = (ProcessingRestriction, SharingObjection)
"""What a person asks of a case, and holds for its household."""


class CannotUnmerge(Refusal):
    """Two records that were made one stay so."""


@transaction.atomic
def unmerge(*, merge: Merge, at: datetime, by: User, structure: Structure) -> JournalEntry:
    """Put everything back as it was before a merge.

    What someone has changed since stays as it is, and what was recorded since stays with the kept record (`describe_what_stays`),
    save on a lease that goes back, and a restriction or an opposition asked of a case that does, or a hold of it.
    Refuses (`CannotUnmerge`) a merge already undone, one that lost a household to anonymisation, and one on which a later
    merge rests.
    """
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    people = _lock_records(Beneficiary, merge.kept_person_id, merge.absorbed_person_id)
    homes = _lock_records(Household, merge.kept_household_id, merge.absorbed_household_id)
    refuse_unless_last(merge)
    held = _read_who_meets(merge)
    for change in merge.changes.order_by("-pk"):
        undo_change(change)
    for model in (Debt, Case):
        _follow_leases(model, merge)
    if merge.kept_household_id:
        _give_back_what_was_asked(merge)
    for record in (merge.absorbed_person, merge.absorbed_household):
        if record:
            record.merged_into = None
            record.save(update_fields=["merged_into"])
    if merge.kept_person_id:
        save_person(Beneficiary.objects.get(pk=merge.kept_person_id))  # its key, whichever parts of the name went back
    merge.undone_at, merge.undone_by = at, by
    merge.save(update_fields=["undone_at", "undone_by"])
    kind = "person.unmerged" if merge.kind == Merge.Kind.PERSON else "household.unmerged"
    entry = record_in_journal(kind, merge, cases_of(*people) | cases_in(homes), at=at, by=by, structure=structure)[0]
    _say_places_vacant(merge, by=by, at=at, cause=entry)
    _give_appointments_back(merge, held, by=by, at=at, cause=entry)
    for home in homes:
        destroy_what_was_kept(household=home, by=by, at=at)
    return entry


def _read_who_meets(merge: Merge) -> dict[int, User]:
    """Appointment that the merge moved → who has it now."""
    moved = merge.changes.filter(table=table_of(Appointment), field="case").values("row")
    found = Appointment.objects.filter(pk__in=moved).select_related("professional")
    return {each.pk: each.professional for each in found}


def _give_appointments_back(
    merge: Merge, held: dict[int, User], *, by: User, at: datetime, cause: JournalEntry
) -> None:
    """With their case. Whoever takes one up again is told; where nobody would see the case on its day, one to come is
    cancelled, and who had it is told. Who held one of which the result is noted did hold it."""
    back = Appointment.objects.filter(pk__in=held, case=merge.closed_case)
    for appointment in back.select_related("case", "structure", "professional").order_by("pk"):
        before = held[appointment.pk]
        meets = _find_who_meets(appointment, before, on=max(appointment.day, localdate(at)))
        appointment.professional = meets or before
        appointment.save(update_fields=["professional"])
        if meets and meets != before:
            appointments.record_given(appointment, before=before.pk, by=by, at=at, cause=cause)
        elif meets is None and appointment.is_planned and appointment.starts_at > at:
            service = Appointment.CancelledBy.SERVICE
            appointments.cancel(appointment=appointment, whose=service, by=by, at=at, cause=cause)


def _find_who_meets(appointment: Appointment, present: User, *, on: date) -> User | None:
    """Who did before, else who answers for the case there, else who has it now. None too where it is known what became of it."""
    if not appointment.is_planned:
        return None
    responsible = appointments.find_responsible(appointment.case, appointment.structure)
    for user in (appointment.professional, responsible, present):
        if user and permissions.can_view(user, appointment.case, at=on):
            return user
    return None


def _say_places_vacant(merge: Merge, *, by: User, at: datetime, cause: JournalEntry) -> None:
    """Those who followed the absorbed record stay on the kept one: her places are not left vacant without a word."""
    if merge.absorbed_person_id is None:
        return
    person = Beneficiary.objects.get(pk=merge.absorbed_person_id)
    held = Referent.objects.filter(case__in=_closed_coordinations(merge), end_reason=Referent.End.MERGED)
    for structure in Structure.objects.filter(pk__in=held.values("structure")).order_by("pk"):
        with suppress(CannotFollow):  # she lives in no household that is known: nobody can be asked to follow her
            referents.say_vacant(beneficiary=person, structure=structure, by=by, at=at, cause=cause)


def _moved_leases(merge: Merge) -> QuerySet[Tenancy]:
    """Those that the merge moved, and that go back."""
    moved = merge.changes.filter(table=table_of(Tenancy), field="household")
    return Tenancy.objects.filter(pk__in=moved.values("row"))


def _follow_leases(model: type[Debt] | type[Case], merge: Merge) -> None:
    """What was recorded since on a lease is of whoever holds the lease: it goes back with it."""
    holder = Tenancy.objects.filter(pk=OuterRef("tenancy")).values("household")
    model.objects.filter(tenancy__in=_moved_leases(merge)).update(household=Subquery(holder))


def _give_back_what_was_asked(merge: Merge) -> None:
    for asked in ASKED_OF_A_CASE:
        _asked_to_give_back(asked, merge).update(household=merge.absorbed_household_id)
    _holds_to_give_back(merge).update(household=merge.absorbed_household_id)
    _oppose_for_each(merge)


def _asked_to_give_back(model: type[AskedOfACase], merge: Merge) -> QuerySet[Any]:
    """What was put or opposed since, on the request of a person whose case goes back: it is of its household."""
    moved = merge.changes.filter(table=table_of(Case), field="household").values("row")
    of_it = Q(request__case__in=moved) | Q(request__case__tenancy__in=_moved_leases(merge))
    found: QuerySet[Any] = model._default_manager.filter(of_it, household=merge.kept_household_id)  # noqa: SLF001
    return found


def _oppose_for_each(merge: Merge) -> None:
    """What was opposed since, on a request that nobody knows any more, may be of either household: it is of both."""
    absorbed = merge.absorbed_household
    assert absorbed is not None  # noqa: S101 - as there is a kept one
    since = merge.marks.get(table_of(SharingObjection), 0)
    for row in SharingObjection.objects.filter(household=merge.kept_household_id, request=None, pk__gt=since):
        SharingObjection.objects.create(household=absorbed, basis=row.basis, objected_on=row.objected_on)


def _holds_to_give_back(merge: Merge) -> QuerySet[LegalHold]:
    """A hold is of the household of its case, whenever it was put: a trial that goes on keeps what it is about. Where that
    household has one that stands already, it is held."""
    moved = merge.changes.filter(table=table_of(Case), field="household").values("row")
    of_it = Q(case__in=moved) | Q(case__tenancy__in=_moved_leases(merge))
    found = LegalHold.objects.filter(of_it, household=merge.kept_household_id)
    is_held = LegalHold.objects.standing().filter(household=merge.absorbed_household_id).exists()
    return found.exclude(lifted_at=None) if is_held else found


def _lock_records(model: type[Record], *pks: int | None) -> list[Record]:
    """Locked in the order of their keys, as for the merge."""
    return list(model.objects.select_for_update().filter(pk__in=[pk for pk in pks if pk]).order_by("pk"))


def refuse_unless_last(merge: Merge) -> None:
    if merge.undone_at:
        raise CannotUnmerge("Cette fusion a déjà été défaite.")
    if not merge.marks:  # they went with a household (`retention.anonymise`)
        raise CannotUnmerge("Cette fusion concerne un ménage qui est anonymisé : elle ne peut plus être défaite.")
    if later := resting_on(merge):
        raise CannotUnmerge(
            f"Une fusion plus récente, du {localtime(later.at):%d/%m/%Y à %H:%M}, s’appuie sur celle-ci : "
            "la défaire d’abord."
        )


def resting_on(merge: Merge) -> Merge | None:
    """The latest standing merge that has to do with the same records, or has moved one of the same rows again."""
    people = [pk for pk in (merge.kept_person_id, merge.absorbed_person_id) if pk]
    homes = [pk for pk in (merge.kept_household_id, merge.absorbed_household_id) if pk]
    ours = MergeChange.objects.filter(merge=merge, table=OuterRef("table"), row=OuterRef("row"))
    same_rows = MergeChange.objects.filter(Exists(ours), merge=OuterRef("pk"))
    later = Merge.objects.filter(pk__gt=merge.pk, undone_at=None).filter(
        Q(kept_person__in=people)
        | Q(absorbed_person__in=people)
        | Q(kept_household__in=homes)
        | Q(absorbed_household__in=homes)
        | Exists(same_rows)
    )
    return later.order_by("-pk").first()


def describe_what_stays(merge: Merge) -> list[str]:
    """What undoing the merge will leave with the kept record, in French: corrections and additions made since."""
    return [*_describe_corrections(merge), *_describe_additions(merge), *_describe_closed_coordination(merge)]


def _describe_corrections(merge: Merge) -> Iterable[str]:
    """Values that the merge wrote and that are no longer so; of a person, which. A row that only moved may do so again."""
    changed = [change for change in _last_written(merge) if change.field != "name_key" and not is_as_left(change)]
    for change in changed:
        if change.table == "cases.beneficiary":
            yield f"{field_of(change.table, change.field).verbose_name} (corrigé depuis)"
    others = Counter(change.table for change in changed if change.table != "cases.beneficiary")
    for table, number in others.items():
        yield f"{_number_and_noun(table, number)} (changé depuis)"


def _last_written(merge: Merge) -> Iterable[MergeChange]:
    """The last value that the merge gave to each field; nothing of the rows that it then took away."""
    seen: set[tuple[str, int, str]] = set()
    for change in merge.changes.order_by("-pk"):
        if seen.isdisjoint({(change.table, change.row, change.field), (change.table, change.row, "")}):
            if change.new is not None:
                yield change
            seen.add((change.table, change.row, change.field))


def _describe_additions(merge: Merge) -> list[str]:
    found: Counter[str] = Counter()
    own = set(merge.changes.filter(field="").exclude(new=None).values_list("table", "row"))
    for record in (merge.kept_person, merge.kept_household):
        if record is None:
            continue
        for relation in relations_to(type(record)):
            since = relation.rows_pointing_to(record).filter(pk__gt=merge.marks.get(relation.table, 0))
            if relation.table in (table_of(Debt), table_of(Case)):
                since = since.exclude(tenancy__in=_moved_leases(merge))
            for model in ASKED_OF_A_CASE:
                if relation.table == table_of(model):
                    since = since.exclude(pk__in=_asked_to_give_back(model, merge))
            if relation.table == table_of(LegalHold):
                since = since.exclude(pk__in=_holds_to_give_back(merge))
            rows = since.values_list("pk", flat=True)
            found[relation.table] += sum((relation.table, pk) not in own for pk in rows)
    return [_number_and_noun(table, number) for table, number in found.items() if number]


def _describe_closed_coordination(merge: Merge) -> Iterable[str]:
    """Where both were followed, the coordination of the absorbed record closed for good: who followed her stays here."""
    if _closed_coordinations(merge).exists():
        yield "le suivi par les référents (sur l’autre fiche, leurs places seront vacantes : les pourvoir)"


def _closed_coordinations(merge: Merge) -> QuerySet[Case]:
    """The coordination that the merge had closed, since the other one went on."""
    moved = merge.changes.filter(table=table_of(Case), field="beneficiary").values("row")
    return Case.objects.filter(pk__in=moved, outcome=CaseOutcome.DUPLICATE)


def _number_and_noun(table: str, number: int) -> str:
    names = model_of(table)._meta  # noqa: SLF001 - Django’s documented API
    return f"{number}{NO_BREAK}{names.verbose_name if number == 1 else names.verbose_name_plural}"
