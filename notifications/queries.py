"""The notification centre: what a person was told, in words addressed to him, and where it leads."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date
from django.utils.text import capfirst

from cases.models import Beneficiary, Deadline, JournalEntry, User
from cases.queries import people_of
from cases.rules.parameters import read_moment, read_number
from cases.templatetags.relais import days_until, short_date
from notifications.models import Notice, Reminder
from notifications.places import NoticeDestination, places_of
from notifications.reminder_rules import Anchor, FollowedDates
from notifications.told import TOLD
from workflows.queries.tracks import act_words, court_words

PAGE_SIZE = 30
FOLDED_FROM = 3
"""Lines that say the same, beyond which they are folded."""
CHANGES_FROM = 3
"""Lines of one day about one case, from which they are folded."""


@dataclass(frozen=True, kw_only=True)
class WordedNotice:
    notice: Notice
    words: str
    about: str = ""
    """Whom or what it is about. Empty when the reader no longer sees the case: then nothing is said of it."""
    reference: str = ""

    @property
    def is_unread(self) -> bool:
        return self.notice.read_at is None


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """What is read as one thing: lines of the same words, or what changed in one case."""

    words: str
    lines: list[WordedNotice]
    is_folded: bool = False
    about: str = ""
    reference: str = ""
    """Of the one case that it is about."""

    @property
    def unread(self) -> int:
        return sum(line.is_unread for line in self.lines)


def notices_of(user: User) -> QuerySet[Notice]:
    return Notice.objects.filter(user=user)


def unread_notices(user: User) -> QuerySet[Notice]:
    return notices_of(user).filter(read_at=None)


def page_of_notices(user: User, *, after: str = "") -> list[Notice]:
    """A page and one notice more, newest first."""
    found = _notices_after(notices_of(user), after)
    related = ("entry__actor", "entry__structure", "case__tenancy")
    return list(found.select_related(*related).order_by("-created_at", "-pk")[: PAGE_SIZE + 1])


def encode_position(notice: Notice) -> str:
    """Where a page ends, for an address."""
    return f"{notice.created_at.isoformat()}_{notice.pk}"


def _notices_after(notices: QuerySet[Notice], place: str) -> QuerySet[Notice]:
    """What follows a position of the list; all of it when there is none that can be read."""
    moment, _, number = place.rpartition("_")
    told_at, last = read_moment(moment), read_number(number)
    if told_at is None or last is None:
        return notices
    return notices.filter(Q(created_at__lt=told_at) | Q(created_at=told_at, pk__lt=last))


def describe_notices(notices: Sequence[Notice], *, reader: User, today: date) -> list[WordedNotice]:
    """Seven queries at most, however many notices."""
    cases = [notice.case for notice in notices if notice.case]
    places = places_of(cases, reader=reader, today=today)
    people = people_of(case for case in cases if case.pk in places)
    names, delays = _names_of_people(notices), _words_of_delays(notices)
    reminders = _words_of_reminders(notices, today=today)
    found = []
    for notice in notices:
        data = notice.entry.data
        is_gone = notice.case is not None and notice.case.pk not in places
        words = _words_of(
            notice.entry,
            is_gone=is_gone,
            about=names.get(data.get("user"), ""),
            reminder="rappel" if is_gone else reminders.get(data.get("reminder"), ""),
            delay="" if is_gone else delays.get(data.get("deadline"), ""),
        )
        about, reference = _subject_of(notice, places, people)
        found.append(WordedNotice(notice=notice, words=words, about=about, reference=reference))
    return found


def _ids_called_for(notices: Iterable[Notice], *, by: str, name: str) -> set[int]:
    """Of the notices whose words have this gap, what their lines keep under that name."""
    return {each.entry.data[name] for each in notices if f"{{{by}}}" in TOLD[each.entry.kind].words}


def _words_of_delays(notices: Iterable[Notice]) -> dict[int, str]:
    """Delay that is over → what it was, and what remains possible, or else what follows."""
    ids = _ids_called_for(notices, by="delay", name="deadline")
    found = Deadline.objects.filter(pk__in=ids).select_related("rule") if ids else []
    said = {each.pk: each.rule.afterwards or each.rule.consequence for each in found}
    return {each.pk: " — ".join(filter(None, [f" : {each.rule.title}", said[each.pk]])) for each in found}


def _words_of_reminders(notices: Iterable[Notice], *, today: date) -> dict[int, str]:
    """Reminder → what it says, by the dates as they are now."""
    ids = _ids_called_for(notices, by="reminder", name="reminder")
    found = Reminder.objects.filter(pk__in=ids).select_related("rule", "deadline__rule", "task") if ids else []
    return {reminder.pk: reminder_words(reminder, today=today) for reminder in found}


def reminder_words(reminder: Reminder, *, today: date) -> str:
    """Rappel : dernier jour le 09/12/2026 — Contacter le ménage."""
    said = "Rappel resté sans suite" if reminder.escalates else "Rappel"
    title = reminder.rule_definition.title
    if reminder.deadline:
        what, left = title or reminder.deadline.rule.title, _left_of_delay(reminder, today=today)
    else:
        step = str(reminder.task.flow_task.task_title) if reminder.task else ""  # an e-mail names no benefit
        what, left = title or step, _left_of_step(reminder.followed_dates, today=today)
    return f"{said} : {left} — {what}"


def _left_of_delay(reminder: Reminder, *, today: date) -> str:
    dates = reminder.followed_dates
    if dates.is_counted_back and reminder.rule_definition.counted_from is Anchor.START:
        return _dated(dates.start, today)
    if dates.legal is None:
        return "dernier jour dépassé"
    return f"dernier jour {_dated(dates.legal, today)}{', dépassé' if dates.legal < today else ''}"


def _left_of_step(dates: FollowedDates, *, today: date) -> str:
    if dates.expected:
        return f"réponse annoncée pour {_dated(dates.expected, today)}"
    if dates.safe is None:
        return f"en attente depuis le {short_date(dates.start)}"
    if dates.safe < today:
        return f"à faire depuis le {short_date(dates.safe)}"
    return f"à faire au plus tard {_dated(dates.safe, today)}"


def _dated(day: date, today: date) -> str:
    """le 09/12/2026: it is read under the heading of the day on which it was told, from which nobody is to count."""
    near = f", {days_until(day, today)}" if 0 <= (day - today).days <= 1 else ""
    return f"le {short_date(day)}{near}"


def _names_of_people(notices: Iterable[Notice]) -> dict[int, str]:
    """Person away, or whose address fails → his name."""
    ids = _ids_called_for(notices, by="about", name="user")
    return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}


def _words_of(entry: JournalEntry, *, is_gone: bool, **looked_up: str) -> str:
    """`is_gone`: its reader does not see the case any more, and is not told what to do there."""
    count, told = entry.data.get("count", 1), TOLD[entry.kind]
    words = told.words.format(
        who=entry.actor or "Relais",
        structure=entry.structure or "La structure",
        state=court_words(entry.data.get("after", "")),
        fact=act_words(entry.data.get("code", "")),
        count=f"{count} situations" if count > 1 else "une situation",
        day=_day_of_entry(entry, "on"),
        since=_day_of_entry(entry, "since"),
        last_day=_day_of_entry(entry, "last_day"),
        **looked_up,
    )
    return capfirst(f"{words} : {told.to_do}" if told.to_do and not is_gone else words)


def _subject_of(
    notice: Notice, places: dict[int, NoticeDestination], people: dict[int, Beneficiary]
) -> tuple[str, str]:
    """Whom or what it is about, and by which reference. Of a case that its reader no longer sees, nothing is said."""
    case, structure = notice.case, notice.entry.structure
    place = places.get(case.pk) if case else None
    if case is None or (place and place.is_question):
        return structure.name if structure else "", ""
    if place is None:
        return "", ""
    if place.is_report and case.tenancy:
        about = place.tenant or case.tenancy.one_line_address or "Adresse non connue"
        return about, f"réf. {case.tenancy.reference}"
    person = people.get(case.pk)
    return person.full_name if person else "Titulaire non renseigné", case.reference


def _day_of_entry(entry: JournalEntry, name: str) -> str:
    return short_date(parse_date(entry.data.get(name) or ""))


def place_without_case(notice: Notice) -> str:
    """Where a notice leads that is of no single case; empty for any other, and for what is nowhere to be read."""
    structure = notice.entry.structure
    return "" if notice.case or not structure else TOLD[notice.entry.kind].place(notice, structure)


def bundle_notices(lines: Sequence[WordedNotice]) -> list[Bundle]:
    """Of a day: thirty cases routed by one file are one thing to read; so are the changes of one case."""
    said = _group_notices(lines, lambda line: line.words)
    many = {words for words, same in said.items() if len(same) > FOLDED_FROM}
    rest = [line for line in lines if line.words not in many]
    changed = _group_notices([line for line in rest if line.about], lambda line: line.notice.case_id)
    moved = {case for case, same in changed.items() if case and len(same) >= CHANGES_FROM}
    found: dict[tuple[str, Any], Bundle] = {}
    for line in lines:
        case = line.notice.case_id
        if line.words in many:
            bundle = Bundle(words=line.words, lines=said[line.words], is_folded=True)
            found.setdefault(("words", line.words), bundle)
        elif line.about and case in moved:
            found.setdefault(("case", case), _changes(changed[case]))
        else:
            found.setdefault(("words", line.words), Bundle(words=line.words, lines=[])).lines.append(line)
    return list(found.values())


def _changes(lines: list[WordedNotice]) -> Bundle:
    first = lines[0]
    words = f"{len(lines)} changements"
    return Bundle(words=words, lines=lines, is_folded=True, about=first.about, reference=first.reference)


def _group_notices(
    lines: Iterable[WordedNotice], key: Callable[[WordedNotice], object]
) -> dict[object, list[WordedNotice]]:
    found: dict[Any, list[WordedNotice]] = {}
    for line in lines:
        found.setdefault(key(line), []).append(line)
    return found
