"""A professional says what became of a household after its case closed."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import permissions
from cases.actions.later import CannotTellLater, tell_later
from cases.locks import lock_case
from cases.models import Case, LaterAnswer, User
from cases.refusals import NotAllowed
from cases.rules.later import LaterNews
from workflows.queries.later import may_be_asked


@transaction.atomic
def answer_later(
    *, case: Case, months: int, news: LaterNews, known_on: date | None, by: User, at: datetime
) -> LaterAnswer:
    """`known_on`: that day, unless another is said. Refuses (`NotAllowed`) who does not see the case, or does not follow those
    of its structure; a household of which nobody is asked; and as `tell_later` does."""
    lock_case(case.pk)
    case.refresh_from_db(fields=["closed_on", "outcome", "responsible_structure", "household"])
    on = localdate(at)
    follows = permissions.has_right(by, "handle_case", case.responsible_structure_id, at=on)
    if not follows or not permissions.can_view(by, case, at=on):
        raise NotAllowed
    if case.closed_on and not may_be_asked(case):
        raise CannotTellLater("Rien n’est demandé sur ce ménage après la clôture : rien n’est enregistré.")
    return tell_later(
        case=case,
        months=months,
        news=news,
        known_on=known_on or on,
        structure=case.responsible_structure,
        by=by,
        at=at,
    )
