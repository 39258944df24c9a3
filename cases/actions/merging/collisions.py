"""Where both records have a row of which there can be only one: what happens to the two rows."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db.models import Model, Q

from cases.actions.merging.changes import MergeWriter
from cases.actions.merging.relations import Relation
from cases.actions.people import TRUST
from cases.models import (
    Beneficiary,
    Coordination,
    DiagnosticPerson,
    DistinctPeople,
    Household,
    HouseholdFact,
    HouseholdMember,
    LeaseDeparture,
    LegalHold,
    ProcessingRestriction,
    Referent,
)
from cases.rules.merging import stronger_position

Position = HouseholdMember.Position
Collision = Callable[[MergeWriter, Relation, Iterable[Any], Any], None]


def _merge_members(changes: MergeWriter, relation: Relation, rows: Iterable[Any], kept: Any) -> None:
    """A person is once in a household, in the stronger of her two places; a household has one holder."""
    for row in rows:
        same = {"household": row.household_id, "beneficiary": row.beneficiary_id} | {relation.field: kept.pk}
        twin = HouseholdMember.objects.filter(**same, until=None).first() if row.until is None else None
        if twin:
            position = stronger_position(twin.position, row.position, order=Position.values)
            days = [day for day in (twin.since, row.since) if day]
            changes.update(twin, position=position, since=min(days, default=None))
            changes.take_away(row)
            continue
        position = row.position
        if relation.field == "household" and row.until is None and position == Position.HOLDER and _has_holder(kept):
            position = Position.CO_HOLDER
        changes.update(row, **{relation.field: kept, "position": position})


def _has_holder(household: Household) -> bool:
    return household.memberships.filter(until=None, position=Position.HOLDER).exists()


def _merge_facts(changes: MergeWriter, relation: Relation, rows: Iterable[HouseholdFact], kept: Household) -> None:
    """Of two answers the more trusted source wins, then the more recent one; the other is kept with the merge."""
    known = {fact.name: fact for fact in HouseholdFact.objects.filter(household=kept)}
    for row in rows:
        fact = known.get(row.name)
        changes.take_away(row)
        if fact is None:
            said = {"name": row.name, "value": row.value, "source": row.source, "known_on": row.known_on}
            changes.add(HouseholdFact(household=kept, **said))
        elif (TRUST[row.source], row.known_on) > (TRUST[fact.source], fact.known_on):
            changes.update(fact, value=row.value, source=row.source, known_on=row.known_on)


def _merge_distinctions(
    changes: MergeWriter, relation: Relation, rows: Iterable[DistinctPeople], kept: Beneficiary
) -> None:
    """Someone found the absorbed person to be none of these others: the kept one is none of them either."""
    other_side = "other" if relation.field == "one" else "one"
    for row in rows:
        third = getattr(row, f"{other_side}_id")
        pair = Q(one=kept, other=third) | Q(one=third, other=kept)
        if third == kept.pk or DistinctPeople.objects.filter(pair).exists():
            changes.take_away(row)
        else:
            changes.update(row, **{relation.field: kept})


def _merge_diagnosed_people(
    changes: MergeWriter, relation: Relation, rows: Iterable[DiagnosticPerson], kept: Beneficiary
) -> None:
    """A person is once in a diagnosis; what was said of her activity under the other name is not lost."""
    for row in rows:
        twin = DiagnosticPerson.objects.filter(diagnostic=row.diagnostic_id, beneficiary=kept).first()
        if twin is None:
            changes.update(row, beneficiary=kept)
            continue
        said = twin if twin.activity else row
        position = stronger_position(twin.position, row.position, order=Position.values)
        changes.update(twin, position=position, activity=said.activity, since=said.since)
        changes.take_away(row)


def _merge_periods(
    changes: MergeWriter, relation: Relation, rows: Iterable[Referent | Coordination], kept: Beneficiary
) -> None:
    """Two coordinations that run at the same time are one before (`merging.following`). Of those that have ended, each had
    its own days, on a record of its own: that they overlap is said, and stays."""
    rows = list(rows)
    for row in rows:
        held = relation.every_row.filter(**{relation.field: kept.pk}, since__lt=row.until or date.max)
        if row.since and held.filter(Q(until=None) | Q(until__gt=row.since), **_same_place(row)).exists():
            changes.update(row, beside=True)
    changes.move(relation, rows, kept)


def _same_place(row: object) -> dict[str, object]:
    return {"structure": row.structure_id} if isinstance(row, Referent) else {}


def _open_once(changes: MergeWriter, relation: Relation, rows: Iterable[Model], kept: Model) -> None:
    """Two coordinations in progress are refused before (`merge.refuse_two_coordinations`)."""
    changes.move(relation, list(rows), kept)


def _keep_holds(changes: MergeWriter, relation: Relation, rows: Iterable[LegalHold], kept: Household) -> None:
    """One hold stands for a household: where both have theirs, the absorbed one’s waits where it is, until the other is
    lifted (`retention.holds`)."""
    is_held = LegalHold.objects.standing().filter(household=kept).exists()
    changes.move(relation, [row for row in rows if row.lifted_at or not is_held], kept)


def _keep_restrictions(
    changes: MergeWriter, relation: Relation, rows: Iterable[ProcessingRestriction], kept: Household
) -> None:
    """One stands for a household: where both have theirs, the absorbed one’s counts where it is (`restrictions.is_restricted`)."""
    is_restricted = ProcessingRestriction.objects.standing().filter(household=kept).exists()
    changes.move(relation, [row for row in rows if row.ended_at or not is_restricted], kept)


def _keep_once(column: str) -> Collision:
    """Rows of which the kept record has one already, by this column, go: what it says stands."""

    def keep(changes: MergeWriter, relation: Relation, rows: Iterable[Any], kept: Any) -> None:
        there = set(relation.rows_pointing_to(kept).values_list(column, flat=True))
        rows = list(rows)
        for row in rows:
            if getattr(row, column) in there:
                changes.take_away(row)
        changes.move(relation, [row for row in rows if getattr(row, column) not in there], kept)

    return keep


SAID_OF_A_DEPARTURE = ("ground", "left_on", "event_on", "replaced_on", "structure", "recorded_by")


def _keep_departures(changes: MergeWriter, relation: Relation, rows: Iterable[Any], kept: Any) -> None:
    """One leaves a lease once. Violence that is noted on either record is kept: what protects her hangs on it."""
    there: Iterable[Any] = relation.rows_pointing_to(kept)
    known = {each.tenancy_id: each for each in there}
    rows = list(rows)
    for row in rows:
        twin: Any = known.get(row.tenancy_id)
        if twin and row.ground == LeaseDeparture.Ground.VIOLENCE != twin.ground:
            changes.update(twin, **{name: getattr(row, name) for name in SAID_OF_A_DEPARTURE})
    _keep_once("tenancy_id")(changes, relation, rows, kept)


COLLISIONS: dict[Relation, Collision] = {
    Relation("cases.case", "beneficiary"): _open_once,
    Relation("cases.coordination", "beneficiary"): _merge_periods,
    Relation("cases.referent", "beneficiary"): _merge_periods,
    Relation("cases.householdmember", "beneficiary"): _merge_members,
    Relation("cases.householdmember", "household"): _merge_members,
    Relation("cases.householdfact", "household"): _merge_facts,
    Relation("cases.diagnosticperson", "beneficiary"): _merge_diagnosed_people,
    Relation("cases.leasedeparture", "beneficiary"): _keep_departures,
    Relation("cases.leaseshare", "beneficiary"): _keep_once("tenancy_id"),
    Relation("cases.legalhold", "household"): _keep_holds,
    # Once in a run: asked again when its turn comes, it is archived with those that became it.
    Relation("cases.retentionitem", "household"): _keep_once("run_id"),
    Relation("cases.processingrestriction", "household"): _keep_restrictions,
    Relation("cases.distinctpeople", "one"): _merge_distinctions,
    Relation("cases.distinctpeople", "other"): _merge_distinctions,
}
"""Relations under a unique constraint, each with what happens when both records have a row. A test compares."""
