"""The notification centre: what a person was told, in words addressed to him, and where it leads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.timezone import is_naive

from cases import permissions
from cases.models import Beneficiary, Case, User
from cases.queries import holders
from notifications.models import Notice

PAGE_SIZE = 30

WORDS = {
    "step.routed": "Une situation est orientée vers votre structure",
    "step.declined": "{structure} a décliné l’orientation",
    "step.unanswered": "{structure} n’a pas répondu à l’orientation dans le délai",
    "step.arbitrated": "Le pilote a arbitré",
    "task.escalated": "Votre structure n’a pas répondu à l’orientation : répondre, ou confier la tâche",
    "task.given": "{who} vous a confié une tâche",
    "professional.assigned": "{who} vous a confié la situation",
    "professional.released": "Vous n’êtes plus responsable de cette situation",
    "plan.proposed": "Un plan d’apurement attend votre réponse",
    "plan.answered": "Le bailleur a répondu au plan d’apurement",
    "debt.cleared": "La dette est soldée : clore la situation, ou la garder ouverte",
    "deadline.missed": "Une échéance est dépassée",
    "case.reopened": "La situation est rouverte",
}
"""For every kind that has an audience. What a landlord may receive names nobody."""


@dataclass(frozen=True, kw_only=True)
class Line:
    notice: Notice
    words: str
    person: str
    reference: str
    url: str
    """Empty when the reader no longer sees the case: then nothing is said of it either."""

    @property
    def is_unread(self) -> bool:
        return self.notice.read_at is None


def notices_of(user: User) -> QuerySet[Notice]:
    return Notice.objects.filter(user=user)


def unread(user: User) -> QuerySet[Notice]:
    return notices_of(user).filter(read_at=None)


def page(user: User, *, after: str = "") -> list[Notice]:
    """A page and one notice more, newest first."""
    found = _after(notices_of(user), after)
    related = ("entry__actor", "entry__structure", "case__tenancy")
    return list(found.select_related(*related).order_by("-created_at", "-pk")[: PAGE_SIZE + 1])


def position(notice: Notice) -> str:
    """Where a page ends, for an address."""
    return f"{notice.created_at.isoformat()}_{notice.pk}"


def _after(notices: QuerySet[Notice], place: str) -> QuerySet[Notice]:
    """What follows a position of the list; all of it when there is none that can be read."""
    moment, _, pk = place.rpartition("_")
    try:
        told_at, last = datetime.fromisoformat(moment), int(pk)
    except ValueError:
        return notices
    if is_naive(told_at):
        return notices
    return notices.filter(Q(created_at__lt=told_at) | Q(created_at=told_at, pk__lt=last))


def lines(notices: Sequence[Notice], *, reader: User, today: date) -> list[Line]:
    """Three queries, however many notices."""
    cases = [notice.case for notice in notices if notice.case]
    pages = pages_of(cases, reader=reader, today=today)
    people = holders(case.household_id for case in cases if case.pk in pages)
    return [_line(notice, pages, people) for notice in notices]


def pages_of(cases: Sequence[Case], *, reader: User, today: date) -> dict[int, str]:
    """Case → the page on which its reader may follow it: the case’s, or a landlord’s report. None when he sees neither."""
    ids = [case.pk for case in cases]
    visible = permissions.visible_cases(reader, at=today).filter(pk__in=ids)
    found = {pk: reverse("case", args=[public_id]) for pk, public_id in visible.values_list("pk", "public_id")}
    unseen = set(ids) - set(found)
    return found | _reports_of(unseen, reader=reader, today=today) if unseen else found


def _reports_of(case_ids: Iterable[int], *, reader: User, today: date) -> dict[int, str]:
    """For whom the dwelling is his own; a professional whose structure only reported the case has no page of it."""
    mine = permissions.rights(reader, at=today).get("report_arrears", ())
    reports = permissions.visible_reports(reader, at=today).filter(
        Q(tenancy__landlord__in=mine) | Q(tenancy__manager__in=mine), case__in=case_ids
    )
    rows = reports.order_by("pk").values_list("case_id", "public_id")
    return {case: reverse("report_detail", args=[report]) for case, report in rows}


def _line(notice: Notice, pages: dict[int, str], people: dict[int, Beneficiary]) -> Line:
    entry, case = notice.entry, notice.case
    url = pages.get(case.pk, "") if case else ""
    person = people.get(case.household_id) if case and url else None
    return Line(
        notice=notice,
        words=WORDS[entry.kind].format(who=entry.actor or "Relais", structure=entry.structure or "La structure"),
        person=person.full_name if person else "",
        reference=case.reference if case and url else "",
        url=url,
    )
