"""The notification centre: one’s own notices, in words, leading to what one may see."""

from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cases import journal
from notifications import queries
from notifications.fanout import drain_outbox
from notifications.models import Delivery, Notice
from notifications.places import places_of
from notifications.told import TOLD
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from tests.workflows.views.work.test_inbox import asked_of_the_caf, followed_by, waiting_for_the_landlord

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def agent(client):
    person = factories.member("caf-91")
    client.force_login(person)
    return person


def told(client) -> Any:
    drain_outbox(at=NOON)
    return client.get(reverse("notifications"))


def lines(answer) -> list[queries.WordedNotice]:
    return [line for _, bundles in answer.context["days"] for bundle in bundles for line in bundle.lines]


def bell(answer) -> int:
    return int(answer.context["account"].unread)


def test_a_notice_says_what_and_whom_and_the_bell_counts_it(client, agent):
    walk = asked_of_the_caf()
    answer = told(client)
    html = answer.content.decode()
    for words in (
        "Une situation est orientée vers votre structure",
        "DELAUNAY Inès",
        walk.case.reference,
        "(non lue)",
    ):
        assert words in html, words
    assert bell(answer) == 1


def test_opening_marks_as_read_and_leads_to_the_case(client, agent):
    walk = asked_of_the_caf()
    [line] = lines(told(client))
    answer = client.post(reverse("notification", args=[line.notice.public_id]))
    assert answer["Location"] == reverse("case", args=[walk.case.public_id])
    line.notice.refresh_from_db()
    assert line.notice.read_at == NOON
    assert bell(client.get(reverse("notifications"))) == 0


def test_what_was_said_of_the_same_case_is_read_with_it(client, agent):
    walk = asked_of_the_caf()
    other = asked_of_the_caf()
    manager = factories.member("caf-91", "manager")
    walk.take("answer", by=manager, accept=True, professional=agent, reason="")
    assigned, *_ = [line for line in lines(told(client)) if line.notice.entry.kind == "professional.assigned"]
    client.post(reverse("notification", args=[assigned.notice.public_id]))
    unread = Notice.objects.filter(user=agent, read_at=None)
    assert [notice.case for notice in unread] == [other.case]


def test_looking_marks_nothing_as_read(client, agent):
    asked_of_the_caf()
    [line] = lines(told(client))
    client.get(reverse("notification", args=[line.notice.public_id]))
    assert bell(client.get(reverse("notifications"))) == 1


def test_all_are_read_at_once(client, agent):
    asked_of_the_caf()
    asked_of_the_caf()
    colleague = factories.member("caf-91")
    drain_outbox(at=NOON)
    colleague_has = Notice.objects.filter(user=colleague, read_at=None).count()
    answer = client.post(reverse("notifications"), follow=True)
    assert bell(answer) == 0
    assert "Tout marquer comme lu" not in answer.content.decode()
    assert Notice.objects.filter(user=colleague, read_at=None).count() == colleague_has == 2


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_notice_of_someone_else_does_not_exist(client, agent, method):
    asked_of_the_caf()
    [line] = lines(told(client))
    client.force_login(factories.member("caf-91"))
    assert getattr(client, method)(reverse("notification", args=[line.notice.public_id])).status_code == 404
    line.notice.refresh_from_db()
    assert line.notice.read_at is None


def test_nothing_is_said_of_a_case_one_no_longer_sees(client, agent):
    walk = asked_of_the_caf()
    drain_outbox(at=NOON)
    worker = factories.member("caf-91")
    walk.take("answer", by=worker, accept=True, professional=worker, reason="")
    answer = told(client)
    html = answer.content.decode()
    assert "Situation à laquelle vous n’avez plus accès" in html
    assert "DELAUNAY" not in html
    assert walk.case.reference not in html
    [line] = lines(answer)
    opened = client.post(reverse("notification", args=[line.notice.public_id]), follow=True)
    assert "Vous n’avez plus accès à cette situation" in opened.content.decode()


def test_of_a_case_one_no_longer_sees_nothing_is_said_to_be_done(client, agent):
    walk = asked_of_the_caf()
    gone = factories.member("mds-grigny")
    for reader, seen in ((agent, True), (gone, False)):
        entry = journal.record("task.escalated", at=NOON, case=walk.case)
        notice = Notice.objects.create(user=reader, entry=entry, case=walk.case, created_at=NOON)
        [line] = queries.describe_notices([notice], reader=reader, today=NOON.date())
        to_do = " : répondre, ou confier la tâche" if seen else ""
        assert line.words == f"Votre structure n’a pas répondu à l’orientation{to_do}"


