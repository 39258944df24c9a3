"""The strip on top of À faire: what is at risk today and this week, seen first by whoever can do something about it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from cases import permissions
from cases.actions import deadlines
from cases.models import Deadline
from tests import factories
from tests.factories import NOON
from tests.plans import rows_read
from tests.workflows.views.work.test_inbox import asked_of_the_caf, followed_by
from tests.workflows.walk import Walk
from workflows.actions import milestones
from workflows.models import CaseTask
from workflows.queries import at_risk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]

TODAY = date(2026, 11, 24)


def leaves_by(walk: Walk, last_day: date) -> None:
    """An order to leave of two months before."""
    caf = factories.structure("caf-91")
    served = last_day.replace(month=last_day.month - 2)
    deadlines.start(case=walk.case, fact="order_to_leave_served", on=served, structure=caf, context={})


def record(walk: Walk, worker, kind: str, day: date) -> None:
    milestones.record(case=walk.case, kind=kind, happened_on=day, known="declared", by=worker, at=NOON)


def strip(client) -> list[tuple[date, str, str, str]]:
    found = client.get(reverse("inbox")).context["strip"]
    return [(line.on, line.person, line.words, line.label) for line in found.lines] if found else []


LEAVE = "Dernier jour : quitter les lieux après le commandement"
DIAGNOSIS = "Dernier jour : transmettre le diagnostic social et financier avant l’audience"
CONTACT = "Contacter"


def test_what_is_at_risk_comes_in_the_order_of_its_day_each_with_its_act(client, worker):
    leaves_by(followed_by(worker), date(2026, 11, 25))
    announced = followed_by(worker, usual_name="Keïta", first_names="Moussa")
    record(announced, worker, "order_to_pay_planned", date(2026, 12, 2))
    heard = followed_by(worker, usual_name="Nsimba", first_names="Paul")
    record(heard, worker, "hearing", date(2026, 11, 26))
    assert strip(client) == [
        (date(2026, 11, 25), "DELAUNAY Inès", LEAVE, CONTACT),
        (date(2026, 11, 25), "NSIMBA Paul", DIAGNOSIS, "Transmettre"),
        (date(2026, 11, 26), "NSIMBA Paul", "Audience ce jour-là", "Transmettre"),
        (date(2026, 12, 2), "KEÏTA Moussa", "Commandement de payer envisagé ce jour-là", CONTACT),
    ]
    page = client.get(reverse("inbox"))
    html = page.content.decode()
    assert html.index("À ne pas manquer") < html.index('id="listes"')
    for line in page.context["strip"].lines:
        assert client.get(line.url).status_code == client.get(line.case_url).status_code == 200


def test_dates_of_a_week_that_are_no_last_day_of_a_right_are_not_read(worker):
    """Of a million cases, thirty-seven thousand dates were read to find the two rights of a week."""
    leaves_by(followed_by(worker), date(2026, 11, 27))
    other = Deadline.objects.running().exclude(rule__condition__contains={"last_day": True}).earliest("pk")
    day, fields = date(2026, 11, 26), ("case_id", "rule_id", "structure_id", "started_on")
    same = {name: getattr(other, name) for name in fields} | {"legal_date": day, "safe_date": day}
    Deadline.objects.bulk_create([Deadline(**same) for _ in range(3000)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_deadline")
    held = permissions.rights(worker, at=TODAY)
    found = at_risk._write_cases_at_risk(worker, TODAY, held)
    assert len(found) == 1
    assert rows_read(found, "cases_deadline") < 100


def test_what_is_later_called_off_or_over_is_not_in_the_strip(client, worker):
    leaves_by(followed_by(worker), date(2026, 12, 2))
    far = followed_by(worker)
    record(far, worker, "hearing", date(2026, 12, 15))
    dropped = followed_by(worker)
    record(dropped, worker, "order_to_pay_planned", date(2026, 12, 1))
    record(dropped, worker, "order_to_pay_served", TODAY)
    assert [words for _, _, words, _ in strip(client)] == []


def test_a_right_of_a_case_that_nobody_took_is_read_by_whoever_may_take_it(client, worker):
    """Its last day would be on nobody’s list otherwise."""
    leaves_by(asked_of_the_caf(), date(2026, 11, 27))
    assert strip(client) == [(date(2026, 11, 27), "DELAUNAY Inès", LEAVE, "Répondre")]
    client.force_login(factories.member("caf-91", "manager"))
    assert strip(client) == [(date(2026, 11, 27), "DELAUNAY Inès", LEAVE, "Répondre")]


def test_who_follows_reads_it_though_somebody_else_must_act(client, worker):
    walk = followed_by(worker)
    leaves_by(walk, date(2026, 11, 27))
    colleague = factories.member("caf-91")
    CaseTask.objects.filter(pk=walk.task("contact").pk).update(owner=colleague)
    assert strip(client) == [(date(2026, 11, 27), "DELAUNAY Inès", LEAVE, "Ouvrir le dossier")]


@pytest.mark.parametrize(
    ("code", "role"),
    [("mds-grigny", "agent"), ("gestionnaire-b", "correspondent"), ("ccas-grigny-accueil", "front_desk")],
)
def test_nobody_else_reads_it(client, worker, code, role):
    leaves_by(followed_by(worker), date(2026, 11, 27))
    client.force_login(factories.member(code, role))
    assert client.get(reverse("inbox")).context["strip"] is None


def test_the_rest_is_in_echeances_and_the_page_keeps_its_budget(client, worker, django_assert_max_num_queries):
    for number in range(10):
        walk = followed_by(worker)
        leaves_by(walk, date(2026, 11, 25) + timedelta(days=number % 5))
    client.get(reverse("inbox"))
    with django_assert_max_num_queries(10):
        page = client.get(reverse("inbox"))
    assert len(page.context["strip"].lines) == 8
    assert page.context["strip"].more_url == reverse("deadlines")
    assert 'À ne pas manquer <span class="muted">plus de 8</span>' in " ".join(page.content.decode().split())
