"""What was said to an operator about a line, or by it, with the letter that would say it in writing."""

from collections.abc import Iterable
from dataclasses import dataclass

from cases.actions.spoken import KINDS
from cases.models import Milestone, Spoken
from workflows.queries.debt_lines import ShownLine


@dataclass(frozen=True, kw_only=True)
class ShownSpoken:
    spoken: Spoken
    title: str
    """Of the step that it was about."""
    letter: str
    """The letter that asks for it, as long as it may be asked for."""


def spoken_of(facts: Iterable[Milestone], *, shown: ShownLine) -> list[ShownSpoken]:
    """The last one first. One query, when there is something to read."""
    said = [fact.pk for fact in facts if fact.kind in KINDS]
    found = Spoken.objects.filter(milestone__in=said).select_related("milestone", "by") if said else ()
    possible = {each.option.code: each for each in shown.standing.possible}
    return [
        ShownSpoken(
            spoken=each,
            title=possible[each.about].option.title if each.about in possible else "",
            letter=possible[each.about].letter if each.about in possible else "",
        )
        for each in sorted(found, key=lambda each: (each.milestone.happened_on, each.pk), reverse=True)
    ]
