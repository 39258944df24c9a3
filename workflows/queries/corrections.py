"""What a case, its home and its people said before they were corrected, by whom and in which act: from `PastRow`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Field, ForeignKey, Model, Q
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format

from cases.journal import KINDS
from cases.models import Beneficiary, Case, Household, HouseholdMember, JournalEntry, PastRow, Structure, Tenancy
from cases.templatetags.relais import birth_date

MODELS: dict[str, type[Model]] = {
    each._meta.db_table: each  # noqa: SLF001 - Django’s documented API
    for each in (Case, Beneficiary, Household, HouseholdMember, Tenancy)
}
LATEST = 200
NOT_TOLD = {"name_key", "public_id", "created_at"}
"""Made from others, or of no use to a reader."""
NEVER_SHOWN = {"safe_address"}
"""Only who follows the person reads it, on her page."""
HIDDEN = "non montré"


@dataclass(frozen=True, kw_only=True)
class Correction:
    at: datetime
    about: str
    """The kind of row, and its number: two people of one home are told apart."""
    field: str
    was: str
    now: str
    by: str
    act: str
    """In the words of the timeline; empty when it was no act."""


def corrections_of(case: Case, *, with_values: bool, on: date) -> list[Correction]:
    """The latest first. Without values, what was corrected and by whom is said, not what it said.

    Of those who live there on that day: what becomes of whoever left is no longer of this home. Nothing of a home that
    is anonymised, whose past rows wait for the upkeep.
    """
    if case.household.anonymised_on:
        return []
    past = list(PastRow.objects.filter(_rows_of(case, on=on))[:LATEST])
    acts = _acts_of(past, case=case)
    names = dict(Structure.objects.values_list("pk", "name")) if with_values else {}
    known = _live_values(past) if with_values else {}
    found: list[Correction] = []
    for row in past:
        model, line = MODELS[row.table_name], acts.get(row.act)
        for field in _told_fields(model, row.was):
            place = (row.table_name, row.row, field.column)
            was, now = row.was[field.column], known.get(place)
            known[place] = was
            is_shown = with_values and field.name not in NEVER_SHOWN
            found.append(
                Correction(
                    at=row.until,
                    about=f"{model._meta.verbose_name} n° {row.row}",  # noqa: SLF001
                    field=str(field.verbose_name),
                    was=_say(field, was, names) if is_shown else HIDDEN,
                    now=_say(field, now, names) if is_shown else HIDDEN,
                    by=str(line.actor or "Relais") if line else "directement dans la base",
                    act=KINDS[line.kind] if line else "",
                )
            )
    return found


def _rows_of(case: Case, *, on: date) -> Q:
    members = HouseholdMember.objects.filter(household=case.household_id).order_by()
    members = members.filter(Q(until=None) | Q(until__gte=on))
    placed = list(members.values_list("pk", "beneficiary"))
    keys: dict[type[Model], Iterable[int | None]] = {
        Case: [case.pk],
        Household: [case.household_id],
        HouseholdMember: [pk for pk, _ in placed],
        Beneficiary: {case.beneficiary_id, *(person for _, person in placed)} - {None},
        Tenancy: [case.tenancy_id] if case.tenancy_id else [],
    }
    found = Q(pk__in=[])
    for table, model in MODELS.items():
        found |= Q(table_name=table, row__in=keys[model])
    return found


def _acts_of(past: Iterable[PastRow], *, case: Case) -> dict[Any, JournalEntry]:
    """Transaction → the act that caused what was written in it. One query.

    A long work does many acts in one: the first of this case is told before those of others.
    """
    is_here = ExpressionWrapper(Q(case=case.pk), output_field=BooleanField())
    lines = JournalEntry.objects.filter(act__in={row.act for row in past}).annotate(is_here=is_here)
    first = lines.order_by("act", F("is_here").desc(nulls_last=True), "pk").distinct("act")
    return {line.act: line for line in first.select_related("actor")}


def _live_values(past: Iterable[PastRow]) -> dict[tuple[str, int, str], str | None]:
    """What the rows say now, as the database writes it."""
    found: dict[tuple[str, int, str], str | None] = {}
    for table, model in MODELS.items():
        keys = {row.row for row in past if row.table_name == table}
        for row in model._base_manager.filter(pk__in=keys).values() if keys else ():  # noqa: SLF001
            found |= {(table, row["id"], column): _as_text(value) for column, value in row.items()}
    return found


def _as_text(value: object) -> str | None:
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)


def _told_fields(model: type[Model], was: dict[str, str | None]) -> list[Any]:
    fields = model._meta.concrete_fields  # noqa: SLF001
    return [each for each in fields if each.column in was and not each.primary_key and each.name not in NOT_TOLD]


def _say(field: "Field[Any, Any]", value: str | None, names: dict[int, str]) -> str:
    if value in (None, ""):
        return "non renseigné"
    if isinstance(field, ForeignKey):
        return names.get(int(value), value) if field.related_model is Structure else f"n° {value}"
    if field.name == "birth_date":
        return birth_date(value)
    kind = field.get_internal_type()
    if kind == "BooleanField":
        return "oui" if value == "t" else "non"
    if kind in ("DateField", "DateTimeField"):
        day = parse_date(value[:10]) if kind == "DateField" else parse_datetime(value)
        return date_format(day, "j F Y") if day else value
    return str(dict(field.flatchoices or ()).get(value, value))
