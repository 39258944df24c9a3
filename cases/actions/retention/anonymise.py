"""A household is anonymised: in every table, nothing tells who she was; what the figures of the committee count stays.

The journal is append-only: of its lines, the upkeep takes away what is no code (`redact_journal`), as the one role that may.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Exists, FileField, Model, OuterRef, Q, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.timezone import localdate

from cases import journal
from cases.actions.retention.files import delete_on_commit
from cases.actions.retention.register import ERASED, ErasedTable
from cases.models import (
    Assignment,
    Beneficiary,
    Case,
    ErasedRow,
    Erasure,
    Household,
    HouseholdMember,
    JournalEntry,
    Merge,
    MergeChange,
    Participation,
    PastRow,
    RetentionItem,
    Tenancy,
    User,
)
from cases.rules.reduction import reduce_json, reduce_line
from cases.rules.retention import blur_birth

ERASED_NAME = "(effacé)"
BLANK_PERSON: dict[str, Any] = {
    "title": "", "birth_name": "", "usual_name": ERASED_NAME, "first_names": "", "name_key": "", "phone": "", "email": "",
    "language": "", "caf_number": "", "no_message": False, "not_through_spouse": False, "needs_interpreter": False,
    "safe_address": "",
}  # fmt: skip
"""And the birth date, of which a round year stays for the holder of a household."""


@transaction.atomic
def anonymise_household(*, household: Household, by: User | None, at: datetime, on: date | None = None) -> None:
    """Twice, it is the same: a household that is anonymised already is left as it is. `on`: the day on which it was already
    done, before an older backup was restored."""
    _lock_people(find_homes(household))
    home = Household.objects.select_for_update().get(pk=household.pk)
    if home.anonymised_on:
        return
    homes, day = find_homes(home), on or localdate(at)
    end_rights(homes, on=localdate(at))
    put_stand_ins(homes, home=home)
    for table in ERASED.values():
        if table.paths:
            rows = table.find_rows(homes)
            note_rows(table, rows, homes, home=home)
            erase_rows(table, rows)
    Household.objects.filter(pk__in=homes, archived_on=None).update(archived_on=day)
    Household.objects.filter(pk__in=homes).update(anonymised_on=day)
    erased = erase_people(homes)
    note_erased(Beneficiary, erased, home=home)
    _forget_merges_of(erased, home=home)
    write_ledger(homes, RetentionItem.Act.ANONYMISE, on=day)
    for case in Case.objects.filter(household__in=homes):
        journal.record("case.anonymised", at=at, case=case, by=by)


def _lock_people(homes: list[int]) -> None:
    """Before the household, as a merge does. Of two households of one person that are anonymised at once, the second waits,
    then reads that she lives in none."""
    people = Beneficiary.objects.filter(
        pk__in=HouseholdMember.objects.filter(household__in=homes).values("beneficiary")
    )
    list(people.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def find_homes(home: Household) -> list[int]:
    """It, and those that became it by a merge."""
    found, asked = [home.pk], [home.pk]
    while asked:
        asked = list(Household.objects.filter(merged_into__in=asked).values_list("pk", flat=True))
        found += asked
    return found


def end_rights(homes: list[int], *, on: date) -> None:
    """Nobody sees these households any more. Their leases end with them: the landlord may give their numbers to others."""
    for rights in (Participation.objects, Assignment.objects):
        rights.filter(case__household__in=homes, until=None, since__lte=on).update(until=on)
    Tenancy.objects.filter(household__in=homes, ended_on=None).update(ended_on=on)


def put_stand_ins(homes: list[int], *, home: Household) -> None:
    """Who is also of another household keeps her record there: what these households said of her is from now on of a record
    of nobody, which is erased with them. Once the upkeep has been over the journal, nothing leads from her to them any more."""
    here = HouseholdMember.objects.filter(household__in=homes).values("beneficiary")
    elsewhere = HouseholdMember.objects.filter(household__anonymised_on=None).exclude(household__in=homes)
    people = Beneficiary.objects.filter(pk__in=here).filter(pk__in=elsewhere.values("beneficiary"))
    for person in people.order_by("pk"):
        _part_merges(person, homes, home=home)
        stand_in = Beneficiary.objects.create(usual_name=ERASED_NAME, birth_date=person.birth_date)
        for table in ERASED.values():
            for name in _columns_of_people(table):
                table.find_rows(homes).filter(**{name: person}).update(**{name: stand_in})


def _columns_of_people(table: ErasedTable) -> list[str]:
    """Of rows that stay, those that name a person; but where a person is how they are found to be of a household."""
    said: Any = table.table._meta  # noqa: SLF001
    if not table.paths or (table.is_deleted and table.only is None):
        return []
    found = [each.name for each in said.concrete_fields if each.related_model is Beneficiary]
    return [name for name in found if not any(path.startswith(f"{name}__") for path in table.paths)]


def _part_merges(person: Beneficiary, homes: list[int], *, home: Household) -> None:
    """That of two of her records stays hers; the households that it brought together, and what it changed, go. Where it
    brought none together, what it changed may be of these too."""
    hers = Merge.objects.filter(Q(kept_person=person) | Q(absorbed_person=person))
    merges = hers.filter(Q(kept_household__in=homes) | Q(kept_household=None))
    changes = MergeChange.objects.filter(merge__in=merges)
    note_erased(MergeChange, changes.values_list("pk", flat=True), home=home)
    note_erased(Merge, merges.values_list("pk", flat=True), home=home)
    delete_rows(changes)
    # Without its marks it cannot be undone.
    merges.update(kept_household=None, absorbed_household=None, closed_case=None, marks={})


def _forget_merges_of(people: list[int], *, home: Household) -> None:
    """What their merges changed goes too, those of records that live nowhere among them: they became others by a later merge."""
    changes = MergeChange.objects.filter(Q(merge__kept_person__in=people) | Q(merge__absorbed_person__in=people))
    note_erased(MergeChange, changes.values_list("pk", flat=True), home=home)
    delete_rows(changes)


def write_ledger(homes: list[int], act: str, *, on: date) -> None:
    """A line for each: an older backup, where they are not one yet, knows them all."""
    known = Household.objects.filter(pk__in=homes).values_list("public_id", flat=True)
    Erasure.objects.bulk_create((Erasure(household=each, act=act, on=on) for each in known), ignore_conflicts=True)


def erase_rows(table: ErasedTable, rows: QuerySet[Model]) -> None:
    if table.is_deleted:
        rows = rows.filter(table.only) if table.only is not None else rows
        if table.let_go_by:
            model, column = table.let_go_by.rsplit(".", 1)
            apps.get_model(model)._base_manager.filter(**{f"{column}__in": rows}).update(**{column: None})  # noqa: SLF001
        delete_rows(rows)
        return
    if table.blank:
        rows.update(**table.blank)
    if table.reduced:
        _reduce(rows, table.reduced)


def delete_rows(rows: QuerySet[Model]) -> int:
    """With their files, and what links them to others. The database checks at the end that nothing points to them."""
    model = rows.model
    pks = list(rows.values_list("pk", flat=True))
    said: Any = model._meta  # noqa: SLF001
    files = [each.name for each in said.concrete_fields if isinstance(each, FileField)]
    for name in files:
        delete_on_commit(model, name, pks)
    for link in said.many_to_many:
        _delete_raw(link.remote_field.through, f"{link.m2m_field_name()}__in", pks)
    for link in said.related_objects:
        if link.many_to_many:
            _delete_raw(link.through, f"{link.field.m2m_reverse_field_name()}__in", pks)
    _delete_raw(model, "pk__in", pks)
    return len(pks)


def _delete_raw(model: type[Model], which: str, pks: Sequence[object]) -> None:
    """Without Django’s collector, which refuses PROTECT between rows that go together."""
    rows: Any = model._base_manager.filter(**{which: pks})  # noqa: SLF001
    rows._raw_delete(connection.alias)  # noqa: SLF001


def _reduce(rows: QuerySet[Model], names: Iterable[str]) -> None:
    names = list(names)
    for row in rows:
        for name in names:
            setattr(row, name, reduce_json(getattr(row, name)))
        row.__class__._base_manager.filter(pk=row.pk).update(**{name: getattr(row, name) for name in names})  # noqa: SLF001


def note_rows(table: ErasedTable, rows: QuerySet[Model], homes: list[int], *, home: Household) -> None:
    """Those that are there (`rows`), and those that were deleted before."""
    note_erased(table.table, {*rows.values_list("pk", flat=True), *find_deleted(table, homes)}, home=home)


def find_deleted(table: ErasedTable, homes: list[int]) -> set[int]:
    """Of rows that are gone, what they said tells of whom they were."""
    said: Any = table.table._meta  # noqa: SLF001
    found: set[int] = set()
    for path in table.paths:
        first, _, rest = path.partition("__")
        field = said.get_field(first)
        if not field.many_to_one:
            continue
        owners = _every_row(field.related_model).filter(**{f"{rest}__in": homes}) if rest else None
        pks = homes if owners is None else owners.values_list("pk", flat=True)
        found |= find_deleted_of(table.table, first, pks)
    return found


def find_deleted_of(model: type[Model], name: str, owners: Iterable[int]) -> set[int]:
    """Rows of a table that pointed to these by that foreign key, and are gone."""
    said: Any = model._meta  # noqa: SLF001
    pointing = {f"was__{said.get_field(name).attname}__in": [str(pk) for pk in owners]}
    past = PastRow.objects.filter(table_name=said.db_table, is_deleted=True, **pointing)
    return set(past.order_by().values_list("row", flat=True))


def note_those_of(model: type[Model], name: str, owners: Iterable[int], *, home: Household | None) -> set[int]:
    """Every row that points to these by that foreign key, and those that did before they were deleted. Returns their ids."""
    owners = list(owners)
    there = _every_row(model).filter(**{f"{name}__in": owners}).values_list("pk", flat=True)
    pks = {*there, *find_deleted_of(model, name, owners)}
    note_erased(model, pks, home=home)
    return pks


def _every_row(model: type[Model]) -> QuerySet[Model]:
    return model._base_manager.all()  # noqa: SLF001 - Django’s documented API


def note_erased(model: type[Model], pks: Iterable[int], *, home: Household | None) -> None:
    """What these rows said before is to be forgotten too: once that household is anonymised; where none is said, tonight."""
    said: Any = model._meta  # noqa: SLF001
    rows = [ErasedRow(household=home, table_name=said.db_table, row=pk) for pk in pks]
    if home:
        ErasedRow.objects.bulk_create(rows, ignore_conflicts=True)
    else:
        same = ["table_name", "row"]
        ErasedRow.objects.bulk_create(rows, update_conflicts=True, unique_fields=same, update_fields=["household"])


def forget_past_rows() -> int:
    """What was kept of rows before they were erased goes. For the upkeep alone: the application may change nothing of it.

    Only of households that are anonymised indeed, and of what was over by its own age. Returns how many past rows went.
    """
    erased = ErasedRow.objects.filter(Q(household=None) | Q(household__anonymised_on__isnull=False))
    # Those that are there now: others may come meanwhile, for the next night.
    erased = ErasedRow.objects.filter(pk__in=list(erased.values_list("pk", flat=True)))
    past = PastRow.objects.filter(Exists(erased.filter(table_name=OuterRef("table_name"), row=OuterRef("row"))))
    with transaction.atomic():
        done, _ = past.delete()
        erased.delete()
    return done


def erase_people(homes: list[int]) -> list[int]:
    """Those of whom every household is anonymised, and the records that became theirs. Returns their ids."""
    living = HouseholdMember.objects.filter(beneficiary=OuterRef("pk"), household__anonymised_on=None)
    members = HouseholdMember.objects.filter(household__in=homes).order_by().values("beneficiary")
    people = list(Beneficiary.objects.filter(~Exists(living), pk__in=members))
    absorbed = [person.pk for person in people]
    while absorbed:
        merged = list(Beneficiary.objects.filter(merged_into__in=absorbed))
        people, absorbed = [*people, *merged], [person.pk for person in merged]
    births = _blurred_births(homes)
    for person in people:
        Beneficiary.objects.filter(pk=person.pk).update(**BLANK_PERSON, birth_date=births.get(person.pk, ""))
    return [person.pk for person in people]


def _blurred_births(homes: list[int]) -> dict[int, str]:
    """Of the holders, whose band of age is counted."""
    opened: dict[int, list[date]] = {}
    for home, day in Case.objects.filter(household__in=homes).values_list("household", "opened_on"):
        opened.setdefault(home, []).append(day)
    holders = HouseholdMember.objects.filter(
        household__in=homes, position=HouseholdMember.Position.HOLDER, until=None
    ).select_related("beneficiary")
    return {
        each.beneficiary_id: blur_birth(each.beneficiary.birth_date, opened=opened.get(each.household_id, ()))
        for each in holders
    }


def redact_journal(*, limit: int | None = None) -> int:
    """Of the lines about households that were anonymised, of a case or of none, only codes, numbers, days and identifiers are
    left, and none of a person.

    For the upkeep alone: the application may change no line. Returns how many lost something.
    """
    gone = Household.objects.exclude(anonymised_on=None)
    named = gone.annotate(said=Cast("pk", TextField())).values("said")
    lines = JournalEntry.objects.annotate(home=KT("data__household")).filter(
        Q(case__household__in=gone) | Q(case=None, home__in=named), ~Q(data={})
    )
    done = 0
    for pk, data in lines.order_by("pk").values_list("pk", "data").iterator():
        if (left := reduce_line(data)) != data:
            JournalEntry.objects.filter(pk=pk).update(data=left)
            done += 1
            if limit is not None and done >= limit:
                break
    return done
