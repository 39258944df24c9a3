"""Cases that a structure took in charge without the delay to inform the person: a daily check starts it, from its true day.

An edition that counts it from another fact, published while an answer was awaited, left some without any.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate

from cases.actions import deadlines
from cases.actions.territory_editions import editions_by_territory
from cases.locks import lock_case
from cases.models import Case, Deadline, DeadlineRule, Edition, InformationGiven, JournalEntry
from cases.refusals import Busy
from workflows.models import CaseTask

log = logging.getLogger(__name__)
LIMIT = 500
INFORMED = "person_informed"
RECEIVED, ACCEPTED = "data_received", "accepted"
"""The facts from which editions count it: one of the two."""


def find_uncounted_cases(*, at: datetime) -> QuerySet[Case]:
    """Open cases that the structure in charge accepted, whose person is not informed, where no such delay ever ran; in the
    territories whose edition in force counts one."""
    editions = editions_by_territory(Edition.Catalogue.DEADLINES, on=localdate(at))
    counted = DeadlineRule.objects.filter(
        edition__in=editions.values(), start__in=(RECEIVED, ACCEPTED), condition__until__contains=INFORMED
    )
    charged = JournalEntry.objects.filter(
        kind="step.accepted", case=OuterRef("pk"), structure=OuterRef("responsible_structure")
    )
    ran = Deadline.objects.filter(case=OuterRef("pk"), rule__condition__until__contains=INFORMED)
    informed = InformationGiven.objects.filter(case=OuterRef("pk"))
    return Case.objects.filter(
        Exists(charged),
        ~Exists(ran),
        ~Exists(informed),
        closed_on=None,
        territory__in=counted.values("edition__territory"),
    )


def start_lost_delays(*, at: datetime) -> int:
    """Start each from the day on which the structure received the case, by the edition of today. Run every day; returns how
    many."""
    started = 0
    for case in find_uncounted_cases(at=at).order_by("pk")[:LIMIT]:
        try:
            started += bool(_start_delay(case, at=at))
        except Busy:  # somebody acts on it: the next day starts it
            log.warning("the delay to inform of case %s could not be started", case.pk)
    if started:
        log.warning("%s delays to inform a person were lost, and run again", started)
    return started


def _start_delay(case: Case, *, at: datetime) -> list[Deadline]:
    with transaction.atomic():
        case = lock_case(case.pk)
        if not find_uncounted_cases(at=at).filter(pk=case.pk).exists():
            return []
        structure = case.responsible_structure
        charged = JournalEntry.objects.filter(kind="step.accepted", case=case, structure=structure)
        accepted = charged.latest("happened_at", "pk").happened_at
        asked = CaseTask.objects.filter(case=case, node="answer", structure=structure).order_by("-created").first()
        days = {ACCEPTED: accepted, RECEIVED: min(asked.created, accepted) if asked else accepted}
        return [
            deadline
            for fact, day in days.items()
            for deadline in deadlines.start(
                case=case,
                fact=fact,
                on=localdate(day),
                structure=structure,
                context=deadlines.known_of(case, None),
                rules_of=localdate(at),
                condition__until__contains=INFORMED,
            )
        ]
