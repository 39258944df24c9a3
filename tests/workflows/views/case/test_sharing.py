"""Who sees a case, through the pages: shared by who answers for it, asked for from a search, answered, told."""

import pytest
import time_machine
from django.core import signing
from django.core.mail import get_connection
from django.urls import reverse

from cases.actions import sharing_requests
from cases.models import LegalBasis, Participation, SharingRequest
from notifications import fanout
from notifications.delivery import build_message
from notifications.models import Delivery, Notice
from tests.factories import NOON, member, structure
from tests.pages import html_of
from tests.workflows.views.case.test_case import followed_by, page, routed_to_the_caf
from workflows.views.case.sharing_requests import ask_address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]


@pytest.fixture
def agent():
    return member("ccas-grigny", first_name="Léa", last_name="Diaz")


def url(name, case, *args):
    return reverse(name, args=[case.public_id, *args])


def share(client, user, case, **typed):
    client.force_login(user)
    data = {"structure": "ccas-grigny", "level": "card", "basis": "SH-3"}
    return html_of(client.post(url("case_share", case), data | typed, follow=True))


def asked(case, *, by, reason="Madame nous consulte pour son électricité."):
    return sharing_requests.ask(
        case=case, structure=structure("ccas-grigny"), reason=reason, basis=LegalBasis.ON_REQUEST, by=by, at=NOON
    )


def answer(client, user, request, **typed):
    client.force_login(user)
    return client.post(reverse("sharing_request", args=[request.public_id]), typed, follow=True)


def told(kind):
    fanout.drain_outbox(at=NOON)
    return [notice.user for notice in Notice.objects.filter(entry__kind=kind)]


# Shared by who answers for the case


def test_a_case_is_shared_and_its_participants_say_who_sees_what(client, worker, case):
    html = share(client, worker, case)
    assert "Dossier partagé avec CCAS" in html
    for words in ["en appui", "voit la fiche seulement", "voit tout le dossier", "demande de la personne"]:
        assert words in html
    client.force_login(member("ccas-grigny", "manager"))
    assert client.get(url("case", case)).status_code == 200


def test_the_managers_of_the_structure_are_told(client, worker):
    case, manager = followed_by(worker), member("ccas-grigny", "manager")
    share(client, worker, case)
    assert told("sharing.started") == [manager]


def test_before_the_person_is_informed_only_the_card_is_offered(client, worker):
    case = followed_by(worker, until="contact")
    html = html_of(client.get(url("case_share", case)))
    assert 'value="full"' not in html
    assert "Tout le dossier se partage quand la personne en a été informée." in html
    assert "n’en fait pas partie" in share(client, worker, case, level="full")
    assert not Participation.objects.filter(case=case, part="support").exists()


def test_no_landlord_is_offered(client, worker, case):
    html = html_of(client.get(url("case_share", case)))
    assert 'value="mds-grigny"' in html
    for code in ("bailleur-a", "gestionnaire-b", "caf-91-recouvrement", "caf-91-pilotage", "caf-91"):
        assert f'value="{code}"' not in html
    share(client, worker, case, structure="bailleur-a")
    assert not Participation.objects.filter(case=case, part="support").exists()


def test_the_refusal_of_the_act_stays_beside_what_was_typed(client, worker, case):
    html = share(client, worker, case, structure="bailleur-a-social", basis="SH-1")
    assert "à la demande de la personne" in html
    assert '<option value="bailleur-a-social" selected>' in html


def test_access_is_changed_then_ended(client, worker, case):
    share(client, worker, case)
    access = url("case_access", case, "ccas-grigny")
    assert access in page(client, case, worker)
    html = html_of(client.post(access, {"level": "full", "basis": "SH-7"}, follow=True))
    assert "mandat écrit de la personne" in html
    html = html_of(client.post(access, {"level": "end", "basis": "SH-7"}, follow=True))
    assert "ne voit plus ce dossier" in html
    assert client.get(access).status_code == 404
    assert page(client, case, member("ccas-grigny", "manager")) == 404


def test_only_who_answers_for_the_case_shares_it(client, worker):
    case, manager = followed_by(worker), member("ccas-grigny", "manager")
    share(client, worker, case)
    client.force_login(manager)
    assert client.get(url("case_share", case)).status_code == 403
    assert client.post(url("case_access", case, "ccas-grigny"), {"level": "full"}).status_code == 403
    client.force_login(member("caf-91"))
    assert client.get(url("case_share", case)).status_code == 404


def test_the_structure_in_support_names_its_professional(client, worker, agent):
    case, manager = followed_by(worker), member("ccas-grigny", "manager")
    share(client, worker, case)
    address = url("case_professional", case, "ccas-grigny")
    assert address in page(client, case, manager)
    assert page(client, case, agent) == 404
    client.force_login(manager)
    html = html_of(client.post(address, {"user": agent.pk}, follow=True))
    assert "Léa Diaz suit ce dossier en appui." in html
    assert "Vous voyez la fiche de ce dossier" in page(client, case, agent)
    client.force_login(worker)
    assert client.get(address).status_code == 403
    client.force_login(manager)
    assert "choix valide" in html_of(client.post(address, {"user": worker.pk}))


