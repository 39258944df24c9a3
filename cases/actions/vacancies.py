"""Places that nobody holds: said to be vacant, with a delay that runs from the first day until somebody accepts.

The delay is the place’s, whatever step waits.
"""

from datetime import datetime

from django.utils.timezone import localdate

from cases import journal
from cases.actions import deadlines, sharing
from cases.models import LOOK_AT_ONCE, Case, Deadline, JournalEntry, Structure, User, Vacancy
from cases.models.deadlines import DeadlineQuerySet

VACANT, COORDINATION_VACANT = "place_vacant", "coordination_vacant"
"""The facts from which the delays of a place count."""


def open_vacancy(
    case: Case, structure: Structure | None, *, by: User | None, at: datetime, cause: JournalEntry | None
) -> Vacancy:
    """Say that nobody holds a place: of a structure, or the coordinator’s. Once; its delay runs from then on."""
    found: Vacancy | None = (
        Vacancy.objects.open()
        .filter(case=case, structure=structure)
        .select_related("structure", "case__responsible_structure")
        .first()
    )
    if found:
        _change_desk(found)
        return found
    vacancy = Vacancy.objects.create(case=case, structure=structure, since=localdate(at))
    start_delay(vacancy)
    journal.record("place.vacant", at=at, case=case, by=by, structure=structure, cause=cause, vacancy=vacancy.pk)
    return vacancy


def close_vacancy(
    case: Case, structure: Structure | None, *, outcome: str, by: User | None, at: datetime, cause: JournalEntry | None
) -> None:
    """The place is filled: its delay is met; or it is no longer to be."""
    end = deadlines.meet if outcome == Vacancy.Outcome.FILLED else deadlines.cancel
    for vacancy in Vacancy.objects.open().filter(case=case, structure=structure):
        vacancy.closed_on, vacancy.outcome = localdate(at), outcome
        vacancy.save(update_fields=["closed_on", "outcome"])
        end(of_vacancy(vacancy).waiting(), at=at)
        journal.record(
            "place.filled",
            at=at,
            case=case,
            by=by,
            structure=structure,
            cause=cause,
            vacancy=vacancy.pk,
            outcome=outcome,
        )
    sharing.end_lent_cards(case, by=by, at=at, cause=cause)


def fact_of(vacancy: Vacancy) -> str:
    return VACANT if vacancy.structure_id else COORDINATION_VACANT


def desk_of(vacancy: Vacancy) -> Structure:
    """Who looks for somebody: the structure whose place it is; for a coordinator, the one that answers for the case."""
    return vacancy.structure or vacancy.case.responsible_structure


def of_vacancy(vacancy: Vacancy) -> DeadlineQuerySet:
    """The delays that this vacancy began: they run, or were missed."""
    open_states = [*Deadline.WAITING, Deadline.State.MISSED]
    found = Deadline.objects.filter(
        case=vacancy.case_id, rule__start=fact_of(vacancy), started_on=vacancy.since, state__in=open_states
    )
    return found.filter(structure=vacancy.structure_id) if vacancy.structure_id else found


def start_delay(vacancy: Vacancy) -> None:
    structure = desk_of(vacancy)
    deadlines.start(case=vacancy.case, fact=fact_of(vacancy), on=vacancy.since, structure=structure, context={})


def _change_desk(vacancy: Vacancy) -> None:
    """Another structure may have come to answer for the case: it looks for somebody from now on."""
    desk = desk_of(vacancy)
    of_vacancy(vacancy).waiting().exclude(structure=desk).update(structure=desk, remind_on=LOOK_AT_ONCE)
