"""The lists of À faire: the tab of each with its count, and the words above one."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from workflows.queries.inbox import Inbox, InboxList

TITLES = {InboxList.MINE: "Pour moi", InboxList.TO_TAKE: "À prendre", InboxList.WAITING: "En attente"}


@dataclass(frozen=True)
class InboxTab:
    label: str
    url: str
    current: bool
    count: int | str
    pressing: int | str = 0
    """Of them, those that are to be done without waiting."""


def part_of(code: str) -> InboxList | None:
    """The list that an address asks for by its code; None for any other text."""
    return InboxList(code) if code in set(InboxList) else None


def inbox_tabs(inbox: Inbox, current: InboxList) -> list[InboxTab]:
    """Whoever follows nobody (pilot, landlord, front desk) has one list: what is asked of his structure."""
    if "handle_case" not in inbox.held_rights:
        return []
    return [
        InboxTab(
            label=TITLES[part],
            url=inbox_address(part),
            current=part is current,
            count=inbox.counts[part].total_words,
            pressing=inbox.counts[part].pressing_words if part is not InboxList.WAITING else 0,
        )
        for part in InboxList
    ]


def count_words(inbox: Inbox, part: InboxList) -> str:
    """“12 tâches, dont 3 à faire sans attendre, et 1 demande”: what the menu counts is their sum. Nothing where there is none."""
    counts, asked = inbox.counts[part], inbox.request_count
    words = f"{counts.total_words} tâche{'s' if counts.total() > 1 else ''}".capitalize() if counts else ""
    if late := counts.pressing_words:
        words += f", dont {late} à faire sans attendre"
    if not asked:
        return words
    requests = f"{asked} demande{'s' if asked > 1 else ''} à examiner"
    return f"{words}{',' if late else ''} et {requests}" if words else requests


def inbox_address(part: InboxList, **more: object) -> str:
    return f"{reverse('inbox')}?{urlencode({'liste': part, **more})}"
