"""What the data protection officer of the CAF finds: requests of persons in her register, and who opened which case."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.timezone import localdate

from cases.actions import subject_requests
from cases.models import CLAIMANT_KINDS, AccessEntry, Assignment, Case, JournalEntry, Membership, Participation, Role
from demo.around import case_of
from demo.cast import Cast
from demo.life import Story, working_days

REMEMBERED = timedelta(days=120)
MANY = 12
"""Cases that a manager opened in one day, to share out a colleague’s work."""
Right = AccessEntry.Right
PAGES = {
    "letter": AccessEntry.Kind.LETTERS,
    "document": AccessEntry.Kind.DOCUMENTS,
    "diagnosis": AccessEntry.Kind.DIAGNOSIS,
}
"""What one opens to act, by the first word of the act."""


def stories(cast: Cast, today: date) -> Iterator[Story]:
    yield answered_in_time(cast, today)
    yield given_more_time(cast, today)
    yield just_received(cast, today)


def answered_in_time(cast: Cast, today: date) -> Story:
    at = yield working_days(today, -45, hour=9)
    asked = _record(cast, at, number=11, kind="access", channel="post")
    at = yield working_days(today, -31, hour=15)
    subject_requests.answer(
        request=asked, outcome="partly", ground="third_party", channel="post", answered_on=at.date(), **_by(cast, at)
    )


def given_more_time(cast: Cast, today: date) -> Story:
    at = yield working_days(today, -26, hour=10)
    asked = _record(cast, at, number=12, kind="erasure", channel="email")
    at = yield working_days(today, -12, hour=11)
    subject_requests.extend(request=asked, reason="complex", told_on=at.date(), **_by(cast, at))


def just_received(cast: Cast, today: date) -> Story:
    """About a case of the CAF: who has read it?"""
    at = yield working_days(today, -4, hour=9, minute=40)
    _record(cast, at, number=13, kind="access", channel="desk", case=case_of("Ferreira Nogueira"))


def _record(cast: Cast, at: datetime, *, number: int, case: Case | None = None, **asked: Any) -> Any:
    organisation = cast.structures["caf-91-pilotage"].organisation
    reference = f"DPO-{at.year}-{number:03}"
    return subject_requests.record(
        organisation=organisation, reference=reference, received_on=at.date(), case=case, **asked, **_by(cast, at)
    )


def _by(cast: Cast, at: datetime) -> dict[str, Any]:
    return {"structure": cast.structures["caf-91-pilotage"], "by": cast.people["Weber"], "at": at}


def note_readings(cast: Cast, *, at: datetime) -> None:
    """Whoever acted on a case had opened it that day; a manager opened many."""
    places = {
        place.user_id: place.structure_id
        for place in Membership.objects.exclude(structure__kind__in=CLAIMANT_KINDS).exclude(role=Role.CORRESPONDENT)
    }
    assigned = set(Assignment.objects.values_list("user", "case"))
    acts = JournalEntry.objects.filter(case__isnull=False, actor__in=places, happened_at__gte=at - REMEMBERED)
    found = [_reading(act, places=places, assigned=assigned) for act in acts.order_by("happened_at", "pk")]
    found += _of_a_manager(cast, on=localdate(working_days(at, -1)))
    AccessEntry.objects.bulk_create(found)


def _reading(act: Any, *, places: dict[int, int], assigned: set[tuple[int, int]]) -> AccessEntry:
    return AccessEntry(
        user_id=act.actor_id,
        case_id=act.case_id,
        structure_id=places[act.actor_id],
        kind=PAGES.get(act.kind.partition(".")[0], AccessEntry.Kind.CASE),
        page="case",
        right=Right.ASSIGNMENT if (act.actor_id, act.case_id) in assigned else Right.MANAGER,
        day=localdate(act.happened_at),
        at=act.happened_at,
    )


def _of_a_manager(cast: Cast, *, on: date) -> list[AccessEntry]:
    service, manager = cast.structures["caf-91"], cast.people["Auger"]
    parts = Participation.objects.active(on).filter(structure=service, is_open=True).order_by("pk")
    first_at = working_days(on, 0, hour=14)
    return [
        AccessEntry(
            user=manager, case_id=part.case_id, structure=service, kind=AccessEntry.Kind.CASE, page="case",
            day=on, at=first_at + timedelta(minutes=2 * number), right=Right.MANAGER,
        )
        for number, part in enumerate(parts[:MANY])
    ]  # fmt: skip
