"""An appointment as a line of an agenda: when, with whom, how to call him, what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils.timezone import localdate

from cases import permissions
from cases.models import Appointment, User
from cases.rules.appointments import clock
from cases.templatetags.relais import weekday_date
from workflows.models import CaseTask
from workflows.queries.agenda import waiting_for_contact

TONES = {"planned": "info", "kept": "ok", "missed": "warn", "moved": "", "cancelled": ""}


@dataclass(frozen=True, kw_only=True)
class AppointmentRow:
    """What templates/agenda/line.html shows."""

    appointment: Appointment
    hours: str
    person: str
    phone: str
    instructions: Sequence[str]
    case_url: str
    where: str
    state: str
    tone: str
    is_late: bool
    """Of a day before, and nobody said what became of it."""
    is_gone: bool
    """Put off or cancelled: nobody comes."""
    result_url: str = ""
    """Where its result is sent, once it may be noted by the reader."""
    may_miss: bool = False
    move_url: str = ""
    cancel_url: str = ""
    next_label: str = ""
    next_url: str = ""
    """The act that follows from its result."""
    replaces: str = ""
    """Whose it is, when it is not the reader’s."""

    @property
    def day(self) -> str:
        return weekday_date(self.appointment.day)


def build_appointment_rows(
    appointments: Sequence[Appointment],
    *,
    reader: User,
    now: datetime,
    back: str,
    waiting: Mapping[int, CaseTask] | None = None,
) -> list[AppointmentRow]:
    """`back`: the page to come back to, by its code. `waiting`: the steps of contact, by case, if they are known
    already; else one query, whatever the number of appointments."""
    waiting = waiting_for_contact(appointments) if waiting is None else waiting
    held = permissions.rights(reader, at=localdate(now)).get("handle_case", frozenset())
    found = []
    for appointment in appointments:
        task = waiting.get(appointment.case_id)
        contact_url = reverse("step", args=[appointment.case.public_id, task.public_id]) if task else ""
        follows = appointment.structure_id in held
        row = _row(appointment, follows=follows, now=now, back=back, contact_url=contact_url)
        found.append(
            row if appointment.professional == reader else replace(row, replaces=str(appointment.professional))
        )
    return found


def _row(appointment: Appointment, *, follows: bool, now: datetime, back: str, contact_url: str) -> AppointmentRow:
    case, person, state = appointment.case, appointment.person, appointment.state
    acts = follows and appointment.is_planned
    has_come = appointment.day <= localdate(now)
    label, url = _next_act(appointment, contact_url=contact_url) if follows else ("", "")
    return AppointmentRow(
        appointment=appointment,
        hours=f"{clock(appointment.local_start)} – {clock(appointment.local_end)}",
        person=person.full_name,
        phone=person.phone,
        instructions=person.contact_instructions,
        case_url=reverse("case", args=[case.public_id]),
        where=place_words(appointment),
        state=_state(appointment, now=now),
        tone="warn" if appointment.is_planned and appointment.ends_at < now else TONES[state],
        is_late=appointment.is_planned and appointment.day < localdate(now),
        is_gone=state in (Appointment.State.MOVED, Appointment.State.CANCELLED),
        result_url=_appointment_url("appointment_result", appointment) if acts and has_come else "",
        may_miss=appointment.starts_at <= now,
        move_url=f"{_appointment_url('appointment_move', appointment)}?retour={back}" if acts else "",
        cancel_url=f"{_appointment_url('appointment_cancel', appointment)}?retour={back}" if acts else "",
        next_label=label,
        next_url=url,
    )


def place_words(appointment: Appointment) -> str:
    return ", ".join(filter(None, [appointment.get_place_display(), appointment.details]))


def _state(appointment: Appointment, *, now: datetime) -> str:
    if appointment.is_planned:
        return "résultat à noter" if appointment.ends_at < now else ""
    if appointment.moved_to:
        return f"reporté au {weekday_date(appointment.moved_to.day)}"
    if appointment.cancelled_by:
        return f"annulé par {appointment.get_cancelled_by_display()}"
    return str(appointment.get_state_display())


def _next_act(appointment: Appointment, *, contact_url: str) -> tuple[str, str]:
    if appointment.state == Appointment.State.KEPT and contact_url:
        return "Enregistrer le contact", contact_url
    if appointment.state == Appointment.State.MISSED and appointment.case.is_open:
        return "Fixer un autre rendez-vous", reverse("appointment_make", args=[appointment.case.public_id])
    return "", ""


def _appointment_url(name: str, appointment: Appointment) -> str:
    return reverse(name, args=[appointment.case.public_id, appointment.public_id])
