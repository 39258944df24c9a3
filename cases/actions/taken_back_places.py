"""The places of référents that an act had given, when the act was a mistake."""

from datetime import datetime

from django.db import transaction

from cases.actions import coordination
from cases.actions.case import release_professional
from cases.actions.given_up_places import give_up
from cases.actions.place_delays import acts_no_more
from cases.actions.places import record_in_journal
from cases.models import Case, JournalEntry, Referent, Structure, User


@transaction.atomic
def take_back_place(*, case: Case, structure: Structure, by: User | None, at: datetime, cause: JournalEntry) -> None:
    """The act by which the structure had begun to follow the person was a mistake: whoever was proposed or had accepted in it
    is so no more, and nobody is looked for. The caller has locked the case, and knows that nothing came since."""
    for referent in (
        Referent.objects.current().filter(case=case, structure=structure).select_related("user", "structure")
    ):
        referent.case = case
        referent.state, referent.since, referent.answered_at = Referent.State.WITHDRAWN, None, at
        referent.save(update_fields=["state", "since", "answered_at"])
        acts_no_more(referent, at=at)
        entry = record_in_journal("referent.withdrawn", referent, by=by, at=at, cause=cause)
        release_professional(case=case, structure=structure, user=referent.user, at=at, by=by, cause=entry)
    give_up(case, structure, by=by, at=at, cause=cause)
    case.refresh_from_db()
    coordination.update_coordination(case, by=by, at=at, cause=cause)
