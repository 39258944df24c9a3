"""What a personal calendar holds, read back as a calendar program reads it; and what it never says."""

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from cases.actions import appointments, case as cases, members
from cases.models import Appointment
from notifications.feed.content import calendar_of
from tests import factories
from tests.factories import NOON, PARIS, member
from tests.pages import without_ids
from tests.workflows.views.work.test_deadlines import CLAUSE, CONTACT, INFORM, ordered_to_pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker():
    return member("caf-91", first_name="Claire", last_name="Montel")


def written(person, *, now: datetime = NOON) -> bytes:
    return calendar_of(person, now=now, link=lambda path: f"https://relais.example{path}")


def events(person, *, now: datetime = NOON):
    return list(Calendar.from_ical(written(person, now=now)).walk("VEVENT"))


def meets(worker, case, *, hour: int = 15) -> Appointment:
    factories.followed_since(case, date(2026, 11, 1))
    return appointments.make(
        case=case,
        person=case.household.members.get(),
        professional=worker,
        structure=factories.structure("caf-91"),
        starts_at=datetime(2026, 11, 26, hour, tzinfo=PARIS),
        minutes=45,
        place="home",
        details="bâtiment C, code 4812",
        by=worker,
        at=NOON - timedelta(days=7),
    )


def test_each_running_deadline_is_a_day_under_the_number_of_its_case(worker):
    case = ordered_to_pay(worker)
    assert [(str(event["summary"]), event.decoded("dtstart"), event.decoded("dtend")) for event in events(worker)] == [
        (f"{case.reference} : {CONTACT}", date(2026, 12, 8), date(2026, 12, 9)),
        (f"{case.reference} : {CLAUSE}", date(2026, 12, 15), date(2026, 12, 16)),
        (f"{case.reference} : {INFORM}", date(2026, 12, 24), date(2026, 12, 25)),
    ]
    first = events(worker)[0]
    assert str(first["description"]) == "Date de sûreté : 04/12/2026"
    assert str(first["url"]) == f"https://relais.example/situations/{case.public_id}/"


def test_an_appointment_has_its_hour_and_the_number_of_its_case(worker):
    case = ordered_to_pay(worker)
    made = meets(worker, case)
    [event] = [event for event in events(worker) if str(event["uid"]).startswith("appointment-")]
    assert str(event["summary"]) == f"{case.reference} : rendez-vous"
    assert event.decoded("dtstart") == datetime(2026, 11, 26, 14, tzinfo=UTC)
    assert event.decoded("dtend") == datetime(2026, 11, 26, 14, 45, tzinfo=UTC)
    assert str(event["uid"]) == f"appointment-{made.public_id}@relais"


def test_it_names_nobody_and_no_place(worker):
    case = ordered_to_pay(
        worker, usual_name="Delaunay", first_names="Inès", phone="+33612345678", caf_number="1234567"
    )
    meets(worker, case)
    # Long lines are folded: a word may be cut in two.
    text = written(worker).decode().replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == 4
    text = without_ids(text)
    secrets = ["Delaunay", "DELAUNAY", "Inès", "Montel", "Claire", "Plaine", "91350", "bâtiment", "4812", "domicile"]
    secrets += ["12345678", "1234567", "1060", "1 060", "CAF 91", case.tenancy.reference]
    assert [secret for secret in secrets if secret.lower() in text.lower()] == []


def test_an_event_keeps_its_name_from_one_reading_to_the_next(worker):
    meets(worker, ordered_to_pay(worker))
    first, second = (
        {str(event["uid"]) for event in events(worker, now=NOON + timedelta(hours=hours))} for hours in (0, 5)
    )
    assert first == second
    assert len(first) == 4


def test_only_the_cases_of_the_person_are_there(worker):
    ordered_to_pay(worker)
    assert events(member("caf-91")) == []
    assert events(member("caf-91", "manager")) == []
    assert events(member("mds-grigny", "manager")) == []


def test_what_is_over_is_gone(worker):
    case = ordered_to_pay(worker)
    appointment = meets(worker, case)
    appointments.cancel(appointment=appointment, whose="household", by=worker, at=NOON)
    assert len(events(worker)) == 3
    cases.close_case(case=case, outcome="cleared", at=NOON, by=worker)
    assert events(worker) == []


def test_rights_are_those_of_the_day_on_which_it_is_read(worker):
    """She moves to another service: the cases of the CAF are no longer hers to read."""
    ordered_to_pay(worker)
    members.end_membership(membership=factories.membership_of(worker), on=NOON.date(), at=NOON)
    tomorrow = NOON + timedelta(days=1)
    members.join(
        user=worker, structure=factories.structure("mds-grigny"), role="agent", since=tomorrow.date(), at=tomorrow
    )
    assert events(worker, now=tomorrow) == []


def test_an_empty_calendar_is_still_a_calendar(worker):
    calendar = Calendar.from_ical(written(worker))
    assert str(calendar["version"]) == "2.0"
    assert list(calendar.walk("VEVENT")) == []


def test_it_costs_four_queries_at_most_however_long(worker, django_assert_max_num_queries):
    for hour in (9, 11, 14):
        meets(worker, ordered_to_pay(worker), hour=hour)
    with django_assert_max_num_queries(4):
        assert written(worker).count(b"BEGIN:VEVENT") == 12
