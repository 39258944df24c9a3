"""What a personal calendar holds: last days and appointments, under the number of each case. Nobody’s name, no place.

Written for the calendar programs of others, kept who knows where: a number, the title of a rule, an hour, a link.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from django.urls import reverse
from django.utils.timezone import localdate
from icalendar import Calendar, Event

from cases import permissions
from cases.models import Appointment, Case, Deadline, User
from cases.templatetags.relais import short_date
from workflows.queries import agenda
from workflows.queries.deadlines import DeadlineList, PersonDeadlines

KEPT = 1000
"""Events of each nature, the nearest first."""
PAST = timedelta(days=30)
"""How long an appointment stays."""
ONE_DAY = timedelta(days=1)
READ_AGAIN = timedelta(hours=4)

Link = Callable[[str], str]
"""A path → the whole address."""


def calendar_of(user: User, *, now: datetime, link: Link) -> bytes:
    """As RFC 5545 has it. Three queries, besides the person’s rights."""
    permissions.keep_rights(user)
    calendar = Calendar()
    calendar.add("prodid", "-//Relais//Echeances//FR")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Relais")
    calendar.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT4H")
    for deadline in _deadlines(user, on=localdate(now)):
        calendar.add_component(_last_day(deadline, now=now, link=link))
    for appointment in _appointments(user, on=localdate(now)):
        calendar.add_component(_meeting(appointment, now=now, link=link))
    return calendar.to_ical()


def _deadlines(user: User, *, on: date) -> list[Deadline]:
    running = PersonDeadlines(user, on).running(DeadlineList.MINE)
    return list(running.select_related("rule", "case").order_by("legal_date", "pk")[:KEPT])


def _appointments(user: User, *, on: date) -> list[Appointment]:
    mine = agenda.find_own_appointments(user, on=on).planned()
    return list(mine.starting_between(on - PAST, date(on.year + 10, 1, 1))[:KEPT])


def _last_day(deadline: Deadline, *, now: datetime, link: Link) -> Event:
    event = _event(f"deadline-{deadline.public_id}", deadline.case, now=now, link=link)
    event.add("summary", f"{deadline.case.reference} : {deadline.rule.title}")
    event.add("dtstart", deadline.legal_date)
    event.add("dtend", deadline.legal_date + ONE_DAY)
    if deadline.safe_date != deadline.legal_date:
        event.add("description", f"Date de sûreté : {short_date(deadline.safe_date)}")
    event.add("transp", "TRANSPARENT")
    return event


def _meeting(appointment: Appointment, *, now: datetime, link: Link) -> Event:
    event = _event(f"appointment-{appointment.public_id}", appointment.case, now=now, link=link)
    event.add("summary", f"{appointment.case.reference} : rendez-vous")
    event.add("dtstart", appointment.starts_at.astimezone(UTC))
    event.add("dtend", appointment.ends_at.astimezone(UTC))
    return event


def _event(uid: str, case: Case, *, now: datetime, link: Link) -> Event:
    event = Event()
    event.add("uid", f"{uid}@relais")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("url", link(reverse("case", args=[case.public_id])))
    return event