# Asked for


def found(client, user, code, **typed):
    """What a search says of the household, and where it lets one ask."""
    client.force_login(user)
    typed = {"usual_name": "Ferreira", "first_names": "Ana", "birth_date": "17/05/1980"} | typed
    return html_of(client.post(f"{reverse('report')}?structure={code}", typed, follow=True))


def test_from_a_search_one_asks_without_seeing_anything_more(client, case, agent):
    html = found(client, agent, "ccas-grigny")
    assert "Ménage connu de CAF 91" in html
    address = ask_address(case=case, structure=structure("ccas-grigny"), user=agent, on=NOON.date())
    assert address in html
    html = html_of(client.get(address))
    for hidden in ["FERREIRA", "Ferreira", "Plaine", case.reference, "Claire Montel", "2 120"]:
        assert hidden not in html
    answered = client.post(address, {"reason": "Une famille nous consulte.", "basis": "SH-3"}, follow=True)
    html = html_of(answered)
    assert "Demande envoyée à CAF 91" in html
    assert "attendue dans 7" in html
    for hidden in ["FERREIRA", case.reference, "Claire Montel"]:
        assert hidden not in html
    assert SharingRequest.objects.get().by == agent
    assert client.get(url("case", case)).status_code == 404


def test_nobody_asks_by_an_address_made_for_another(client, case, agent):
    address = ask_address(case=case, structure=structure("ccas-grigny"), user=agent, on=NOON.date())
    client.force_login(member("ccas-grigny"))
    assert client.get(address).status_code == 404
    client.force_login(agent)
    assert client.get(address[:-3] + "x/").status_code == 404
    words = [str(case.public_id), "ccas-grigny", agent.pk, "2026-11-24"]
    forged = signing.Signer(sep=".", salt="another").sign_object(words)
    assert client.get(reverse("sharing_ask", args=[forged])).status_code == 404
    elsewhere = ask_address(case=case, structure=structure("mds-grigny"), user=agent, on=NOON.date())
    assert client.get(elsewhere).status_code == 404
    with time_machine.travel("2026-11-26 12:00 +01:00", tick=False):
        client.force_login(agent)
        assert client.get(address).status_code == 404


def test_who_answers_at_a_counter_proposes_what_she_knows_and_asks_for_no_case(client, worker):
    case, desk = followed_by(worker), member("ccas-grigny", "front_desk")
    html = found(client, desk, "ccas-grigny")
    assert "Ménage connu de CAF 91" in html
    assert "Demander un partage" not in html
    address = ask_address(case=case, structure=structure("ccas-grigny"), user=desk, on=NOON.date())
    assert client.get(address).status_code == 404


def test_a_landlord_is_never_told_where_to_ask(client, worker, case):
    assert ask_address(case=case, structure=structure("bailleur-a"), user=worker, on=NOON.date()) == ""


def test_whoever_sees_the_case_goes_to_it(client, worker, case):
    answered = client.get(ask_address(case=case, structure=structure("caf-91"), user=worker, on=NOON.date()))
    assert answered["Location"] == url("case", case)


def test_asking_twice_is_refused_with_what_was_typed(client, case, agent):
    asked(case, by=agent)
    client.force_login(agent)
    address = ask_address(case=case, structure=structure("ccas-grigny"), user=agent, on=NOON.date())
    html = html_of(client.post(address, {"reason": "Encore.", "basis": "SH-3"}))
    assert "a déjà demandé ce partage" in html
    assert "Encore." in html


# Answered


def test_the_request_waits_in_the_inbox_and_on_the_case_of_who_answers(client, worker, case, agent):
    request = asked(case, by=agent)
    html = html_of(client.get(reverse("inbox")))
    assert "Demandes de partage" in html
    assert reverse("sharing_request", args=[request.public_id]) in html
    assert "CCAS de Grigny demande à voir le dossier" in html
    assert 'data-count="/">2<' in html  # the step and the request
    assert "demande le partage de ce dossier" in page(client, case, worker)
    assert told("sharing.asked") == [worker]
    client.force_login(member("caf-91"))
    assert "demande à voir le dossier" not in html_of(client.get(reverse("inbox")))


def test_with_nothing_else_to_do_the_request_is_shown_alone(client, agent):
    case = routed_to_the_caf()
    desk = member("caf-91-pilotage", "pilot")
    asked(case, by=agent)
    client.force_login(desk)
    html = html_of(client.get(reverse("inbox")))
    assert case.responsible_structure.code == "caf-91-pilotage"
    assert "demande à voir le dossier" in html
    assert "Rien à qualifier" not in html


