"""A summary: how many of what, with references and links. No name, no amount, no situation."""

from dataclasses import dataclass, field
from datetime import date

from cases.models import Case
from notifications.audience import UNSEEN
from notifications.families import FAMILIES, counted
from notifications.models import Delivery, Notice, Preference
from notifications.preferences import preferences_of, rhythm_for
from notifications.queries import LOT, Place, places_of

REFERENCES = 10
"""Of each kind, so that a summary is read at a glance; the centre has them all."""


@dataclass(kw_only=True)
class Part:
    """What is counted by the same words."""

    one: str
    several: str
    count: int = 0
    cases: dict[str, str] = field(default_factory=dict)
    """Reference → where its reader finds it."""

    @property
    def words(self) -> str:
        return f"{self.count} {self.several if self.count > 1 else self.one}"

    @property
    def shown(self) -> list[tuple[str, str]]:
        return list(self.cases.items())[:REFERENCES]

    @property
    def others(self) -> int:
        return max(0, len(self.cases) - REFERENCES)


def parts(summary: Delivery, *, on: date) -> list[Part]:
    """What is still to be told that morning; nothing when all was read meanwhile, or is another’s by now."""
    unread = summary.notices.filter(read_at=None).select_related("entry", "case").order_by("created_at", "pk")
    chosen = preferences_of([summary.user_id]).get(summary.user_id)
    notices = [each for each in unread if rhythm_for(chosen, each.entry.kind) != Preference.Rhythm.NONE]
    places = places_of([each.case for each in notices if each.case], reader=summary.user, today=on)
    found: dict[tuple[str, str], Part] = {}
    for notice in sorted(notices, key=_place_in_summary):
        if _is_gone(notice, places):
            continue
        one, several = counted(notice.entry.kind)
        part = found.setdefault((one, several), Part(one=one, several=several))
        part.count += notice.entry.data["count"] if notice.entry.kind == LOT else 1
        _refer(part, notice.case, places)
    return list(found.values())


def _place_in_summary(notice: Notice) -> int:
    return next(number for number, family in enumerate(FAMILIES) if notice.entry.kind in family.kinds)


def _is_gone(notice: Notice, places: dict[int, Place]) -> bool:
    """Of a case that the reader does not see any more, because somebody else took it."""
    return notice.case is not None and notice.case.pk not in places and notice.entry.kind not in UNSEEN


def _refer(part: Part, case: Case | None, places: dict[int, Place]) -> None:
    if case and case.pk in places:
        part.cases.setdefault(case.reference, places[case.pk].url)
