"""Agenda: today, the week, and what has no result yet. A manager reads those of his colleagues too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property

from cases import permissions
from cases.calendar import holiday_name, is_working_day
from cases.models import AccessEntry, Appointment, User
from cases.queries import name_of
from cases.rules.french import of_name
from cases.rules.parameters import read_day, read_uuid
from cases.templatetags.relais import DAYS, long_date
from workflows.queries import agenda as queries
from workflows.queries.agenda import Week
from workflows.views.parts.appointment_lines import AppointmentRow, build_appointment_rows
from workflows.views.parts.pages import Page

BACK = "agenda"
A_LIFE = timedelta(days=36500)


@dataclass(frozen=True, kw_only=True)
class HearingOfDay:
    """Of a case that is followed: one is expected at the court, or has something to send before."""

    on: date
    person: str
    url: str


@dataclass(frozen=True, kw_only=True)
class AgendaDay:
    date: date
    name: str
    note: str
    """Why nobody is expected to work that day."""
    is_today: bool
    is_past: bool
    rows: list[AppointmentRow]
    hearings: list[HearingOfDay]

    @property
    def is_idle(self) -> bool:
        """A weekend without an appointment takes no room."""
        return not self.rows and not self.hearings and not is_working_day(self.date) and not self.note


class AgendaView(Page):
    shows = AccessEntry.Kind.LIST

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not permissions.rights(self.user, at=self.today).get("handle_case"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        if asked := request.GET.get("dossier", ""):
            return self.lead_to_the_moment(asked)
        week = Week.containing(self._asked_day())
        whose = self._get_agenda_owner()
        found = self._rows(queries.find_appointments_of_week(self.user, whose, week, on=self.today))
        of_week = [row for row in found if row.appointment.day in week.days]
        hearings = [
            HearingOfDay(
                on=each.happened_on,
                person=name_of(each) or each.case.reference,
                url=reverse("case", args=[each.case.public_id]),
            )
            for each in queries.find_hearings(self.user, whose, week, on=self.today)
        ]
        days = [self._day(day, of_week, hearings) for day in week.days]
        late = [row for row in found if row.is_late] if self.today in week.days else []
        to_meet, to_meet_is_cut = self.list_cases_to_meet() if "fixer" in request.GET else (None, False)
        context = {
            "whose": whose,
            "is_mine": whose == self.user,
            "colleagues": self.colleagues,
            "title": "Mon agenda" if whose == self.user else f"Agenda {of_name(str(whose))}",
            "lead": f"Semaine du {long_date(week.monday)} au {long_date(week.sunday)}",
            "late": late[: queries.UNANSWERED_SHOWN],
            "late_is_cut": len(late) > queries.UNANSWERED_SHOWN,
            "today_hearings": [each for each in hearings if each.on == self.today],
            "today_rows": next((day.rows for day in days if day.is_today), None),
            "days": [day for day in days if not day.is_idle],
            "before_url": self._address(week.previous_monday, whose),
            "after_url": self._address(week.next_monday, whose),
            "now_url": "" if self.today in week.days else self._address(self.today, whose),
            "asked_day": week.monday.isoformat(),
            "is_empty": not of_week,
            "to_meet": to_meet,
            "to_meet_is_cut": to_meet_is_cut,
            "most_to_meet": queries.MOST_TO_MEET,
            "day_to_meet": self._asked_day().isoformat(),
        }
        return render(request, "agenda/agenda.html", context)

    def list_cases_to_meet(self) -> tuple[list[tuple[str, str]], bool]:
        """Whom one may meet, by name: the id of each case, and its words; and whether there are others."""
        found = list(queries.find_cases_to_meet(self.user, on=self.today)[: queries.MOST_TO_MEET + 1])
        newest = sorted(found[: queries.MOST_TO_MEET], key=lambda case: (name_of(case), case.pk))
        words = [(str(case.public_id), f"{name_of(case)}, dossier {case.reference}") for case in newest]
        return words, len(found) > queries.MOST_TO_MEET

    def lead_to_the_moment(self, asked: str) -> HttpResponse:
        """To the same page as from the case, and back here after it."""
        case = read_uuid(asked)
        if not case or not queries.find_cases_to_meet(self.user, on=self.today).filter(public_id=case).exists():
            raise Http404
        more = urlencode({"retour": BACK, "jour": self._asked_day().isoformat()})
        return redirect(f"{reverse('appointment_make', args=[asked])}?{more}")

    def _asked_day(self) -> date:
        """The one of the address, unless it makes no sense."""
        asked = read_day(self.request.GET.get("jour", ""))
        return asked if asked and abs(asked - self.today) < A_LIFE else self.today

    @cached_property
    def colleagues(self) -> list[User]:
        """Whose agenda may be chosen; empty for whoever reads his own only."""
        if not permissions.rights(self.user, at=self.today).get("view_backlog"):
            return []
        return list(queries.may_be_read(self.user, on=self.today))

    def _get_agenda_owner(self) -> User:
        asked = self.request.GET.get("pour", "")
        if not asked:
            return self.user
        found = next((each for each in [self.user, *self.colleagues] if str(each.public_id) == asked), None)
        if found is None:
            raise Http404
        return found

    def _rows(self, appointments: Iterable[Appointment]) -> list[AppointmentRow]:
        return build_appointment_rows(list(appointments), reader=self.user, now=self.now, back=BACK)

    def _day(self, day: date, of_week: list[AppointmentRow], hearings: list[HearingOfDay]) -> AgendaDay:
        return AgendaDay(
            date=day,
            name=DAYS[day.weekday()],
            note=holiday_name(day),
            is_today=day == self.today,
            is_past=day < self.today,
            rows=[row for row in of_week if row.appointment.day == day],
            hearings=[each for each in hearings if each.on == day],
        )

    def _address(self, day: date, whose: User) -> str:
        more = {} if whose == self.user else {"pour": str(whose.public_id)}
        return f"{reverse('agenda')}?{urlencode({'jour': day.isoformat(), **more})}"
