"""A measure is followed: its state, and what this state makes of the case — a dated fact, a movement of the debt."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions import ledger, measures
from cases.models import Case, JournalEntry, Measure, Milestone, User
from workflows.actions import milestones
from workflows.actions.ledger import go_on_without_amendment, refuse_unless_followed


@transaction.atomic
def follow_measure(
    *,
    case: Case,
    measure: Measure,
    to: str,
    on: date,
    details: Mapping[str, object],
    by: User,
    at: datetime,
    paid: Decimal | None = None,
) -> JournalEntry | None:
    """Bring a measure to a state. A state that the deadlines count from is recorded as a dated fact; one that pays,
    as a movement of the debt of what was `paid`.

    Refuses (`NotAllowed`) who does not follow the case, and as `measures.follow_measure` and `ledger.record_movement`.
    """
    refuse_unless_followed(case, by=by, at=at)
    before, structure = measure.state, case.responsible_structure
    entry = measures.follow_measure(measure=measure, to=to, on=on, details=details, structure=structure, by=by, at=at)
    measure.refresh_from_db()
    if entry is None or measure.state == before:
        return entry
    rules = measure.state_rules
    # An edition from before a fact has no words for it: its pilot has not published the release’s corrections yet.
    known = milestones.words_of_milestones(case, on=localdate(at)) if rules.milestone else {}
    for kind in (each for each in (rules.milestone, rules.also) if each in known):
        milestones.record(
            case=case,
            kind=kind,
            happened_on=on,
            known=Milestone.Known.DECLARED,
            is_before_lease=True,
            by=by,
            at=at,
            cause=entry,
        )
    if measure.state_rules.pays and paid and case.tenancy:
        ledger.record_movement(
            case=case,
            debt=case.tenancy.debt,
            kind=measure.state_rules.pays,
            amount=paid,
            on=on,
            structure=structure,
            by=by,
            at=at,
            cause=entry,
        )
        go_on_without_amendment(case, by=by, at=at)
    return entry


@transaction.atomic
def take_back(*, case: Case, measure: Measure, by: User, at: datetime) -> JournalEntry:
    """The last state was a mistake. What it recorded beside (a fact, a movement) is corrected at its own place."""
    refuse_unless_followed(case, by=by, at=at)
    return measures.take_back(measure=measure, structure=case.responsible_structure, by=by, at=at)
