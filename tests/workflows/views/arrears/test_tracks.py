"""“Où en est-on ?” on the page of a case: shown once a dated fact moves the procedure or the aid, in plain words."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from cases.actions.milestones import save_milestone as keep_milestone
from tests.factories import FAMILY, NOON, aim, reported, tenancy
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows.actions import milestones
from workflows.models import CaseTask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

HEADING = "Où en est-on"


def followed(worker, *, informed=True, **lease):
    walk = Walk(reported(tenancy(**{"housing": "private", "aid_kind": "ALF"} | lease), **FAMILY))
    walk.take("answer", by=worker, accept=True, professional=worker)
    if informed:
        reached = {"result": "reached", "channel": "phone", "made_on": NOON.date(), "informed_by": "phone"}
        walk.take("contact", by=worker, **reached)
    return walk


def record(walk, worker, kind, day, known="proved"):
    milestones.record(case=walk.case, kind=kind, happened_on=day, known=known, by=worker, at=NOON)


def shown(client, walk, worker):
    client.force_login(worker)
    return html_of(client.get(reverse("case", args=[walk.case.public_id])))


def test_an_order_to_pay_shows_the_procedure_what_it_changes_and_until_when(client, worker):
    walk = followed(worker, lease_date=date(2024, 3, 1))
    record(walk, worker, "order_to_pay_served", date(2026, 11, 3), known="declared")
    page = shown(client, walk, worker)
    assert "Procédure d’expulsion : commandement de payer" in page
    assert "Commandement de payer signifié" in page
    assert "date déclarée" in page
    assert "Le bail continue et le ménage reste chez lui" in page
    assert "Effet de la clause résolutoire après le commandement de payer" in page
    assert "mar. 15/12/2026" in page


def test_a_hearing_to_come_is_announced_and_nothing_before_a_dated_fact(client, worker):
    walk = followed(worker)
    assert HEADING not in shown(client, walk, worker)
    record(walk, worker, "summons_served", date(2026, 11, 20))
    record(walk, worker, "hearing", date(2027, 2, 2))
    page = shown(client, walk, worker)
    assert "Procédure d’expulsion : assignation" in page
    assert "à venir" in page
    assert "02/02/2027" in page


def test_the_winter_truce_is_told_when_an_eviction_is_near(client, worker):
    walk = followed(worker)
    record(walk, worker, "order_to_leave_served", date(2026, 11, 20))
    assert "Trêve hivernale jusqu’au 31/03/2027 inclus" in shown(client, walk, worker)


@pytest.mark.parametrize(
    ("reported_on", "who"), [(date(2026, 11, 20), "la CAF ou la MSA"), (date(2027, 1, 4), "la CCAPEX")]
)
def test_who_decides_of_the_aid_depends_on_the_day_of_the_report(client, worker, reported_on, who):
    walk = followed(worker)
    keep_milestone(case=walk.case, kind="arrears_reported", happened_on=reported_on, at=NOON)
    with time_machine.travel(NOON.replace(year=2027, month=1, day=11), tick=False):
        page = shown(client, walk, worker)
    assert "Aide au logement : maintenue en attendant" in page
    assert f"Qui décide de l’aide : {who}." in page


def test_a_lease_without_aid_says_so_once_in_court(client, worker):
    walk = followed(worker)
    walk.case.tenancy.aid_kind = "none"
    walk.case.tenancy.save()
    assert HEADING not in shown(client, walk, worker)
    record(walk, worker, "order_to_pay_served", date(2026, 11, 3))
    assert "Aide au logement : sans aide au logement" in shown(client, walk, worker)


def test_the_card_shows_the_procedure_and_not_the_aid(client, worker):
    walk = followed(worker, informed=False)
    record(walk, worker, "order_to_pay_served", date(2026, 11, 3))
    record(walk, worker, "aid_suspended", date(2026, 11, 10))
    page = shown(client, walk, worker)
    assert "Procédure d’expulsion : commandement de payer" in page
    assert "suspendue" not in page


# The inbox


def inbox_of(client, worker):
    client.force_login(worker)
    return client.get(reverse("inbox"))


def test_a_case_in_court_is_on_top_of_the_inbox_with_a_word_that_says_why(client, worker):
    late, court = followed(worker), followed(worker, lease_date=date(2024, 3, 1))
    aim(CaseTask.objects.open().of_case(late.case), at=date(2026, 11, 20))
    record(court, worker, "order_to_pay_served", date(2026, 11, 3))
    page = inbox_of(client, worker)
    assert [group.title for group in page.context["groups"]] == [
        "Procédure d’expulsion ou contrainte",
        "Sans attendre",
    ]
    assert page.context["groups"][0].lines[0].why == "commandement de payer : délai jusqu’au 15/12/2026"
    assert "commandement de payer : délai jusqu’au 15/12/2026" in html_of(page)
    assert page.context["lead"] == "2 tâches, dont 1 à faire sans attendre"


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ([("order_to_pay_planned", date(2026, 12, 15))], "commandement de payer envisagé le 15/12/2026"),
        (
            [("order_to_pay_planned", date(2026, 12, 2)), ("hearing", date(2027, 1, 12))],
            "commandement de payer envisagé le 02/12/2026",
        ),
        ([("summons_served", date(2026, 11, 20))], "assignation"),
        ([("summons_served", date(2026, 11, 20)), ("hearing", date(2027, 2, 2))], "audience le 02/02/2027"),
        (
            [("order_to_pay_served", date(2026, 11, 3)), ("order_to_pay_term", date(2027, 1, 5))],
            "commandement de payer : délai jusqu’au 15/12/2026",
        ),
        (
            [
                ("order_to_pay_term", date(2027, 1, 5)),
                ("summons_served", date(2026, 11, 20)),
                ("hearing", date(2027, 2, 2)),
            ],
            "audience le 02/02/2027",
        ),
        ([("ccapex_seized", date(2026, 11, 10))], "CCAPEX saisie : délai jusqu’au 10/01/2027"),
        (
            [("order_to_leave_served", date(2026, 11, 10))],
            "commandement de quitter les lieux : délai jusqu’au 10/01/2027",
        ),
    ],
)
def test_the_word_names_the_act_and_the_date_to_remember(client, worker, facts, why):
    walk = followed(worker)
    for kind, day in facts:
        record(walk, worker, kind, day)
    lines = [line for group in inbox_of(client, worker).context["groups"] for line in group.lines]
    assert {line.why for line in lines} == {why}


def test_an_inbox_with_cases_in_court_costs_ten_queries_at_most(client, worker, django_assert_max_num_queries):
    for _ in range(3):
        walk = followed(worker)
        record(walk, worker, "hearing", date(2027, 2, 2))
    client.force_login(worker)
    with django_assert_max_num_queries(10):
        client.get(reverse("inbox"))
