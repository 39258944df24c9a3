"""À faire, as each kind of reader finds it."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import strip_tags

from cases.actions import deadlines
from cases.models import ProcessingRestriction
from tests import factories
from tests.factories import NOON, PARIS
from tests.journeys import scene
from tests.pages import html_of
from tests.workflows.walk import Walk
from workflows.models import CaseTask
from workflows.queries import inbox as queries, time_left
from workflows.queries.waiting_time import since_day
from workflows.views.parts.task_lines import build_task_lines
from workflows.views.work import inbox as page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

TODAY = date(2026, 11, 24)


def asked_of_the_caf(**person: Any) -> Walk:
    home = factories.household(**{"usual_name": "Delaunay", "first_names": "Inès", **person})
    lease = factories.tenancy(
        landlord="gestionnaire-b", housing="private", aid_kind="ALF", home=home, reference=f"G2-{home.pk}"
    )
    return Walk(factories.reported(lease, code="gestionnaire-b", **factories.FAMILY))


def followed_by(worker, **person: Any) -> Walk:
    walk = asked_of_the_caf(**person)
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    return walk


def waiting_for_the_landlord(worker, **person: Any) -> Walk:
    walk = followed_by(worker, **person)
    walk.take("contact", by=worker, result="reached", channel="phone", made_on=TODAY, informed_by="phone")
    walk.take("diagnose", by=worker, completeness="default")
    plan = {"amount": Decimal("1060.00"), "monthly": Decimal("530.00"), "first_due_on": date(2026, 12, 5)}
    walk.take("plan", by=worker, kinds=["repayment"], **plan)
    return walk


def shown(client, part: str = "") -> str:
    return html_of(client.get(reverse("inbox"), {"liste": part} if part else {}))


def test_a_line_says_who_which_step_until_when_and_what_happened_last(client, worker):
    walk = followed_by(worker, no_message=True)
    html = shown(client)
    for words in (
        "Informer et contacter le ménage",
        "DELAUNAY Inès",
        walk.case.reference,
        "pas de message",
        "dans 10\N{NO-BREAK SPACE}jours",
        "ven. 04/12/2026",
        "Vous",
        "depuis aujourd’hui",
        "Claire Montel a accepté l’orientation, aujourd’hui",
    ):
        assert words in html, words
    assert reverse("case", args=[walk.case.public_id]) in html
    assert reverse("step", args=[walk.case.public_id, walk.task("contact").public_id]) in html


def test_a_line_says_which_right_of_its_case_expires_and_until_when_the_step_is_to_be_done(client, worker):
    walk = followed_by(worker)
    caf = factories.structure("caf-91")
    deadlines.start(case=walk.case, fact="order_to_leave_served", on=date(2026, 10, 1), structure=caf, context={})
    words = strip_tags(shown(client))
    assert "Dernier jour mar. 01/12/2026, quitter les lieux après le commandement" in words
    assert "(cette étape : ven. 04/12/2026)" in words
    assert "Sous sept jours" in words


def test_a_step_whose_margin_is_used_up_is_not_late_and_says_its_last_day(client, worker):
    walk = followed_by(worker)
    with time_machine.travel(datetime(2026, 12, 7, 9, tzinfo=PARIS), tick=False):
        client.force_login(worker)
        for address in (
            reverse("inbox"),
            reverse("cases"),
            reverse("case", args=[walk.case.public_id]),
            reverse("step", args=[walk.case.public_id, walk.task("contact").public_id]),
        ):
            words = " ".join(strip_tags(client.get(address).content.decode()).split())
            assert "marge dépassée, dernier jour demain mar. 08/12/2026" in words, address
            assert not re.search(r"en retard de|dont \d+ en retard", words), address
        assert "task-late" not in shown(client)


def test_every_address_of_the_page_opens(client, worker):
    followed_by(worker)
    asked_of_the_caf()
    waiting_for_the_landlord(worker)
    for part in ("pour-moi", "a-prendre", "en-attente"):
        lines = client.get(reverse("inbox"), {"liste": part}).context["groups"]
        addresses = [line.url for group in lines for line in group.lines]
        addresses += [line.action_url for group in lines for line in group.lines]
        assert addresses
        for address in addresses:
            assert client.get(address).status_code == 200


def test_what_is_late_is_apart_and_counted(client, worker):
    walk = followed_by(worker)
    factories.aim(CaseTask.objects.filter(pk=walk.task("contact").pk), at=date(2026, 11, 20))
    followed_by(worker)
    answer = client.get(reverse("inbox"))
    assert [(group.title, group.count) for group in answer.context["groups"]] == [
        ("Sans attendre", 1),
        ("Plus tard", 1),
    ]
    assert "2 tâches, dont 1 à faire sans attendre" in answer.content.decode()


def test_what_nobody_took_and_must_not_wait_is_said_on_its_tab(client, worker):
    followed_by(worker)
    factories.aim(CaseTask.objects.filter(pk=asked_of_the_caf().task("answer").pk), at=date(2026, 11, 20))
    answer = client.get(reverse("inbox"))
    assert [(tab.label, tab.count, tab.pressing) for tab in answer.context["tabs"]] == [
        ("Pour moi", 1, 0),
        ("À prendre", 1, 1),
        ("En attente", 0, 0),
    ]
    assert ", dont 1 sans attendre" in answer.content.decode()


def test_what_others_have_to_do_stands_below_ones_own_list(client, worker):
    followed_by(worker)
    waiting_for_the_landlord(worker, usual_name="Sissoko", first_names="Awa")
    html = shown(client)
    assert html.index("DELAUNAY") < html.index("<h2>En attente d’autres") < html.index("SISSOKO")
    assert "Noter la réponse" in html


def test_the_menu_counts_the_list_that_opens(client, worker):
    asked_of_the_caf()
    followed_by(worker)
    followed_by(worker)
    answer = client.get(reverse("inbox"))
    [entry] = [entry for entry in answer.context["navigation"] if entry.label == "À faire"]
    assert entry.count == sum(len(group.lines) for group in answer.context["groups"]) == 2
    assert [(tab.label, tab.count) for tab in answer.context["tabs"]] == [
        ("Pour moi", 2),
        ("À prendre", 1),
        ("En attente", 0),
    ]


def test_a_landlord_reads_his_tenant_under_his_own_reference_and_nothing_of_the_case(client):
    waiting_for_the_landlord(factories.member("caf-91", first_name="Discrète"), no_message=True)
    client.force_login(factories.member("gestionnaire-b", "correspondent"))
    html = shown(client)
    assert "Répondre au plan d’apurement" in html
    assert "DELAUNAY Inès" in html
    assert "réf. G2-" in html
    assert "4 rue de la Plaine" in html
    for secret in ("Discrète", "pas de message", "CAF", "/situations/"):
        assert secret not in html, secret


def test_the_line_of_a_landlord_leads_to_his_report(client):
    waiting_for_the_landlord(factories.member("caf-91"))
    client.force_login(factories.member("gestionnaire-b", "correspondent"))
    [group] = client.get(reverse("inbox")).context["groups"]
    assert client.get(group.lines[0].url).status_code == 200
    assert group.lines[0].url.startswith("/signalements/")


def test_a_landlord_reads_nothing_of_a_plan_while_what_is_done_with_the_household_is_restricted(client):
    walk = waiting_for_the_landlord(factories.member("caf-91"))
    client.force_login(factories.member("gestionnaire-b", "correspondent"))
    assert "1 tâche" in shown(client)
    scene.restricted(walk.case, by=factories.member("caf-91-pilotage", "dpo"))
    answer = client.get(reverse("inbox"))
    html = html_of(answer)
    assert "Aucun plan n’attend votre réponse" in html
    assert answer.context["groups"] == []
    assert [entry.count for entry in answer.context["navigation"] if entry.label == "À faire"] == [0]
    for secret in ("DELAUNAY", "Delaunay", walk.case.reference, "G2-"):
        assert secret not in html, secret
    ProcessingRestriction.objects.update(
        ended_at=NOON, ended_by=factories.member("caf-91-pilotage", "dpo"), end_reason="checked", told_on=TODAY
    )
    assert "DELAUNAY Inès" in shown(client)
    assert "1 tâche" in shown(client)


def test_a_step_of_a_landlord_without_his_report_has_no_line(client):
    walk = waiting_for_the_landlord(factories.member("caf-91"))
    inbox = queries.Inbox(factories.member("gestionnaire-b", "correspondent"), TODAY)
    [task] = inbox.tasks(queries.InboxList.TO_TAKE)
    assert walk.case.tenancy
    assert [line.reference for line in build_task_lines([task], inbox=inbox)] == [
        f"réf. {walk.case.tenancy.reference}"
    ]
    scene.restricted(walk.case, by=factories.member("caf-91-pilotage", "dpo"))
    assert build_task_lines([task], inbox=inbox) == []


def test_whoever_follows_nobody_has_one_list(client):
    factories.reported()
    client.force_login(factories.member("caf-91-pilotage", "pilot"))
    answer = client.get(reverse("inbox"))
    assert answer.context["tabs"] == []
    assert "Qualifier la situation" in answer.content.decode()


@pytest.mark.parametrize(
    ("code", "role", "title", "address"),
    [
        ("caf-91", "agent", "Tout est à jour", ""),
        ("caf-91-pilotage", "pilot", "Rien à qualifier ni à arbitrer", ""),
        ("bailleur-a", "correspondent", "Aucun plan n’attend votre réponse", "/signalements/"),
        ("ccas-grigny-accueil", "front_desk", "Accueillir une personne", "/guichet/"),
        ("caf-91", "dpo", "Aucune demande n’attend de réponse", "/traces/"),
        ("ville-grigny", "administrator", "Administrer Relais", "/administration/"),
    ],
)
def test_an_empty_list_says_what_to_do_next(client, code, role, title, address):
    client.force_login(factories.member(code, role))
    answer = client.get(reverse("inbox"))
    assert (answer.context["empty"].title, answer.context["empty"].action_url) == (title, address)
    assert title in answer.content.decode()


def test_an_empty_list_of_ones_own_leads_to_what_is_to_take(client, worker):
    asked_of_the_caf()
    assert "Voir ce qui est à prendre (1)" in shown(client, "pour-moi")


def test_someone_without_membership_is_told_so(client):
    client.force_login(factories.user())
    html = shown(client)
    assert "Aucun rattachement" in html
    assert "Voir mes invitations" in html


def test_a_long_list_has_pages(client, worker, monkeypatch):
    monkeypatch.setattr(page, "PAGE_SIZE", 2)
    for _ in range(3):
        followed_by(worker)
    first = client.get(reverse("inbox"))
    second = client.get(first.context["next_url"])
    assert [len(answer.context["groups"][0].lines) for answer in (first, second)] == [2, 1]
    assert second.context["next_url"] == ""
    assert second.context["groups"][0].count == 3


def test_a_list_too_long_to_be_counted_says_so_everywhere_and_no_heading_says_nothing_of_what_it_shows(
    client, worker, monkeypatch
):
    monkeypatch.setattr(time_left, "COUNTED", 1)
    for day in (20, 24, 24):
        factories.aim(CaseTask.objects.filter(pk=followed_by(worker).task("contact").pk), at=date(2026, 11, day))
    waiting_for_the_landlord(worker)
    waiting_for_the_landlord(worker)
    answer = client.get(reverse("inbox"))
    assert answer.context["lead"] == "Plus de 1 tâches, dont 1 à faire sans attendre"
    assert [(tab.label, tab.count) for tab in answer.context["tabs"]] == [
        ("Pour moi", "plus de 1"),
        ("À prendre", 0),
        ("En attente", "plus de 1"),
    ]
    assert [(group.title, group.count) for group in answer.context["groups"]] == [
        ("Sans attendre", 1),
        ("Aujourd’hui", "plus de 1"),
    ]
    words = " ".join(strip_tags(answer.content.decode()).split())
    assert "En attente d’autres plus de 1" in words
    assert "plus anciennes de vos situations" not in words


def test_an_address_that_makes_no_sense_opens_the_first_list(client, worker):
    followed_by(worker)
    answer = client.get(reverse("inbox"), {"liste": "zzz", "apres": "2026-99-99.x"})
    assert answer.context["part"] == queries.InboxList.MINE
    assert len(answer.context["groups"]) == 1


@pytest.mark.parametrize("part", ["pour-moi", "a-prendre", "en-attente"])
def test_a_list_costs_ten_queries_at_most_whatever_its_length(client, worker, django_assert_max_num_queries, part):
    for _ in range(3):
        followed_by(worker)
        asked_of_the_caf()
        waiting_for_the_landlord(worker)
    with django_assert_max_num_queries(10):
        shown(client, part)


def test_the_list_of_a_landlord_costs_ten_queries_at_most(client, django_assert_max_num_queries):
    for _ in range(3):
        waiting_for_the_landlord(factories.member("caf-91"))
    client.force_login(factories.member("gestionnaire-b", "correspondent"))
    with django_assert_max_num_queries(10):
        shown(client)


WRITES = re.compile(r'(?<!FOR )(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)')
"""What a query begins with is no sign: the second barrier says before it who reads."""


def test_reading_writes_a_line_of_the_access_log_and_nothing_else(client, worker, django_assert_max_num_queries):
    followed_by(worker)
    with django_assert_max_num_queries(10) as made:
        shown(client)
    assert [table for query in made.captured_queries for table in WRITES.findall(query["sql"])] == [
        "cases_accessentry"
    ]


@pytest.mark.parametrize(
    ("day", "today", "words"),
    [
        (date(2026, 11, 24), TODAY, "depuis aujourd’hui"),
        (date(2026, 11, 23), TODAY, "depuis 1\N{NO-BREAK SPACE}jour ouvré"),
        (date(2026, 11, 19), TODAY, "depuis 3\N{NO-BREAK SPACE}jours ouvrés"),
        (date(2026, 11, 21), date(2026, 11, 22), "depuis moins d’un jour ouvré"),
    ],
)
def test_how_long_is_said_in_working_days(day, today, words):
    assert since_day(day, today=today) == words