def test_accepted_the_card_opens_to_who_asked_and_he_is_told(client, worker, case, agent):
    request = asked(case, by=agent)
    html = html_of(answer(client, worker, request, answer="card"))
    assert "Demande acceptée" in html
    assert "Vous voyez la fiche de ce dossier" in page(client, case, agent)
    assert told("sharing.accepted") == [agent]
    assert agent not in told("professional.assigned")


def test_declined_he_is_told_why_and_nothing_of_the_case(client, worker, case, agent):
    request = asked(case, by=agent)
    assert "Indiquer pourquoi vous déclinez." in html_of(answer(client, worker, request, answer="decline"))
    answer(client, worker, request, answer="decline", reason="objection")
    assert told("sharing.declined") == [agent]
    client.force_login(agent)
    html = html_of(client.get(reverse("sharing_requests")))
    assert "déclinée : la personne ne le souhaite pas" in html
    notice = Notice.objects.get(entry__kind="sharing.declined")
    listed = html_of(client.get(reverse("notifications")))
    assert "Votre demande de partage est déclinée" in listed
    mail = build_message(Delivery.objects.get(notice=notice), get_connection())
    for text in (html, listed, mail.subject, mail.body):
        assert case.reference not in text
        assert "FERREIRA" not in text
    opened = client.post(reverse("notification", args=[notice.public_id]))
    assert opened["Location"] == reverse("sharing_requests")


def test_a_request_already_answered_says_so(client, worker, case, agent):
    request = asked(case, by=agent)
    answer(client, worker, request, answer="card")
    again = answer(client, worker, request, answer="decline", reason="objection")
    assert "Cette demande est déjà acceptée le 24/11/2026." in html_of(again)
    assert page(client, case, agent) != 404


def test_who_asked_withdraws(client, worker, case, agent):
    request = asked(case, by=agent)
    address = reverse("sharing_withdraw", args=[request.public_id])
    assert client.post(address).status_code == 404
    client.force_login(agent)
    assert "Demande retirée." in html_of(client.post(address, follow=True))
    assert "déjà retirée" in html_of(client.post(address, follow=True))
    assert "demande le partage" not in page(client, case, worker)


def test_a_structure_in_support_sees_the_case_and_does_not_answer(client, worker, agent):
    case, other = followed_by(worker), member("mds-grigny", "manager")
    share(client, worker, case, structure="mds-grigny")
    request = asked(case, by=agent)
    assert "demande le partage" not in page(client, case, other)
    assert answer(client, other, request, answer="card").status_code == 403


def test_requests_are_listed_in_ten_queries(client, worker, agent, django_assert_max_num_queries):
    for _ in range(4):
        asked(followed_by(worker), by=agent)
    with django_assert_max_num_queries(10):
        assert html_of(client.get(reverse("sharing_requests"))).count("Répondre à CCAS") == 4
    with django_assert_max_num_queries(10):
        client.get(reverse("inbox"))


def test_many_requests_are_cut_after_the_oldest_and_say_so(client, worker, agent, monkeypatch):
    monkeypatch.setattr("workflows.views.parts.cut_lists.MOST_SHOWN", 2)
    monkeypatch.setattr("workflows.views.work.inbox.REQUESTS_SHOWN", 2)
    requests = [asked(followed_by(worker), by=agent) for _ in range(3)]
    links = [reverse("sharing_request", args=[each.public_id]) for each in requests]
    html = html_of(client.get(reverse("sharing_requests")))
    assert "Les 2 plus anciennes demandes sur 3 ; les autres viendront au fur et à mesure." in html
    assert [link in html for link in links] == [True, True, False]
    html = html_of(client.get(reverse("inbox")))
    assert 'Demandes d’autres services <span class="muted">3</span>' in html
    assert [link in html for link in links] == [True, True, False]
    assert "Voir les 3 demandes d’autres services" in html
    answer(client, worker, requests[0], answer="decline", reason="objection")
    html = html_of(client.get(reverse("sharing_requests")))
    assert [link in html for link in links] == [False, True, True]
    assert "sur 3" not in html
    assert "demandes d’autres services</a>" not in html_of(client.get(reverse("inbox")))


def test_a_request_that_still_waits_is_not_hidden_by_those_that_are_answered(client, worker, agent, monkeypatch):
    monkeypatch.setattr("workflows.views.case.sharing_requests.ENDED_SHOWN", 1)
    waits = asked(followed_by(worker), by=agent)
    for _ in range(2):
        withdrawn = asked(followed_by(worker), by=agent)
        sharing_requests.withdraw(request=withdrawn, by=agent, at=NOON)
    client.force_login(agent)
    html = html_of(client.get(reverse("sharing_requests")))
    assert reverse("sharing_withdraw", args=[waits.public_id]) in html
    assert html.count("retirée") == 1