def test_a_professional_whose_structure_only_reported_is_not_led_to_a_landlords_page():
    """Her colleague reported the case: she sees that report among those of her structure, and no page of it."""
    reporter, colleague = factories.member("mds-grigny"), factories.member("mds-grigny")
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    case = factories.reported(lease, by=reporter, code="mds-grigny", channel="professional", **factories.FAMILY)
    assert list(places_of([case], reader=reporter, today=NOON.date())) == [case.pk]
    assert places_of([case], reader=colleague, today=NOON.date()) == {}


def test_a_landlord_is_told_of_his_plan_by_his_tenant_and_reference_and_led_to_his_report(client):
    landlord = factories.member("gestionnaire-b", "correspondent")
    client.force_login(landlord)
    waiting_for_the_landlord(factories.member("caf-91", first_name="Discrète"))
    answer = told(client)
    html = html_of(answer)
    assert "Un plan d’apurement attend votre réponse" in html
    assert "DELAUNAY Inès" in html
    assert "réf. G2-" in html
    for secret in ("Discrète", "CAF", "/situations/"):
        assert secret not in html, secret
    [line] = lines(answer)
    assert client.post(reverse("notification", args=[line.notice.public_id]), follow=True).status_code == 200


def test_many_cases_routed_together_are_one_thing_to_read(client, agent):
    for _ in range(4):
        asked_of_the_caf()
    followed_by(agent)
    [(day, [bundle])] = told(client).context["days"]
    # The one that he took is read.
    assert (day, bundle.is_folded, len(bundle.lines), bundle.unread) == ("aujourd’hui", True, 5, 4)
    assert bundle.reference == ""


def test_the_changes_of_one_case_are_one_thing_to_read_and_opening_one_reads_them(client, agent):
    walk = followed_by(agent)
    other = followed_by(agent)
    drain_outbox(at=NOON)
    Delivery.objects.all().delete()
    Notice.objects.all().delete()
    for kind in ("tenancy.ended", "debt.cleared", "case.reopened"):
        journal.record(kind, at=NOON, case=walk.case)
    journal.record("debt.cleared", at=NOON, case=other.case)
    answer = told(client)
    [(_, found)] = answer.context["days"]
    assert [(bundle.words, bundle.is_folded, len(bundle.lines)) for bundle in found] == [
        ("La dette est soldée : clore la situation, ou la garder ouverte", False, 1),
        ("3 changements", True, 3),
    ]
    assert (found[1].about, found[1].reference) == ("DELAUNAY Inès", walk.case.reference)
    assert "3 changements" in answer.content.decode()
    client.post(reverse("notification", args=[found[1].lines[0].notice.public_id]))
    assert bell(client.get(reverse("notifications"))) == 1


def test_two_changes_of_one_case_are_two_lines(client, agent):
    walk = followed_by(agent)
    drain_outbox(at=NOON)
    Delivery.objects.all().delete()
    Notice.objects.all().delete()
    for kind in ("tenancy.ended", "debt.cleared"):
        journal.record(kind, at=NOON, case=walk.case)
    [(_, found)] = told(client).context["days"]
    assert [(bundle.is_folded, len(bundle.lines)) for bundle in found] == [(False, 1), (False, 1)]


def test_pages_follow_one_another_newest_first(client, agent, monkeypatch):
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    for _ in range(5):
        asked_of_the_caf()
    first = told(client)
    second = client.get("/notifications/" + first.context["next_url"])
    last = client.get("/notifications/" + second.context["next_url"])
    shown = [line.notice.pk for answer in (first, second, last) for line in lines(answer)]
    assert shown == sorted(shown, reverse=True)
    assert [len(lines(answer)) for answer in (first, second, last)] == [2, 2, 1]
    assert last.context["next_url"] == ""


@pytest.mark.parametrize("place", ["zzz", "2026-11-24_3", "2026-11-24T12:00:00_3", "_", "9999-99-99_1"])
def test_a_place_that_cannot_be_read_is_the_beginning(client, agent, place):
    asked_of_the_caf()
    drain_outbox(at=NOON)
    assert len(lines(client.get(reverse("notifications"), {"apres": place}))) == 1


def test_nobody_told_yet_reads_what_will_come(client, agent):
    assert "Aucune notification" in told(client).content.decode()


def test_the_page_costs_ten_queries_at_most(client, agent, django_assert_max_num_queries):
    for _ in range(3):
        asked_of_the_caf()
        waiting_for_the_landlord(agent)
    drain_outbox(at=NOON)
    landlord = factories.member("gestionnaire-b", "correspondent")
    with django_assert_max_num_queries(10):
        client.get(reverse("notifications"))
    client.force_login(landlord)
    with django_assert_max_num_queries(10):
        client.get(reverse("notifications"))


def test_every_kind_that_has_an_audience_has_words():
    assert all(told.words for told in TOLD.values())
