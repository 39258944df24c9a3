"""A request made by word of mouth, or what an agent promised, is kept as a declared fact: it proves nothing.

A rectification may be asked orally (CSS L133-4-1): it has a fact of its own, of which the standing of the line says what it is worth.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions import milestones
from cases.actions.rules_in_force import edition_in_force
from cases.models import DebtLine, Edition, Milestone, Spoken, Structure, User

REQUEST, PROMISE = "oral_request", "oral_promise"
RECTIFICATION = "oral_rectification"
KINDS = (REQUEST, PROMISE, RECTIFICATION)
ABOUT_RECTIFICATION = "rectification"
"""The option of a line that is asked for."""


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
    if kind == REQUEST and about == ABOUT_RECTIFICATION and _has_words(line, at=at):
        kind = RECTIFICATION
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


def _has_words(line: DebtLine, *, at: datetime) -> bool:
    """Does the edition in force know that fact? One from before it calls it a request, as all others."""
    territory = line.notice.case.territory
    edition = edition_in_force(Edition.Catalogue.DEADLINES, on=localdate(at), territory=territory)
    return edition is not None and RECTIFICATION in edition.parameters["milestones"]
