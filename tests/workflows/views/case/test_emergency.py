"""A case of others opened in emergency: with a reason, for a day, read only, told at once, ended by who watches."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from cases import permissions
from cases.actions import partners
from cases.actions.case import assign_professional
from cases.models import AccessEntry, EmergencyAccess, JournalEntry
from cases.refusals import NotAllowed
from notifications import fanout
from notifications.models import Delivery, Notice
from tests.factories import NOON, member, move_to_territory, structure
from tests.pages import html_of
from tests.workflows.views.case.test_case import followed_by
from workflows.actions import emergency
from workflows.actions.emergency import CannotOpenInEmergency
from workflows.views.case.sharing_requests import ask_address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

WHY = "Expulsion demain à 9 h, personne ne répond au service."


@pytest.fixture
def case():
    return followed_by(member("caf-91", first_name="Claire", last_name="Montel"))


@pytest.fixture
def agent():
    return member("ccas-grigny", first_name="Léa", last_name="Diaz")


@pytest.fixture
def manager():
    return member("ccas-grigny", "manager", first_name="Rose", last_name="Adam")


@pytest.fixture
def officer():
    return member("ccas-grigny", "dpo", first_name="Yves", last_name="Marchal")


def form_of(case, user, code="ccas-grigny"):
    token = ask_address(case=case, structure=structure(code), user=user, on=NOON.date()).rstrip("/").rpartition("/")[2]
    return reverse("emergency_open", args=[token])


def opened(case, *, by, code="ccas-grigny", at=NOON, reason=WHY):
    return emergency.open_in_emergency(case=case, structure=structure(code), reason=reason, by=by, at=at)


def page_of(access):
    return reverse("emergency_case", args=[access.public_id])


def test_a_professional_opens_a_case_with_a_reason_and_reads_it(client, case, agent, manager):
    client.force_login(agent)
    asked = ask_address(case=case, structure=structure("ccas-grigny"), user=agent, on=NOON.date())
    assert form_of(case, agent) in html_of(client.get(asked))
    assert client.get(reverse("case", args=[case.public_id])).status_code == 404
    html = html_of(client.post(form_of(case, agent), {"reason": WHY}, follow=True))
    for words in [
        "FERREIRA Ana",
        "06 12 34 56 78",
        "Claire Montel",
        "Lecture seule, jusqu’au 25/11/2026 à 12",
        "Chronologie",
    ]:
        assert words in html.replace("\u00a0", " "), words
    assert "a ouvert le dossier en urgence, sans y avoir part" in html
    assert "2 120" not in html.replace("\u202f", " ").replace("\u00a0", " ")


def test_it_is_in_the_timeline_and_in_the_traces(client, case, agent, manager):
    access = opened(case, by=agent)
    entry = JournalEntry.objects.get(kind="emergency.opened")
    assert (entry.case, entry.actor, entry.structure, entry.data) == (
        case,
        agent,
        structure("ccas-grigny"),
        {"access": access.pk},
    )
    client.force_login(agent)
    client.get(page_of(access))
    reading = AccessEntry.objects.get(user=agent, case=case)
    assert (reading.kind, reading.structure, reading.right) == ("case", structure("ccas-grigny"), "break_glass")
    assert reading.reason == f"emergency-{access.pk}"


def test_the_manager_and_the_officers_of_both_bodies_are_told_at_once_whatever_they_chose(
    case, agent, manager, officer
):
    of_the_caf, stranger = member("caf-91-recouvrement", "dpo"), member("mds-grigny", "manager")
    opened(case, by=agent)
    fanout.drain_outbox(at=NOON)
    told = Notice.objects.filter(entry__kind="emergency.opened")
    assert {notice.user for notice in told} == {manager, officer, of_the_caf}
    assert {notice.case for notice in told} == {None}
    assert Delivery.objects.filter(user__in=[manager, officer, of_the_caf]).count() == 3
    assert stranger not in {notice.user for notice in told}


def test_it_gives_no_part_in_the_case_and_no_act(client, case, agent, manager):
    opened(case, by=agent)
    client.force_login(agent)
    assert not permissions.can_view(agent, case, at=NOON.date())
    for name in ("case", "case_note", "documents", "letters", "case_timeline", "case_share"):
        url = reverse(name, args=[case.public_id])
        assert client.get(url).status_code == client.post(url, {"text": "x"}).status_code == 404, name
    access = EmergencyAccess.objects.get()
    assert client.post(page_of(access), {"text": "x"}).status_code == 405


def test_it_ends_by_itself_after_a_day(client, case, agent, manager):
    access = opened(case, by=agent)
    with time_machine.travel(NOON + timedelta(hours=23, minutes=59), tick=False):
        client.force_login(agent)
        assert client.get(page_of(access)).status_code == 200
    with time_machine.travel(NOON + timedelta(hours=24), tick=False):
        client.force_login(agent)
        assert client.get(page_of(access)).status_code == 404


@pytest.mark.parametrize("who", ["manager", "officer", "agent"])
def test_who_watches_it_and_who_opened_it_end_it(client, case, agent, manager, officer, who):
    access = opened(case, by=agent)
    client.force_login({"manager": manager, "officer": officer, "agent": agent}[who])
    listed = html_of(client.get(reverse("emergency_accesses")))
    assert WHY in listed
    assert "FERREIRA" not in listed
    html = html_of(client.post(reverse("emergency_end", args=[access.public_id]), follow=True))
    assert "Accès d’urgence interrompu." in html
    again = html_of(client.post(reverse("emergency_end", args=[access.public_id]), follow=True))
    assert "a déjà pris fin" in again
    client.force_login(agent)
    assert client.get(page_of(access)).status_code == 404
    assert JournalEntry.objects.filter(kind="emergency.ended", case=case).count() == 1


def test_the_officer_of_the_body_that_answers_for_the_case_ends_it_too(case, agent, manager):
    access = opened(case, by=agent)
    of_the_caf = member("caf-91", "dpo")
    assert emergency.end_emergency(access=access, by=of_the_caf, at=NOON).ended_by == of_the_caf


def test_a_colleague_and_a_stranger_know_nothing_of_it(client, case, agent, manager):
    access = opened(case, by=agent)
    for other in (member("ccas-grigny"), member("mds-grigny", "manager"), member("mds-grigny", "dpo")):
        client.force_login(other)
        assert client.get(page_of(access)).status_code == 404
        assert client.post(reverse("emergency_end", args=[access.public_id])).status_code == 404
        assert WHY not in html_of(client.get(reverse("emergency_accesses")))
        with pytest.raises(NotAllowed):
            emergency.end_emergency(access=access, by=other, at=NOON)


def test_who_left_the_service_reads_it_no_more(client, case, agent, manager):
    access = opened(case, by=agent)
    agent.memberships.update(until=date(2026, 11, 23))
    client.force_login(agent)
    assert client.get(page_of(access)).status_code == 404


def test_once_shared_it_leads_to_the_case(client, case, agent, manager):
    access = opened(case, by=agent)
    worker = case.assignments.get(until=None).user
    partners.add(case=case, structure=structure("ccas-grigny"), level="card", basis="SH-3", by=worker, at=NOON)
    assign_professional(case=case, user=agent, structure=structure("ccas-grigny"), by=worker, at=NOON)
    client.force_login(agent)
    assert client.get(page_of(access)).headers["Location"] == reverse("case", args=[case.public_id])


@pytest.mark.parametrize("code", ["bailleur-a", "gestionnaire-b", "caf-91-pilotage", "ccas-grigny-accueil"])
def test_who_follows_no_case_opens_none(case, code):
    person = member(code, "manager" if code != "ccas-grigny-accueil" else "front_desk")
    with pytest.raises(NotAllowed):
        opened(case, by=person, code=code)
    assert not EmergencyAccess.objects.exists()


def test_a_landlord_s_advisers_open_none(case):
    adviser, _ = member("bailleur-a-social"), member("bailleur-a-social", "manager")
    with pytest.raises(CannotOpenInEmergency, match="n’ouvre aucun dossier en urgence"):
        opened(case, by=adviser, code="bailleur-a-social")


def test_a_foreign_territory_opens_none(case, agent, manager):
    move_to_territory("ccas-grigny", name="Valbrune")
    with pytest.raises(CannotOpenInEmergency, match="autre territoire"):
        opened(case, by=agent)


def test_nothing_is_opened_that_nobody_could_be_told_of(case, manager):
    with pytest.raises(CannotOpenInEmergency, match="ne peut en être prévenu"):
        opened(case, by=manager)
    member("ccas-grigny", "dpo")
    assert opened(case, by=manager).until == NOON + timedelta(hours=24)


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_is_typed(client, case, agent, manager, reason):
    client.force_login(agent)
    html = html_of(client.post(form_of(case, agent), {"reason": reason}))
    assert "error-summary" in html
    with pytest.raises(CannotOpenInEmergency, match="Dire pourquoi"):
        opened(case, by=agent, reason=reason)
    assert not EmergencyAccess.objects.exists()


def test_opening_twice_opens_once(case, agent, manager):
    first = opened(case, by=agent)
    assert opened(case, by=agent, at=NOON + timedelta(hours=1)) == first
    assert EmergencyAccess.objects.get().until == NOON + timedelta(hours=24)


def test_what_was_interrupted_is_not_opened_again_before_its_end(client, case, agent, manager):
    access = opened(case, by=agent)
    emergency.end_emergency(access=access, by=manager, at=NOON + timedelta(hours=1))
    with pytest.raises(CannotOpenInEmergency, match=r"interrompu : il ne se rouvre pas avant le 25/11/2026 à 12:00\."):
        opened(case, by=agent, at=NOON + timedelta(hours=2))
    client.force_login(agent)
    assert "a été interrompu" in html_of(client.post(form_of(case, agent), {"reason": WHY}))
    assert opened(case, by=agent, at=NOON + timedelta(hours=24)) != access


def test_what_its_author_ended_himself_is_opened_again(case, agent, manager):
    emergency.end_emergency(access=opened(case, by=agent), by=agent, at=NOON)
    assert opened(case, by=agent, at=NOON + timedelta(hours=1)).ended_at is None
