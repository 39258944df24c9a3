"""Agenda: today, the week, what has no result yet; one’s own, or a colleague’s for his manager."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from cases.actions import appointments, members, sharing_requests
from cases.models import Appointment, Case
from tests import factories
from tests.factories import NOON, PARIS, member
from tests.pages import html_of
from tests.workflows.actions.test_absences import declare
from tests.workflows.views.work.test_inbox import followed_by, waiting_for_the_landlord
from workflows.actions import milestones

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def meets(worker, starts_at: datetime, *, place: str = "office", **person: Any) -> Appointment:
    """With a household of his own."""
    case = followed_by(worker, **person).case
    factories.followed_since(case, date(2026, 11, 1))
    return appointments.make(
        case=case,
        person=case.household.members.get(),
        professional=worker,
        structure=factories.structure("caf-91"),
        starts_at=starts_at,
        minutes=45,
        place=place,
        by=worker,
        at=datetime(2026, 11, 1, 9, tzinfo=PARIS),
    )


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=PARIS)


def people_of(rows) -> list[str]:
    return [row.person for row in rows]


def read(client, **asked):
    return client.get(reverse("agenda"), asked)


def test_today_comes_first_then_the_week_then_what_has_no_result(client, worker):
    meets(worker, at(24, 15), usual_name="Keïta", first_names="Awa", phone="+33612345678", no_message=True)
    meets(worker, at(24, 9), usual_name="Nsimba", first_names="Grâce", place="home")
    meets(worker, at(26, 10), usual_name="Haddou", first_names="Ali")
    meets(worker, at(19, 10), usual_name="Petrescu", first_names="Ion")
    context = read(client).context
    assert people_of(context["today_rows"]) == ["NSIMBA Grâce", "KEÏTA Awa"]
    assert [people_of(day.rows) for day in context["days"]] == [
        [], ["NSIMBA Grâce", "KEÏTA Awa"], [], ["HADDOU Ali"], [],
    ]  # fmt: skip
    assert people_of(context["late"]) == ["PETRESCU Ion"]
    html = html_of(read(client))
    assert "06\u00a012\u00a034\u00a056\u00a078" in html
    assert "pas de message" in html
    assert "Semaine du 23\u00a0novembre\u00a02026 au 29\u00a0novembre\u00a02026" in html


def test_results_to_note_beyond_those_shown_are_said(client, worker, monkeypatch):
    monkeypatch.setattr("workflows.queries.agenda.UNANSWERED_SHOWN", 2)
    for day in (17, 18, 19):
        meets(worker, at(day, 10))
    answer = read(client)
    assert [row.appointment.day.day for row in answer.context["late"]] == [17, 18]
    assert 'Résultats à noter <span class="muted">plus de 2</span>' in " ".join(html_of(answer).split())


def test_a_day_of_hearing_says_whose(client, worker):
    """Of the cases that he follows, and of them alone: the day read « Rien de prévu »."""
    case = followed_by(worker, usual_name="Nsimba", first_names="Paul").case
    other = followed_by(factories.member("caf-91"), usual_name="Keïta", first_names="Awa").case
    for each in (case, other):
        milestones.record(
            case=each, kind="hearing", happened_on=date(2026, 11, 26), known="declared", by=worker, at=NOON
        )
    days = {day.date: [hearing.person for hearing in day.hearings] for day in read(client).context["days"]}
    assert days[date(2026, 11, 26)] == ["NSIMBA Paul"]
    assert html_of(read(client)).count("Rien de prévu") == 4
    assert reverse("case", args=[case.public_id]) in html_of(read(client))


def test_a_weekend_shows_only_when_someone_is_expected_and_a_holiday_says_its_name(client, worker):
    days = read(client, jour="2026-12-24").context["days"]
    assert [(day.name, day.note) for day in days][-1] == ("vendredi", "Noël")
    assert [day.name for day in read(client).context["days"]] == ["lundi", "mardi", "mercredi", "jeudi", "vendredi"]
    saturday = meets(worker, at(27, 10))
    Appointment.objects.filter(pk=saturday.pk).update(starts_at=at(28, 10))
    assert [day.name for day in read(client).context["days"]][-1] == "samedi"


@pytest.mark.parametrize("nonsense", ["hier", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_a_day_that_makes_no_sense_is_today(client, worker, nonsense):
    assert read(client, jour=nonsense).context["asked_day"] == "2026-11-23"


def test_another_week_is_reached_by_its_links(client, worker):
    meets(worker, at(24, 15) + timedelta(days=7), usual_name="Keïta", first_names="Awa")
    context = client.get(read(client).context["after_url"]).context
    assert people_of(row for day in context["days"] for row in day.rows) == ["KEÏTA Awa"]
    assert context["today_rows"] is None
    assert client.get(context["before_url"]).context["asked_day"] == "2026-11-23"


def test_a_former_member_has_no_agenda_any_more(client, worker):
    meets(worker, at(24, 15))
    members.end_membership(membership=factories.membership_of(worker), on=NOON.date() - timedelta(days=1), at=NOON)
    assert read(client).status_code == 403


def test_a_manager_reads_the_agenda_of_a_colleague(client, worker):
    meets(worker, at(24, 15), usual_name="Keïta", first_names="Awa")
    manager = member("caf-91", "manager")
    client.force_login(manager)
    assert read(client).context["today_rows"] == []
    answer = read(client, pour=worker.public_id)
    assert people_of(answer.context["today_rows"]) == ["KEÏTA Awa"]
    assert "Agenda de Claire Montel" in html_of(answer)
    assert "keita" not in answer.context["after_url"].lower()
    assert str(worker.public_id) in answer.context["after_url"]


@pytest.mark.parametrize(("code", "role"), [("caf-91", "agent"), ("mds-grigny", "manager")])
def test_nobody_else_does(client, worker, code, role):
    client.force_login(member(code, role))
    assert read(client, pour=worker.public_id).status_code == 404


@pytest.mark.parametrize(
    ("code", "role"),
    [("gestionnaire-b", "correspondent"), ("caf-91-pilotage", "pilot"), ("ccas-grigny-accueil", "front_desk")],
)
def test_whoever_follows_nobody_has_no_agenda(client, code, role):
    client.force_login(member(code, role))
    assert read(client).status_code == 403


def test_the_inbox_opens_with_the_appointments_of_the_day_and_those_without_result(client, worker):
    meets(worker, at(24, 15), usual_name="Keïta", first_names="Awa")
    meets(worker, at(23, 15), usual_name="Nsimba", first_names="Grâce")
    meets(worker, at(25, 15), usual_name="Haddou", first_names="Ali")
    gone = meets(worker, at(24, 16), usual_name="Petrescu", first_names="Ion")
    appointments.cancel(appointment=gone, whose="household", by=worker, at=NOON)
    assert people_of(client.get(reverse("inbox")).context["appointments"]) == ["NSIMBA Grâce", "KEÏTA Awa"]


def test_a_substitute_has_the_appointments_of_the_days_on_which_he_replaces_somebody(client, worker):
    rokia = member("caf-91")
    meets(worker, at(23, 15), usual_name="Petrescu", first_names="Ion")
    meets(worker, at(24, 15), usual_name="Keïta", first_names="Awa")
    meets(worker, at(26, 15), usual_name="Haddou", first_names="Ali")
    declare(worker, date(2026, 11, 24), date(2026, 11, 25), rokia)
    client.force_login(rokia)
    page = client.get(reverse("inbox"))
    assert people_of(page.context["appointments"]) == ["KEÏTA Awa"]
    assert "à la place de Claire Montel" in html_of(page)
    context = read(client).context
    assert [people_of(day.rows) for day in context["days"]] == [[], ["KEÏTA Awa"], [], [], []]
    assert people_of(context["late"]) == []
    client.force_login(worker)
    assert "à la place de" not in html_of(client.get(reverse("inbox")))


def test_a_substitute_reads_his_inbox_and_his_agenda_within_ten_queries(client, worker, django_assert_max_num_queries):
    rokia = member("caf-91")
    for hour in range(13, 17):
        meets(worker, at(24, hour))
    declare(worker, date(2026, 11, 24), date(2026, 11, 25), rokia)
    client.force_login(rokia)
    for name in ("inbox", "agenda"):
        client.get(reverse(name))
        with django_assert_max_num_queries(10):
            client.get(reverse(name))


def test_an_agenda_costs_ten_queries_at_most_whatever_its_length(client, worker, django_assert_max_num_queries):
    for hour in range(8, 12):
        appointments.mark_kept(appointment=meets(worker, at(24, hour)), by=worker, at=NOON)
        meets(worker, at(19, hour))
    client.force_login(member("caf-91", "manager"))
    read(client)
    with django_assert_max_num_queries(10):
        assert len(read(client, pour=worker.public_id).context["today_rows"]) == 4


def test_the_inbox_of_a_day_with_a_request_and_appointments_costs_ten_queries_at_most(
    client, worker, django_assert_max_num_queries
):
    """Tasks, a request to answer, appointments to come and one that took place: each has its lines."""
    came = meets(worker, at(24, 9))
    for hour in (13, 14, 15):
        meets(worker, at(24, hour))
    ccas = member("ccas-grigny")
    sharing_requests.ask(
        case=came.case, structure=factories.structure("ccas-grigny"), by=ccas, reason="Aide", basis="SH-3", at=NOON
    )
    appointments.mark_kept(appointment=came, by=worker, at=NOON)
    client.get(reverse("inbox"))
    with django_assert_max_num_queries(10):
        context = client.get(reverse("inbox")).context
    assert (len(context["requests"]), len(context["appointments"]), bool(context["groups"])) == (1, 4, True)
    assert context["appointments"][0].next_label == "Enregistrer le contact"


def test_the_page_of_a_case_with_appointments_costs_twenty_queries_at_most(
    client, worker, django_assert_max_num_queries
):
    made = meets(worker, at(24, 9))
    appointments.mark_kept(appointment=made, by=worker, at=NOON)
    where = reverse("case", args=[made.case.public_id])
    client.get(where)
    with django_assert_max_num_queries(20):
        assert "honoré" in html_of(client.get(where))


def test_a_case_followed_to_the_end_with_appointments_costs_no_more(client, worker, django_assert_max_num_queries):
    case = waiting_for_the_landlord(worker).case
    for hour in (9, 10):
        appointments.make(
            case=case,
            person=case.household.members.get(),
            professional=worker,
            structure=factories.structure("caf-91"),
            starts_at=at(25, hour),
            minutes=30,
            place="phone",
            by=worker,
            at=NOON,
        )
    where = reverse("case", args=[case.public_id])
    client.get(where)
    with django_assert_max_num_queries(20):
        assert "mer. 25/11/2026" in html_of(client.get(where))


# Fixing one from here


def test_an_appointment_is_fixed_from_the_agenda_with_somebody_whom_one_follows(client, worker):
    case = followed_by(worker, usual_name="Keïta", first_names="Awa").case
    assert "?fixer=on" in html_of(read(client))
    page = read(client, fixer="on", jour="2026-11-26")
    assert page.context["to_meet"] == [(str(case.public_id), f"KEÏTA Awa, dossier {case.reference}")]
    where = read(client, dossier=str(case.public_id), jour="2026-11-26")
    assert where.url == f"{reverse('appointment_make', args=[case.public_id])}?retour=agenda&jour=2026-11-26"
    form = client.get(where.url).context["form"]
    assert form["day"].value() == date(2026, 11, 26)
    typed = {
        "day": "2026-11-26",
        "hour": "10:00",
        "minutes": "45",
        "place": "office",
        "details": "",
        "retour": "agenda",
    }
    assert client.post(where.url, typed).url == reverse("agenda")
    assert people_of(read(client).context["days"][3].rows) == ["KEÏTA Awa"]


def test_the_agenda_proposes_nobody_whom_one_does_not_follow(client, worker):
    colleague = member("caf-91")
    case = followed_by(colleague, usual_name="Keïta", first_names="Awa").case
    closed = followed_by(worker).case
    Case.objects.filter(pk=closed.pk).update(closed_on=date(2026, 11, 24), outcome="cleared")
    assert read(client, fixer="on").context["to_meet"] == []
    assert read(client, dossier=str(case.public_id)).status_code == 404
    assert read(client, dossier="personne").status_code == 404


def test_a_day_that_is_over_is_not_proposed(client, worker):
    case = followed_by(worker).case
    where = read(client, dossier=str(case.public_id), jour="2026-11-20").url
    assert client.get(where).context["form"]["day"].value() is None


def test_whom_to_meet_is_read_within_ten_queries(client, worker, django_assert_max_num_queries):
    for _ in range(3):
        followed_by(worker)
    read(client, fixer="on")
    with django_assert_max_num_queries(10):
        assert len(read(client, fixer="on").context["to_meet"]) == 3


def test_whoever_follows_many_is_proposed_the_newest_and_may_choose_any(client, worker, monkeypatch):
    monkeypatch.setattr("workflows.queries.agenda.MOST_TO_MEET", 2)
    first, second, third = [followed_by(worker, usual_name=name).case for name in ("Ab", "Ad", "Ac")]
    page = read(client, fixer="on")
    assert [code for code, _ in page.context["to_meet"]] == [str(third.public_id), str(second.public_id)]
    assert "Les 2 plus récents des dossiers ouverts que vous suivez." in html_of(page)
    where = read(client, dossier=str(first.public_id))
    assert where.url.startswith(reverse("appointment_make", args=[first.public_id]))
