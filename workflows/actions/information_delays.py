"""Cases that a structure took in charge without the delay to inform the person: a daily check starts it, from its true day.

An edition that counts it from another fact, published while an answer was awaited, left some without any.
"""

import logging
from datetime import datetime, time

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils.timezone import localdate, make_aware

from cases.actions import deadlines
from cases.actions.territory_editions import editions_by_territory
from cases.locks import lock_case
from cases.models import Case, Deadline, DeadlineRule, Edition, InformationGiven, JournalEntry
from cases.refusals import Busy
from workflows.models import CaseTask

log = logging.getLogger(__name__)
PAGE = 500
INFORMED = "person_informed"
RECEIVED, ACCEPTED = "data_received", "accepted"
"""The facts from which editions count it: one of the two."""


def find_uncounted_cases(*, at: datetime) -> QuerySet[Case]:
    """Open cases that the structure in charge accepted, whose person is not informed, where no such delay ever ran; in the
    territories whose edition in force counts one, once an edition counted it so. What was accepted before was counted, or
    not, by the rules of its day."""
    in_time = Q(pk__in=[])
    for territory, since in _counted_since(at=at).items():
        in_time |= Q(case__territory=territory, happened_at__gte=since)
    charged = JournalEntry.objects.filter(
        in_time, kind="step.accepted", case=OuterRef("pk"), structure=OuterRef("responsible_structure")
    )
    ran = Deadline.objects.filter(case=OuterRef("pk"), rule__condition__until__contains=INFORMED)
    informed = InformationGiven.objects.filter(case=OuterRef("pk"))
    return Case.objects.filter(
        Exists(charged),
        ~Exists(ran),
        ~Exists(informed),
        closed_on=None,
    )


def _counted_since(*, at: datetime) -> dict[str, datetime]:
    """Territory → since when editions count the delay from the fact from which the one in force does."""
    counting = DeadlineRule.objects.filter(
        start__in=(RECEIVED, ACCEPTED),
        condition__until__contains=INFORMED,
        edition__state=Edition.State.PUBLISHED,
        edition__catalogue=Edition.Catalogue.DEADLINES,
    )
    found = {}
    for territory, edition in editions_by_territory(Edition.Catalogue.DEADLINES, on=localdate(at)).items():
        facts = counting.filter(edition=edition).values("start")
        alike = counting.filter(edition__territory=territory, start__in=facts)
        first = alike.aggregate(first=Min("edition__effective_on"))["first"]
        if first:
            found[territory] = make_aware(datetime.combine(first, time.min))
    return found


def start_lost_delays(*, at: datetime) -> int:
    """Start each from the day on which the structure received the case, by the edition of today. Run every day; returns how
    many."""
    started = last = 0
    found = find_uncounted_cases(at=at).order_by("pk")
    while page := list(found.filter(pk__gt=last)[:PAGE]):
        for case in page:
            try:
                started += bool(_start_delay(case, at=at))
            except Busy:  # somebody acts on it: the next day starts it
                log.warning("the delay to inform of case %s could not be started", case.pk)
        last = page[-1].pk
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
