"""Many things told in one e-mail, of a morning or of one act: how many of what, with references, what the reader has to do
there and by when, and links.

No name, no amount, no situation.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from cases.models import Case, User
from cases.templatetags.relais import due_of, weekday_date
from notifications import links
from notifications.audience import ASKED
from notifications.models import Delivery, Notice, Preference
from notifications.places import NoticeDestination, places_of
from notifications.preferences import preferences_of, rhythm_for
from notifications.told import FAMILIES, HANDED_OVER, LOT, TOLD, CaseSight, family_of, summary_words
from notifications.undone import leave_out_undone
from workflows.models import CaseTask, ImportRow
from workflows.queries.inbox import Inbox, InboxList

REFERENCES = 10
"""Of each kind, so that a summary is read at a glance; the centre has them all."""


@dataclass(frozen=True, kw_only=True)
class DigestCase:
    reference: str
    url: str
    """Where its reader finds it."""
    step: str = ""
    """What he has to do there first, and by when; nothing where others do."""
    answer_path: str = ""
    """Where he answers without signing in, if that is what is asked."""


@dataclass(kw_only=True)
class DigestPart:
    """What is counted by the same words."""

    counted_as: tuple[str, str]
    """One and several."""
    count: int = 0
    cases: dict[str, DigestCase] = field(default_factory=dict)
    """By reference."""

    @property
    def words(self) -> str:
        return f"{self.count} {self.counted_as[self.count > 1]}"

    @property
    def listed_cases(self) -> list[DigestCase]:
        return list(self.cases.values())[:REFERENCES]

    @property
    def unlisted_count(self) -> int:
        return max(0, len(self.cases) - REFERENCES)


def build_digest_parts(summary: Delivery, *, on: date) -> list[DigestPart]:
    """What is still to be told; nothing when all was read meanwhile, or is another’s by now."""
    unread = summary.told_notices.filter(read_at=None).select_related("entry", "case").order_by("created_at", "pk")
    chosen = preferences_of([summary.user_id]).get(summary.user_id)
    notices = [each for each in unread if rhythm_for(chosen, each.entry.kind) != Preference.Rhythm.NONE]
    notices = leave_out_undone(notices)
    given = _handed_over_cases(notices)
    cases = [each.case for each in notices if each.case]
    places = places_of([*cases, *given.values()], reader=summary.user, today=on)
    steps = _first_steps(summary.user, [pk for pk, place in places.items() if not place.is_report], on=on)
    found: dict[tuple[str, str], DigestPart] = {}
    for notice in sorted(notices, key=_place_in_summary):
        if _is_gone(notice, places):
            continue
        words = summary_words(notice.entry.kind)
        count = _count_cases(notice, places)
        if not count:
            continue
        part = found.setdefault(words, DigestPart(counted_as=words))
        if notice.entry.kind in ASKED and notice.case and notice.case.reference in part.cases:
            continue  # asked, and asked again
        part.count += count
        for case in _cases_of(notice, given):
            if case.pk in places and case.reference not in part.cases:
                part.cases[case.reference] = _case_line(
                    case, places[case.pk].url, steps.get(case.pk), reader=summary.user, on=on
                )
    return list(found.values())


def _count_cases(notice: Notice, places: Container[int]) -> int:
    """How many a line tells of; of a lot, those that wait for an answer by now; of those that were given, those that are still
    the reader’s to see. One query for a lot."""
    entry = notice.entry
    if entry.kind == LOT:
        brought = ImportRow.objects.filter(job=entry.data["job"], decision__structure=entry.structure_id).values(
            "case"
        )
        waiting = CaseTask.objects.open().filter(node=links.ANSWER, structure=entry.structure_id, case__in=brought)
        return min(waiting.count(), entry.data["count"])
    if entry.kind != HANDED_OVER:
        return 1
    cases = entry.data.get("cases")
    return sum(case in places for case in cases) if cases else entry.data["count"]


def _handed_over_cases(notices: Iterable[Notice]) -> dict[int, Case]:
    """The cases that are handed over together: the line of the act has their numbers."""
    ids = {
        case for notice in notices if notice.entry.kind == HANDED_OVER for case in notice.entry.data.get("cases", ())
    }
    return Case.objects.in_bulk(ids) if ids else {}


def _cases_of(notice: Notice, given: Mapping[int, Case]) -> list[Case]:
    if notice.entry.kind == HANDED_OVER:
        return [given[pk] for pk in notice.entry.data.get("cases", ())]
    return [notice.case] if notice.case else []


def _place_in_summary(notice: Notice) -> int:
    return FAMILIES.index(family_of(notice.entry.kind))


def is_gone(notice: Notice, *, reader: User, on: date) -> bool:
    """Of a case that its reader does not see any more: somebody else took it, or he left."""
    if notice.case is None:
        return False
    return _is_gone(notice, places_of([notice.case], reader=reader, today=on))


def _is_gone(notice: Notice, places: dict[int, NoticeDestination]) -> bool:
    is_seen = notice.case is None or notice.case.pk in places
    return not is_seen and TOLD[notice.entry.kind].sight is not CaseSight.UNSEEN


def _first_steps(reader: User, cases: Iterable[int], *, on: date) -> dict[int, CaseTask]:
    """Case → of what the reader has to do or may take in it, as his own page of À faire lists it, what expires first."""
    ids = list(cases)
    found: dict[int, CaseTask] = {}
    if ids:
        inbox = Inbox(reader, on)
        for part in (InboxList.MINE, InboxList.TO_TAKE):
            for task in inbox.tasks(part).filter(case__in=ids):
                found.setdefault(task.case_id, task)
    return found


def _case_line(case: Case, url: str, task: CaseTask | None, *, reader: User, on: date) -> DigestCase:
    if task is None:
        return DigestCase(reference=case.reference, url=url)
    return DigestCase(
        reference=case.reference,
        url=url,
        step=_step_words(task, on=on),
        answer_path=links.address_of(task, reader, on=on) if task.node == links.ANSWER else "",
    )


def _step_words(task: CaseTask, *, on: date) -> str:
    """« Répondre à l’orientation, mardi 1er décembre (en retard de 2 jours ouvrés) »."""
    title = str(task.flow_task.task_title)
    if task.due_on is None:
        return title
    due = due_of(task.due_on, today=on, last=task.last_on)
    return f"{title} : {weekday_date(due.on)}, {due.words}"
