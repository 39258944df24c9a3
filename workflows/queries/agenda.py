"""The appointments that a person may read: of a week, of a day, of a case, and those whose result nobody has noted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate

from cases import permissions
from cases.expressions import OneOf
from cases.models import Appointment, Case, CaseKind, Milestone, Structure, User
from cases.models.appointments import AppointmentQuerySet, midnight
from cases.queries import of_person
from cases.written_once import read_written
from workflows.models import CaseTask
from workflows.queries.deadlines import cases_of
from workflows.queries.tracks import HEARING

UNANSWERED_SHOWN = 20
"""Of the past appointments without a result, the oldest first; one more is read, that says that there are others."""
RECENT = 5
"""Past appointments that the page of a case shows."""
MOST_TO_MEET = 500
"""Cases that the agenda proposes; whoever follows more opens the others from their own page."""

CONTACT = "contact"
PLANNED = Appointment.State.PLANNED
GONE = (Appointment.State.MOVED, Appointment.State.CANCELLED)


@dataclass(frozen=True)
class Week:
    """A week of the agenda, from Monday to Sunday."""

    monday: date

    @classmethod
    def containing(cls, day: date) -> "Week":
        return cls(day - timedelta(days=day.weekday()))

    @property
    def days(self) -> list[date]:
        return [self.monday + timedelta(days=number) for number in range(7)]

    @property
    def sunday(self) -> date:
        return self.days[-1]

    @property
    def previous_monday(self) -> date:
        return self.monday - timedelta(days=7)

    @property
    def next_monday(self) -> date:
        return self.monday + timedelta(days=7)


def find_appointments(reader: User, of: User, *, on: date, replaces: bool = False) -> AppointmentQuerySet:
    """Those of a professional, as far as the reader sees their cases. `replaces`: with those that he has, each day, in the place
    of somebody away."""
    found, whose = permissions.visible_appointments(reader, at=on), Q(professional=of)
    if replaces:
        found = found.alias(day_on_wall=TruncDate("starts_at"))
        standing_in = permissions.substitute_assignments(of, at=on).order_by()
        that_day = standing_in.filter(
            case=OuterRef("case"),
            structure=OuterRef("structure"),
            replaces=OuterRef("professional"),
            since__lte=OuterRef("day_on_wall"),
            until__gt=OuterRef("day_on_wall"),
        )
        # Whom first: an index of each one’s appointments knows those, and not whom he replaces on a case.
        whose |= Q(OneOf("professional", ArraySubquery(standing_in.values("replaces").distinct())), Exists(that_day))
    return found.filter(whose).select_related("person", "case", "structure", "professional", "moved_to")


def find_own_appointments(reader: User, *, on: date) -> AppointmentQuerySet:
    """His own, with those that he has in the place of somebody away."""
    return find_appointments(reader, reader, on=on, replaces=permissions.rights_of_day(reader, at=on).may_replace)


def find_appointments_today(reader: User, *, on: date) -> list[Appointment]:
    """One’s own of the day, with those of before that have no result yet."""
    held = permissions.rights_of_day(reader, at=on)
    found = read_written(appointments_and_contacts_today, reader, on, held.rights, held.may_replace)
    return [each for each in found if each.state not in GONE]


def appointments_today(reader: User, on: date, held: permissions.Rights, *, replaces: bool) -> AppointmentQuerySet:
    """Those, with the ones that were called off. For a query that is written once (`cases.written_once`)."""
    permissions.suppose_rights(reader, held, at=on)
    mine = find_appointments(reader, reader, on=on, replaces=replaces).starting_before(on + timedelta(days=1))
    return mine.filter(Q(state=PLANNED) | Q(starts_at__gte=midnight(on)))


def appointments_and_contacts_today(
    reader: User,
    on: date,
    held: permissions.Rights,
    replaces: bool,  # noqa: FBT001 - a word, as `read_written` gives them
) -> AppointmentQuerySet:
    """With the id of the step that waits for what came of one, in the same query."""
    steps = CaseTask.objects.open().filter(node=CONTACT, case=OuterRef("case")).order_by("pk")
    return appointments_today(reader, on, held, replaces=replaces).annotate(
        contact_step=Subquery(steps.values("public_id")[:1])
    )


def find_appointments_of_week(reader: User, of: User, week: Week, *, on: date) -> AppointmentQuerySet:
    """Those of the week; in the one of the day, those of before that have no result yet as well. One query."""
    found = find_own_appointments(reader, on=on) if of == reader else find_appointments(reader, of, on=on)
    shown = Q(pk__in=found.starting_between(week.monday, week.sunday).values("pk"))
    if on in week.days:
        late = found.planned().starting_before(on).order_by("starts_at", "pk").values("pk")[: UNANSWERED_SHOWN + 1]
        shown |= Q(pk__in=late)
    return found.filter(shown)


def find_hearings(reader: User, of: User, week: Week, *, on: date) -> list[Milestone]:
    """Of the cases that a professional follows, as far as the reader sees them: nobody is free on the day of one."""
    found = Milestone.objects.filter(
        permissions.sees_case(reader, "case", at=on, held=permissions.rights(reader, at=on)),
        kind=HEARING,
        replaced_by=None,
        happened_on__range=(week.monday, week.sunday),
        case__closed_on=None,
        case__in=cases_of(of, on=on),
    )
    return list(found.annotate(**of_person("case__")).select_related("case").order_by("happened_on", "pk"))


def find_cases_to_meet(reader: User, *, on: date) -> QuerySet[Case]:
    """The open cases that one follows, the newest first, each with whom it is about (`name_of`)."""
    seen = permissions.visible_cases(reader, at=on).filter(closed_on=None, pk__in=cases_of(reader, on=on))
    return seen.exclude(kind=CaseKind.COORDINATION).annotate(**of_person()).order_by("-pk")


def of_case(reader: User, case: Case, *, on: date) -> list[Appointment]:
    """The nearest to come first, then the past, the newest first."""
    found = permissions.visible_appointments(reader, at=on).filter(case=case)
    rows = list(found.select_related("person", "case", "structure", "professional", "moved_to"))
    planned = [row for row in rows if row.is_planned]
    return planned + [row for row in reversed(rows) if not row.is_planned][:RECENT]


def any_of_case(case: OuterRef) -> Exists:
    """For a query on cases: most have none, and need not read them."""
    return Exists(Appointment.objects.filter(case=case))


def may_be_read(reader: User, *, on: date) -> QuerySet[User]:
    """Whose agenda a person may open besides his own: his structure’s professionals, if he manages it."""
    held = permissions.rights(reader, at=on)
    found = User.objects.none()
    none: frozenset[int] = frozenset()
    managed = held.get("view_backlog", none) & held.get("handle_case", none)
    for structure in Structure.objects.filter(pk__in=managed):
        found |= permissions.colleagues_with_right(structure, "handle_case", at=on)
    return found.distinct()


def waiting_for_contact(appointments: Iterable[Appointment]) -> dict[int, CaseTask]:
    """Case → its open step « Informer et contacter le ménage ». One query."""
    kept = {each.case_id for each in appointments if each.state == Appointment.State.KEPT}
    tasks = CaseTask.objects.open().filter(node=CONTACT, case__in=kept) if kept else ()
    return {task.case_id: task for task in tasks}
