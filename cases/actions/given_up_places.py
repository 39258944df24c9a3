"""A structure no longer follows a person: its place is closed for good, and what it answered for goes to another one."""

from datetime import datetime

from django.utils.timezone import localdate

from cases import journal
from cases.actions import case as cases, coordination, sharing
from cases.actions.coordination import PLACES
from cases.actions.place_delays import acts_no_more
from cases.actions.places import close_referent, end_overlap, in_place, record_in_journal
from cases.actions.vacancies import close_vacancy
from cases.models import Case, CaseOutcome, JournalEntry, Participation, Referent, Structure, User, Vacancy


def leave_opposed_place(
    *, case: Case, structure: Structure, by: User | None, at: datetime, cause: JournalEntry | None
) -> None:
    """The person opposed that this structure sees her: its référent ends, and nobody succeeds him there."""
    held = in_place(case, structure)
    user = held.user_id if held else None
    entry = journal.record("place.opposed", at=at, case=case, by=by, structure=structure, cause=cause, user=user)
    if held:
        because = "opposition de la personne au partage"
        close_referent(held, Referent.End.REFUSAL, because=because, by=by, at=at, cause=entry)
    give_up(case, structure, by=by, at=at, cause=entry)


def take_back_place(case: Case, structure: Structure, *, by: User | None, at: datetime, cause: JournalEntry) -> None:
    """The act by which the structure had begun to follow the person was a mistake: whoever was proposed or had accepted in it
    is so no more, and nobody is looked for. The caller has locked the case, and knows that nothing came since."""
    named = Referent.objects.current().filter(case=case, structure=structure)
    for referent in named.select_related("user", "structure"):
        referent.case = case
        referent.state, referent.since, referent.answered_at = Referent.State.WITHDRAWN, None, at
        referent.save(update_fields=["state", "since", "answered_at"])
        acts_no_more(referent, at=at)
        entry = record_in_journal("referent.withdrawn", referent, by=by, at=at, cause=cause)
        cases.release_professional(case=case, structure=structure, user=referent.user, at=at, by=by, cause=entry)
    give_up(case, structure, by=by, at=at, cause=cause)


def give_up(case: Case, structure: Structure, *, by: User | None, at: datetime, cause: JournalEntry) -> None:
    """The structure leaves the coordination; the last one closes it, and what it answered for goes to another one. Who
    coordinates is settled after it."""
    for waiting in Referent.objects.proposed().filter(case=case, structure=structure).select_related("structure"):
        waiting.state, waiting.answered_at = Referent.State.WITHDRAWN, at
        waiting.save(update_fields=["state", "answered_at"])
        record_in_journal("referent.withdrawn", waiting, by=by, at=at, cause=cause)
    close_vacancy(case, structure, outcome=Vacancy.Outcome.NOT_NEEDED, by=by, at=at, cause=cause)
    end_overlap(case, structure, on=localdate(at))
    others = Participation.objects.filter(case=case, until=None, part__in=PLACES).exclude(structure=structure)
    other = others.select_related("structure").order_by("pk").first()
    if other is None:
        cases.close_case(case=case, outcome=CaseOutcome.FOLLOW_UP_ENDED, at=at, by=by, cause=cause)
    elif case.responsible_structure_id == structure.pk:
        level = other.level
        cases.make_responsible(case=case, structure=other.structure, at=at, by=by, cause=cause)
        sharing.take_part(
            case=case, structure=other.structure, part=Participation.Part.LEAD, level=level, at=at, by=by, cause=cause
        )
    else:
        cases.release_all(case=case, structure=structure, at=at, by=by, cause=cause)
        sharing.end_sharing(case=case, structure=structure, at=at, by=by, cause=cause)
    case.refresh_from_db()
    coordination.update_coordination(case, by=by, at=at, cause=cause)
