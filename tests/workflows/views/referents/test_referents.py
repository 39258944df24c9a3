"""Mes bénéficiaires, a person who is followed, the référents of a structure, and a portfolio handed over."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import journal
from cases.actions import people
from cases.models import AccessEntry, Case, Coordination, JournalEntry, LegalReferent, Referent, User
from notifications import fanout
from notifications.models import Notice
from notifications.places import places_of
from tests.cases.actions.test_referents import nothing_broken, somebody
from tests.factories import NOON, member, person, structure
from tests.journeys.scene import coordinated, followed
from tests.pages import html_of
from workflows.actions import absences, referents
from workflows.models import CaseTask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]


@pytest.fixture
def agent() -> User:
    return member("mds-grigny", last_name="Kessler")


@pytest.fixture
def manager() -> User:
    return member("mds-grigny", "manager", last_name="Lambert")


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def held(user: User, count: int) -> list[Referent]:
    return [followed(by=user, code="mds-grigny", someone=somebody(f"Personne{number}")) for number in range(count)]


def test_a_professional_reads_whom_he_follows_and_what_is_to_do(agent: User):
    held(agent, 2)
    page = of(agent).get(reverse("my_people")).content.decode()
    assert "2 personnes suivies" in page
    assert "PERSONNE0" in page


def test_of_many_people_those_with_an_alert_are_shown_and_the_list_says_that_it_is_cut(agent: User, monkeypatch: Any):
    monkeypatch.setattr("workflows.views.referents.referents.FOLLOWED_SHOWN", 2)
    rows = held(agent, 3)
    Referent.objects.filter(pk=rows[0].pk).update(state="active", informed_on=NOON.date())
    Referent.objects.filter(pk=rows[1].pk).update(state="active", informed_on=NOON.date())
    Referent.objects.filter(pk=rows[2].pk).update(state="accepted", informed_on=None)
    page = " ".join(html_of(of(agent).get(reverse("my_people"))).split())
    assert "3 personnes suivies" in page
    assert "Les 2 premières, celles qui ont une alerte d’abord, puis par ordre alphabétique" in page
    assert [f"PERSONNE{number}" in page for number in range(3)] == [True, False, True]


def test_the_list_costs_ten_queries_at_most(agent: User, django_assert_max_num_queries: Any):
    held(agent, 12)
    client = of(agent)
    with django_assert_max_num_queries(12):  # two of them are the session and the user
        client.get(reverse("my_people"))


def test_the_page_of_a_structure_costs_ten_queries_at_most(
    manager: User, agent: User, django_assert_max_num_queries: Any
):
    held(agent, 12)
    client = of(manager)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("referents")).content.decode()
    assert "Kessler" in page


def test_who_is_proposed_answers_from_his_list_and_reads_the_person_only_then(agent: User, manager: User):
    referent = referents.propose(
        beneficiary=somebody(), structure=structure("mds-grigny"), user=agent, by=manager, at=NOON
    )
    client = of(agent)
    person_url = reverse("beneficiary", args=[referent.case.public_id])
    assert client.get(person_url).status_code == 404
    answer_url = reverse("referent_answer", args=[referent.public_id])
    assert answer_url in client.get(reverse("my_people")).content.decode()
    refused = client.post(answer_url, {"accept": "no", "reason": ""})
    assert "Indiquer pourquoi décliner" in refused.content.decode()
    assert client.post(answer_url, {"accept": "yes", "reason": ""}).url == person_url  # type: ignore[attr-defined]
    assert client.get(person_url).status_code == 200


def test_several_people_are_proposed_to_a_colleague_at_once(agent: User):
    other = member("mds-grigny")
    chosen = [referent.pk for referent in held(agent, 3)][:2]
    of(agent).post(reverse("my_people"), {"chosen": chosen, "colleague": other.pk})
    assert Referent.objects.proposed().filter(user=other).count() == 2
    assert Referent.objects.current().filter(user=agent).count() == 3


def test_a_manager_tries_a_transfer_does_it_and_undoes_it(manager: User, agent: User):
    other = member("mds-grigny")
    rows = held(agent, 4)
    client, url = of(manager), reverse("portfolio", args=["mds-grigny", agent.public_id])
    typed = {"personne": [row.pk for row in rows[:3]], "collegue": [other.pk], f"vers-{rows[0].pk}": manager.pk}
    tried = client.post(url, typed).content.decode()
    assert "Transférer 3 personnes" in tried
    assert not JournalEntry.objects.filter(kind="referents.handed_over").exists()
    done = client.post(url, {**typed, "transferer": "oui"})
    assert Referent.objects.current().filter(user=manager).count() == 1
    assert Referent.objects.current().filter(user=other).count() == 2
    assert nothing_broken()
    client.post(done.url)  # type: ignore[attr-defined]
    assert Referent.objects.current().filter(user=agent).count() == 4
    assert nothing_broken()


def test_a_transfer_says_before_it_is_done_that_it_ends_a_coordination_and_opens_what_was_not_read():
    worker, colleague = member("caf-91"), member("caf-91")
    case = coordinated(worker=worker, helper=member("mds-grigny"))
    row = Referent.objects.current().get(case=case, user=worker)
    client, url = of(member("caf-91", "manager")), reverse("portfolio", args=["caf-91", worker.public_id])
    assert f"{worker} la coordonne" in client.get(url).content.decode()
    tried = " ".join(client.post(url, {"personne": row.pk, "collegue": colleague.pk}).content.decode().split())
    assert "1 coordination prendrait fin : un autre coordinateur serait à désigner." in tried
    assert "la coordonne : le transfert y met fin" in tried
    assert "lirait aussitôt ce que votre structure lit du dossier, et devrait en informer la personne." in tried
    assert Coordination.objects.current().filter(referent=row).exists()


def test_a_transfer_to_nobody_says_what_to_choose(manager: User, agent: User):
    [row] = held(agent, 1)
    url = reverse("portfolio", args=["mds-grigny", agent.public_id])
    page = of(manager).post(url, {"personne": [row.pk]}).content.decode()
    assert "Choisir au moins un collègue" in page


def test_a_manager_takes_a_proposal_back(manager: User, agent: User):
    referent = referents.propose(
        beneficiary=somebody(), structure=structure("mds-grigny"), user=agent, by=manager, at=NOON
    )
    of(manager).post(reverse("referent_withdraw", args=[referent.public_id]))
    referent.refresh_from_db()
    assert referent.state == "withdrawn"
    assert "1 place de référent à pourvoir" in of(manager).get(reverse("referents")).content.decode()
    assert nothing_broken()


def test_places_and_proposals_beyond_the_oldest_are_counted(manager: User, agent: User, monkeypatch: Any):
    monkeypatch.setattr("workflows.views.referents.referents.MOST_SHOWN", 2)
    for number in range(6):
        asked = referents.propose(
            beneficiary=somebody(f"Personne{number}"),
            structure=structure("mds-grigny"),
            user=agent,
            by=manager,
            at=NOON + timedelta(hours=number),
        )
        if number < 3:
            referents.withdraw_proposal(referent=asked, by=manager, at=NOON + timedelta(hours=number))
    page = html_of(of(manager).get(reverse("referents")))
    assert "3 places de référent à pourvoir" in page
    assert "3 propositions sans réponse" in page
    assert page.count("Les 2 plus anciennes sur 3 ; les autres viendront au fur et à mesure.") == 2
    assert [f"PERSONNE{number}" in page for number in range(6)] == [True, True, False, True, True, False]


def test_each_transfer_of_yesterday_and_today_leads_to_where_it_is_undone(manager: User):
    told: dict[str, Any] = {"structure": structure("mds-grigny"), "by": manager, "count": 2}
    acts = [journal.record("referents.handed_over", at=NOON - timedelta(hours=6 * each), **told) for each in range(7)]
    past = journal.record("referents.handed_over", at=NOON - timedelta(days=2), **told)
    page = html_of(of(manager).get(reverse("referents")))
    assert [act for act in acts if reverse("portfolio_done", args=["mds-grigny", act.pk]) not in page] == []
    assert reverse("portfolio_done", args=["mds-grigny", past.pk]) not in page


def test_an_agent_reads_no_page_of_managers(agent: User):
    held(agent, 1)
    assert of(agent).get(reverse("referents")).status_code == 404
    assert of(agent).get(reverse("portfolio", args=["mds-grigny", agent.public_id])).status_code == 404


def test_who_is_proposed_is_told_and_led_to_his_answer(agent: User, manager: User):
    referent = referents.propose(
        beneficiary=somebody(), structure=structure("mds-grigny"), user=agent, by=manager, at=NOON
    )
    fanout.drain_outbox(at=NOON)
    notice = Notice.objects.get(user=agent)
    assert notice.entry.kind == "referent.proposed"
    assert places_of([referent.case], reader=agent, today=NOON.date())[referent.case_id].url == reverse(
        "referent_answer", args=[referent.public_id]
    )


def of_two(mds: User, ccas: User) -> Case:
    referent = followed(by=mds, code="mds-grigny", someone=somebody("Zidane"))
    followed(by=ccas, code="ccas-grigny", someone=referent.beneficiary)
    return referent.case


def test_how_to_reach_a_referent_is_shown_on_demand_and_noted_in_the_access_log(agent: User):
    ccas = member("ccas-grigny", last_name="Olivier", phone="+33169021234")
    case = of_two(agent, ccas)
    client, url = of(agent), reverse("beneficiary", args=[case.public_id])
    card = reverse("contact_card", args=[case.public_id, case.referents.get(user=ccas).public_id])
    page = client.get(url).content.decode()
    assert card in page
    assert ccas.email not in page
    assert not AccessEntry.objects.filter(kind="contact").exists()
    page = client.get(card).content.decode()
    assert "01 69 02 12 34" in page.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert ccas.email in page
    assert page.count("mailto:") == 1
    noted = AccessEntry.objects.get(kind="contact")
    assert (noted.user, noted.case, noted.structure_id) == (agent, case, structure("mds-grigny").pk)


def test_nobody_else_is_shown_how_to_reach_a_referent(agent: User):
    case = of_two(agent, member("ccas-grigny"))
    card = reverse("contact_card", args=[case.public_id, case.referents.first().public_id])  # type: ignore[union-attr]
    assert of(member("mds-grigny")).get(card).status_code == 404
    assert not AccessEntry.objects.filter(kind="contact").exists()


def test_who_has_left_is_no_longer_to_be_reached(agent: User, manager: User):
    case = of_two(agent, member("ccas-grigny"))
    gone = case.referents.get(user=agent)
    referents.end(referent=gone, reason="departure", stays_vacant=True, by=manager, at=NOON)
    card = reverse("contact_card", args=[case.public_id, gone.public_id])
    assert of(manager).get(card).status_code == 404


def test_a_person_s_page_says_who_follows_her_and_did_who_coordinates_and_with_whom_she_lives(agent: User):
    ccas, following = member("ccas-grigny", last_name="Olivier"), member("mds-grigny", last_name="Arnoux")
    case = of_two(agent, ccas)
    assert case.beneficiary
    people.add_member(household=case.household, person=person(usual_name="Cadet"), position="child", at=NOON)
    given = referents.propose(
        beneficiary=case.beneficiary, structure=structure("mds-grigny"), user=following, by=agent, at=NOON
    )
    referents.answer_proposal(referent=given, accept=True, by=following, at=NOON)
    page = of(ccas).get(reverse("beneficiary", args=[case.public_id])).content.decode()
    for words in (
        "Arnoux, référent depuis le",
        "personne à informer",
        "Référent : Camille Kessler",
        "Relais à un collègue : Camille Arnoux",
        "Personne ne coordonne depuis le",
        "CADET Alix",
    ):
        assert words in page


def test_a_person_s_page_costs_twenty_eight_queries_at_most(agent: User, django_assert_max_num_queries: Any):
    case = of_two(agent, member("ccas-grigny"))
    client, url = of(agent), reverse("beneficiary", args=[case.public_id])
    client.get(url)
    with django_assert_max_num_queries(28):
        client.get(url)


def test_the_pilot_chooses_the_coordinator_from_his_tasks_who_answers_from_his_list(agent: User):
    pilot, ccas = member("cd91-rsa", "pilot"), member("ccas-grigny")
    case = of_two(agent, ccas)
    task = CaseTask.objects.open().get(node="choose_coordinator")
    step_url = reverse("step", args=[case.public_id, task.public_id])
    assert step_url in of(pilot).get(reverse("inbox")).content.decode()
    client = of(pilot)
    assert "Choisir le coordinateur" in client.get(step_url).content.decode()
    client.post(step_url, {"referent": case.referents.get(user=agent).pk})
    assert client.get(step_url).status_code in (302, 404)
    asked = CaseTask.objects.open().get(node="coordinate")
    answer_url = reverse("step", args=[case.public_id, asked.public_id])
    assert answer_url in of(agent).get(reverse("my_people")).content.decode()
    refused = of(agent).post(answer_url, {"accept": "no", "reason": ""}).content.decode()
    assert "Indiquer pourquoi décliner" in refused
    of(agent).post(answer_url, {"accept": "yes"})
    page = of(agent).get(reverse("beneficiary", args=[case.public_id])).content.decode()
    assert "accord de la personne à recueillir" in page
    assert nothing_broken()


def test_who_is_away_is_said_so_among_those_who_may_coordinate(agent: User):
    ccas = member("ccas-grigny", first_name="Léa", last_name="Brun")
    case = of_two(agent, ccas)
    first, last = date(2026, 11, 24), date(2026, 12, 4)
    absences.declare(user=ccas, structure=structure("ccas-grigny"), since=first, last_day=last, by=ccas, at=NOON)
    words = "Léa Brun, CCAS de Grigny (absence jusqu’au 04/12/2026, sans remplaçant)"
    task = CaseTask.objects.open().get(node="choose_coordinator")
    pilot = member("cd91-rsa", "pilot")
    assert words in of(pilot).get(reverse("step", args=[case.public_id, task.public_id])).content.decode()
    assert words in of(agent).get(reverse("coordinator_propose", args=[case.public_id])).content.decode()


def test_a_referent_notes_the_legal_one(agent: User):
    case = of_two(agent, member("ccas-grigny"))
    url = reverse("legal_referent", args=[case.public_id])
    of(agent).post(url, {"legal": structure("france-travail-91").pk, "on": "2026-11-20"})
    assert LegalReferent.objects.get().structure.code == "france-travail-91"
    page = of(agent).get(reverse("beneficiary", args=[case.public_id])).content.decode()
    assert "Référent unique (loi) : France Travail 91" in page


def test_the_desk_is_told_that_it_is_to_choose(agent: User):
    pilot = member("cd91-rsa", "pilot")
    of_two(agent, member("ccas-grigny"))
    fanout.drain_outbox(at=NOON)
    assert "coordinator.to_choose" in set(Notice.objects.filter(user=pilot).values_list("entry__kind", flat=True))
