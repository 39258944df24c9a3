"""People whom a structure follows although it names nobody: the daily check says their place vacant."""

import logging
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from cases.actions import referents
from cases.actions.new_places import has_place, is_opposed, is_restricted
from cases.models import Beneficiary, Case, CaseKind, HouseholdMember, JournalEntry, Referent, Vacancy
from cases.refusals import Busy

log = logging.getLogger(__name__)
LIMIT = 500


def find_silent_cases() -> QuerySet[Case]:
    """Open cases that a structure which names référents took in charge, without one for the person whose home it is.

    Neither in place nor asked, no vacancy said, and nobody decided that none is needed. A structure that may not begin to
    follow her is not looked at (`new_places`).
    """
    living = HouseholdMember.objects.filter(household=OuterRef("household"), until=None, position="holder")
    cases = Case.objects.exclude(kind=CaseKind.COORDINATION).filter(
        closed_on=None, responsible_structure__names_referents=True
    )
    since = Q(structure__names_referents_since=None) | Q(happened_at__date__gte=F("structure__names_referents_since"))
    place = {"structure": OuterRef("responsible_structure")}
    charged = JournalEntry.objects.filter(since, **place, kind="step.accepted", case=OuterRef("pk"))
    named = Q(state__in=[Referent.State.PROPOSED, *Referent.HOLDING]) | ~Q(without_successor="")
    known = Referent.objects.filter(named, **place, beneficiary=OuterRef("holder"))
    said = Q(closed_on=None) | Q(outcome=Vacancy.Outcome.NOT_NEEDED)
    vacant = Vacancy.objects.filter(said, **place, case__beneficiary=OuterRef("holder"))
    return cases.annotate(holder=Subquery(living.values("beneficiary")[:1])).filter(
        Exists(charged),
        ~Exists(known),
        ~Exists(vacant),
        has_place("holder", OuterRef("responsible_structure")) | ~(is_restricted("holder") | is_opposed("holder")),
        holder__isnull=False,
    )


def say_vacant(*, at: datetime) -> int:
    """Say what is silent, so that its desk looks for somebody. Run every day; returns how many places."""
    said = 0
    found = find_silent_cases().select_related("responsible_structure").order_by("pk")
    for case in found[:LIMIT]:
        person = Beneficiary.objects.get(pk=case.holder)  # type: ignore[attr-defined]
        try:
            referents.say_vacant(beneficiary=person, structure=case.responsible_structure, by=None, at=at)
            said += 1
        except (referents.CannotFollow, Busy):  # merged meanwhile, or somebody acts on it: the next day says it
            log.warning("the place of case %s could not be said vacant", case.pk)
    if said:
        log.warning("%s places of référents were silently vacant", said)
    return said
