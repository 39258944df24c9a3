"""What follows from a request of restriction: her household’s file is kept and read, and goes no further until it ends."""

from datetime import datetime

from django.db import transaction

from cases.actions.restrictions import put_restriction
from cases.models import Structure, SubjectRequest, User
from workflows.actions.subject_acts import answer_granted, case_of


@transaction.atomic
def restrict(
    *, request: SubjectRequest, ground: str, structure: Structure, channel: str, by: User, at: datetime
) -> SubjectRequest:
    """It is put, and the request answered. Refuses as `put_restriction` does."""
    case = case_of(request, SubjectRequest.Kind.RESTRICTION)
    put_restriction(case=case, request=request, ground=ground, structure=structure, by=by, at=at)
    return answer_granted(request=request, structure=structure, channel=channel, by=by, at=at)
