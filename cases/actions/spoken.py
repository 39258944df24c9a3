"""A request made by word of mouth, or what an agent promised, is kept as a declared fact: it proves nothing."""

from datetime import date, datetime

from django.db import transaction

from cases.actions import milestones
from cases.models import DebtLine, Milestone, Spoken, Structure, User

REQUEST, PROMISE = "oral_request", "oral_promise"
KINDS = (REQUEST, PROMISE)


@transaction.atomic
def record_oral_exchange(
    *,
    line: DebtLine,
    kind: str,
    on: date,
    channel: str,
    speaker: str,
    agent: str,
    about: str,
    words: str,
    structure: Structure,
    by: User,
    at: datetime,
) -> Spoken:
    """Keep it, however often it happens. The same words of the same day are kept once."""
    said = {"channel": channel, "speaker": speaker, "agent": agent, "about": about, "words": words}
    same = Spoken.objects.filter(
        milestone__debt=line.debt, milestone__kind=kind, milestone__happened_on=on, milestone__voided_at=None, **said
    )
    if known := same.first():
        return known
    milestone = Milestone.objects.create(
        case=line.notice.case, debt=line.debt, kind=kind, happened_on=on, known=Milestone.Known.DECLARED
    )
    milestones.record_in_journal(milestone, structure=structure, by=by, at=at)
    return Spoken.objects.create(milestone=milestone, by=by, **said)
