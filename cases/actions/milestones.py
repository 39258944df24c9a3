"""Dated facts are kept, corrected, and taken back when they were a mistake. What follows from them is `workflows`’."""

from datetime import date, datetime

from django.db import transaction

from cases import journal
from cases.models import Case, Deadline, Debt, JournalEntry, Milestone, Structure, User


@transaction.atomic
def save_milestone(
    *,
    case: Case,
    kind: str,
    happened_on: date,
    debt: Debt | None = None,
    known: str = Milestone.Known.DECLARED,
    term: date | None = None,
    is_another: bool = False,
    structure: Structure | None = None,
    by: User | None = None,
    at: datetime,
    cause: JournalEntry | None = None,
) -> tuple[Milestone, JournalEntry | None]:
    """Keep a dated fact, of the whole case or of one `debt`; another date for the same fact corrects it, and the former
    stays in history, unless it happened once more (`is_another`): then both stand. `term`: until when it holds, where its
    letter says so.

    Returns the fact and its line of the journal; none when nothing is new.
    """
    if debt and debt.household_id != case.household_id:
        raise ValueError("a debt of another household has no fact in this case")
    current = current_milestone(case, kind, debt=debt)
    if current and current.happened_on != happened_on and (same := find_of_day(case, kind, happened_on, debt=debt)):
        current, is_another = same, False  # one of several days that stand
    if current and (current.happened_on, current.known, current.term) == (happened_on, known, term):
        return current, None
    current = None if is_another else current
    milestone = Milestone.objects.create(
        case=case, debt=debt, kind=kind, happened_on=happened_on, known=known, term=term
    )
    if current:
        current.replaced_by = milestone
        current.save(update_fields=["replaced_by"])
    return milestone, record_in_journal(milestone, corrects=current, structure=structure, by=by, at=at, cause=cause)


def find_of_day(case: Case, kind: str, day: date, *, debt: Debt | None) -> Milestone | None:
    """The fact as it stands noted on that day, whatever other days of it are."""
    return Milestone.objects.filter(case=case, kind=kind, debt=debt, happened_on=day, replaced_by=None).first()


def record_in_journal(
    milestone: Milestone,
    *,
    corrects: Milestone | None = None,
    structure: Structure | None,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None = None,
) -> JournalEntry:
    """The line of a fact that was just kept, inside its act."""
    return journal.record(
        "milestone.recorded",
        at=at,
        case=milestone.case,
        by=by,
        structure=structure,
        cause=cause,
        milestone=milestone.pk,
        code=milestone.kind,
        corrects=corrects.pk if corrects else None,
    )


@transaction.atomic
def take_back(
    *,
    milestone: Milestone,
    structure: Structure | None,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None = None,
) -> JournalEntry:
    """The fact did not happen, or will not: it counts no more, and stays in history."""
    milestone.voided_at = at
    milestone.save(update_fields=["voided_at"])
    return journal.record(
        "milestone.withdrawn",
        at=at,
        case=milestone.case,
        by=by,
        structure=structure,
        cause=cause,
        milestone=milestone.pk,
        code=milestone.kind,
    )


def current_milestone(case: Case, kind: str, *, debt: Debt | None = None) -> Milestone | None:
    """The fact as it is known of the whole case, or of one `debt`; the last one, if it happened several times."""
    standing = Milestone.objects.filter(case=case, debt=debt, kind=kind, replaced_by=None)
    found: Milestone | None = standing.select_related("case", "debt").order_by("-happened_on", "-pk").first()
    return found


def find_fact_of_silence(deadline: Deadline) -> Milestone | None:
    """What silence gave birth to when nobody answered this delay, if it stands."""
    kind = deadline.rule.silence
    implied = current_milestone(deadline.case, kind, debt=deadline.debt) if kind else None
    if implied is None or implied.known != Milestone.Known.IMPLIED or implied.happened_on < deadline.started_on:
        return None
    return implied
