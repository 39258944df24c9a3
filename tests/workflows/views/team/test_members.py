"""Équipe: who works in the structure, the pages by which a manager changes it, and what each refuses."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import addresses, case as cases, invitations, members
from cases.actions.notices import NoticeReception
from cases.models import Case, Invitation, Membership, User
from notifications import fanout
from notifications.delivery import send_due
from notifications.models import Notice
from tests import factories
from tests.factories import NOON
from tests.journeys.scene import PASSWORD, case_at, followed, invited
from tests.pages import html_of
from tests.workflows.actions.test_overpayment import BONUS, opened, ready, take
from tests.workflows.walk import Walk
from workflows.actions.overpayment import open_with_notice
from workflows.models import CaseTask

pytestmark = pytest.mark.django_db

NEW = {"email": "sonia.adjei@example.org", "first_name": "Sonia", "last_name": "Adjei", "role": "agent"}


@pytest.fixture
def worker():
    return factories.member("caf-91", first_name="Nadia", last_name="Belkacem")


def page(name: str, person: User | None = None, *, code: str = "caf-91") -> str:
    return reverse(name, args=[code, person.public_id] if person else [code])


def refusals(answer) -> list[str]:
    return [error for errors in answer.context["form"].errors.values() for error in errors]


def test_the_list_says_who_works_there_as_what_and_how_much_is_entrusted_to_each(client, manager, worker):
    for node in ("contact", "plan", "agree"):
        case_at(node, worker=worker)
    former = factories.member("caf-91")
    members.end_membership(membership=factories.membership_of(former), on=date(2026, 11, 1), at=NOON)
    shown = client.get(reverse("members")).context
    assert [(each.user, each.roles, each.since, each.tasks, each.cases) for each in shown["present"]] == [
        (worker, "professionnel", date(2026, 1, 1), 2, 3),
        (manager, "responsable", date(2026, 1, 1), 0, 0),
    ]
    assert [(each.user, each.last_day) for each in shown["gone"]] == [(former, date(2026, 10, 31))]


def test_who_manages_two_structures_chooses(client, manager):
    mds = factories.structure("mds-grigny")
    members.join(user=manager, structure=mds, role="manager", since=date(2026, 1, 1), at=NOON)
    assert client.get(reverse("members")).context["structure"].code == "caf-91"
    answer = client.get(reverse("members") + "?structure=mds-grigny")
    assert answer.context["structure"] == mds
    assert [tab["label"] for tab in answer.context["structure_tabs"]] == ["CAF 91 – travail social", "MDS de Grigny"]


@pytest.mark.parametrize(
    ("code", "role", "status"),
    [
        ("caf-91", "agent", 404),
        ("caf-91", "dpo", 404),
        ("caf-91", "administrator", 200),
        ("bailleur-a", "correspondent", 404),
        ("bailleur-a", "manager", 200),
        ("gestionnaire-b", "manager", 200),
        ("caf-91-pilotage", "pilot", 200),
    ],
)
def test_the_page_is_for_those_who_manage_the_members(client, code, role, status):
    client.force_login(factories.member(code, role))
    assert client.get(reverse("members")).status_code == status
    assert client.get(page("invite", code=code)).status_code == status


def test_nobody_manages_the_members_of_another_structure(client, manager):
    stranger = factories.member("mds-grigny")
    for url in (
        reverse("members") + "?structure=mds-grigny",
        page("invite", code="mds-grigny"),
        page("member", stranger, code="mds-grigny"),
        page("member", stranger),
    ):
        assert client.get(url).status_code == client.post(url, {}).status_code == 404, url


def test_a_removed_manager_loses_the_page_in_the_session_that_he_has_open(client, manager, worker):
    other = factories.member("caf-91", "manager")
    assert client.get(page("member", worker)).status_code == 200
    colleague = Client()
    colleague.force_login(other)
    colleague.post(page("member_last_day", manager), {"when": "now"})
    for url in (reverse("members"), page("member", worker), page("invite")):
        assert client.get(url).status_code == 404
    assert client.post(page("invite"), NEW).status_code == 404
    assert not Invitation.objects.exists()


def test_a_removed_professional_sees_nothing_in_the_session_that_he_has_open(client, manager):
    worker, colleague = factories.member("caf-91"), factories.member("caf-91")
    case = case_at("contact", worker=worker).case
    session = Client()
    session.force_login(worker)
    assert session.get(reverse("case", args=[case.public_id])).status_code == 200
    client.post(page("member", worker), {"to": colleague.pk, "everything": "oui"})
    client.post(page("member_last_day", worker), {"when": "now"})
    assert session.get(reverse("case", args=[case.public_id])).status_code == 404
    assert case.reference not in html_of(session.get(reverse("cases")))
    assert case.reference not in html_of(session.get(reverse("inbox")))


def test_an_address_that_fails_is_shown_and_tried_again_by_a_button(client, manager, worker):
    client.post(page("invite"), NEW)
    for user in (worker, User.objects.get(email=NEW["email"])):
        addresses.mark_address_failing(user=user, at=NOON)
    assert html_of(client.get(reverse("members"))).count("adresse en échec") == 2
    shown = html_of(client.get(page("member", worker)))
    assert f"Depuis le 24/11/2026, {worker.email} refuse nos courriels" in shown
    answer = client.post(page("member_retry", worker), follow=True)
    assert "Nadia Belkacem : l’envoi reprend" in html_of(answer)
    worker.refresh_from_db()
    assert not worker.address_fails
    assert "Adresse en échec" not in html_of(client.get(page("member", worker)))
    assert html_of(client.get(reverse("members"))).count("adresse en échec") == 1


def test_who_manages_them_is_told_and_led_to_the_team_and_the_person_sees_it_on_her_page(client, manager, worker):
    addresses.mark_address_failing(user=worker, at=NOON)
    fanout.drain_outbox(at=NOON)
    words = "L’adresse de courriel de Nadia Belkacem refuse nos messages : la corriger, ou réessayer"
    assert words in html_of(client.get(reverse("notifications")))
    notice = Notice.objects.get(entry__kind="address.failing")
    assert notice.user == manager
    opened = client.post(reverse("notification", args=[notice.public_id]))
    assert opened["Location"] == f"{reverse('members')}?structure=caf-91"
    session = Client()
    session.force_login(worker)
    assert "Votre adresse refuse nos courriels" in html_of(session.get(reverse("preferences")))


def test_nobody_tries_the_address_of_another_structure_again(client, manager):
    stranger = factories.member("mds-grigny")
    addresses.mark_address_failing(user=stranger, at=NOON)
    for code in ("mds-grigny", "caf-91"):
        assert client.post(page("member_retry", stranger, code=code)).status_code == 404
    stranger.refresh_from_db()
    assert stranger.address_fails


def link_in(mail) -> str:
    (link,) = re.findall(r"http://localhost:8000(/invitation/\S+)", mail.body)
    return str(link)


def mailed(mailoutbox):
    fanout.drain_outbox(at=NOON)
    send_due(at=NOON)
    return [mail for mail in mailoutbox if mail.to == [NEW["email"]]]


def test_an_invitation_names_the_structure_alone_and_leads_to_the_first_page_of_who_accepts_it(
    client, manager, mailoutbox
):
    assert client.post(page("invite"), NEW).status_code == 302
    assert "Invitation envoyée à sonia.adjei@example.org" in html_of(client.get(reverse("members")))
    (mail,) = mailed(mailoutbox)
    assert "« CAF 91 – travail social » vous invite" in mail.body
    assert "7 jours" in mail.body
    for name in ("Sonia", "Adjei", "Paul", "Lemoine"):
        assert name not in mail.subject + mail.body
    person = Client()
    opened = person.get(link_in(mail), follow=True)
    assert "CAF 91 – travail social" in html_of(opened)
    weak = person.post(opened.redirect_chain[-1][0], {"new_password1": "court", "new_password2": "court"})
    assert "trop court" in html_of(weak)
    assert Invitation.objects.waiting().exists()
    assert not Membership.objects.filter(user__email=NEW["email"]).exists()
    chosen = {"new_password1": "un-mot-de-passe-choisi", "new_password2": "un-mot-de-passe-choisi"}
    arrived = person.post(opened.redirect_chain[-1][0], chosen, follow=True)
    assert arrived.redirect_chain == [("/", 302)]
    assert "Bienvenue : vous êtes membre de CAF 91 – travail social." in html_of(arrived)
    member = Membership.objects.get(user__email=NEW["email"])
    assert (member.role, member.since, member.structure.code) == ("agent", date(2026, 11, 24), "caf-91")
    assert not client.get(reverse("members")).context["invited"]
    assert Client().login(username=NEW["email"], password="un-mot-de-passe-choisi")


@pytest.mark.parametrize("why", ["used", "withdrawn", "old", "closed"])
def test_a_link_that_is_no_longer_good_says_what_to_do(client, manager, mailoutbox, clock, why):
    client.post(page("invite"), NEW)
    link = link_in(mailed(mailoutbox)[0])
    invitation = Invitation.objects.get()
    if why == "used":
        invitation.user.set_password(PASSWORD)
        invitation.user.save()
        invitations.accept(user=invitation.user, at=NOON)
    elif why == "withdrawn":
        client.post(reverse("withdraw_invitation", args=[invitation.public_id]))
    elif why == "old":
        clock.move_to(NOON + timedelta(days=7))
    else:
        User.objects.filter(pk=invitation.user_id).update(is_active=False)
    answer = Client().get(link, follow=True)
    assert "Cette invitation n’est plus valable" in html_of(answer)
    assert "demandez à votre structure de la renvoyer" in html_of(answer)


def test_an_invitation_withdrawn_before_its_e_mail_left_is_not_sent(client, manager, mailoutbox):
    client.post(page("invite"), NEW)
    client.post(reverse("withdraw_invitation", args=[Invitation.objects.get().public_id]))
    assert mailed(mailoutbox) == []


def test_an_invitation_is_sent_again_from_the_list(client, manager, mailoutbox, clock):
    invitation = invited(by=manager)
    clock.move_to(NOON + timedelta(days=8))
    client.force_login(manager)
    assert "périmé : renvoyer" in html_of(client.get(reverse("members")))
    client.post(reverse("send_invitation", args=[invitation.public_id]))
    assert "périmé" not in html_of(client.get(reverse("members")))
    assert len(mailed(mailoutbox)) == 2


def test_pressing_twice_sends_once_and_says_so(client, manager):
    invitation = invited(by=manager)
    answer = client.post(reverse("send_invitation", args=[invitation.public_id]), follow=True)
    assert "vient de partir" in html_of(answer)


def test_another_structure_neither_sends_nor_withdraws_an_invitation(client, manager):
    invitation = invited(by=manager)
    client.force_login(factories.member("mds-grigny", "manager"))
    for name in ("send_invitation", "withdraw_invitation"):
        assert client.post(reverse(name, args=[invitation.public_id])).status_code == 404
    assert Invitation.objects.waiting().exists()


def test_an_account_that_exists_joins_at_once_and_is_told(client, manager, mailoutbox):
    known = factories.member("caf-91-recouvrement", email=NEW["email"], first_name="Sonia", last_name="Adjei-Brun")
    answer = client.post(page("invite"), NEW, follow=True)
    assert "Sonia Adjei-Brun avait déjà un compte" in html_of(answer)
    (mail,) = mailed(mailoutbox)
    assert "information vous attend" in mail.body
    told = Client()
    told.force_login(known)
    assert "Paul Lemoine vous a rattaché à une structure" in html_of(told.get(reverse("notifications")))


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"email": "sonia.adjei"}, "adresse complète"),
        ({"email": ""}, "obligatoire"),
        ({"first_name": " "}, "obligatoire"),
        ({"role": "roi"}, "un rôle de la liste"),
        ({"role": ""}, "obligatoire"),
        ({"last_day": "31/02/2027"}, "Date impossible"),
        ({"last_day": "2026-11-23"}, "passé"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, manager, typed, refusal):
    answer = client.post(page("invite"), NEW | typed)
    assert answer.status_code == 200
    assert any(refusal in error for error in refusals(answer))
    assert 'value="Adjei"' in html_of(answer)
    assert not Invitation.objects.exists()


def test_inviting_twice_and_inviting_a_member_are_refused_beside_the_form(client, manager, worker):
    client.post(page("invite"), NEW)
    assert "déjà invitée" in refusals(client.post(page("invite"), NEW))[0]
    answer = client.post(page("invite"), NEW | {"email": worker.email.upper()})
    assert "déjà membre" in refusals(answer)[0]


def test_a_landlord_offers_the_roles_of_a_landlord(client):
    client.force_login(factories.member("bailleur-a", "manager"))
    form = client.get(page("invite", code="bailleur-a")).context["form"]
    assert [role for role, _ in form.fields["role"].choices] == ["agent", "manager", "correspondent"]


def test_the_page_of_a_member_lists_what_is_entrusted_to_him_the_most_urgent_first(client, manager, worker):
    walks = {node: case_at(node, worker=worker) for node in ("agree", "monitor", "contact")}
    answer = client.get(page("member", worker))
    assert [(line.case, [task.node for task in line.tasks]) for line in answer.context["lines"]] == [
        (walks["contact"].case, ["contact"]),
        (walks["monitor"].case, ["monitor"]),
        (walks["agree"].case, []),
    ]


def test_of_more_than_are_listed_the_most_urgent_are_listed(client, manager, worker, monkeypatch):
    monkeypatch.setattr("workflows.queries.members.SHOWN", 2)
    walks = {node: case_at(node, worker=worker) for node in ("contact", "monitor", "agree")}
    CaseTask.objects.filter(case=walks["contact"].case).update(due_on=date(2026, 11, 20))
    answer = client.get(page("member", worker))
    assert [line.case for line in answer.context["lines"]] == [walks["contact"].case, walks["monitor"].case]
    assert answer.context["total"] == 3


def test_an_administrator_counts_the_cases_and_sees_none(client, worker):
    case = case_at("contact", worker=worker).case
    client.force_login(factories.member("caf-91", "administrator"))
    answer = client.get(page("member", worker))
    assert (answer.context["lines"], answer.context["total"]) == ([], 1)
    assert "1 dossier lui est confié, non affiché ici. Un responsable" in html_of(answer)
    assert case.reference not in html_of(answer)
    client.post(page("member", worker), {"everything": "oui", "to": worker.pk})
    assert case.assignments.get(until=None).user == worker


def test_the_history_of_the_memberships_is_shown(client, manager, worker):
    client.post(page("member_roles", worker), {"roles": ["manager"]})
    html = html_of(client.get(page("member", worker)))
    assert "Responsable, depuis le 24/11/2026" in html
    assert "Professionnel, depuis le 01/01/2026 jusqu’au 23/11/2026" in html


def test_the_cases_that_are_ticked_are_given_and_only_they(client, manager, worker):
    given, kept = case_at("contact", worker=worker), case_at("contact", worker=worker)
    colleague = factories.member("caf-91", first_name="Karim", last_name="Osei")
    answer = client.post(page("member", worker), {"case": [given.case.public_id], "to": colleague.pk}, follow=True)
    assert "1 dossier confié à Karim Osei, qui en est prévenu." in html_of(answer)
    assert (given.task("contact").owner, kept.task("contact").owner) == (colleague, worker)


def test_everything_that_may_be_given_here_is_counted_and_given_at_once(client, manager, worker):
    """A person whom she follows as a referent changes hands by another page."""
    followed(by=worker, code="caf-91")
    html = html_of(client.get(page("member", worker)))
    assert 'href="/referents/?structure=caf-91">Référents</a>' in html
    assert 'name="case"' not in html
    walks = [case_at(node, worker=worker) for node in ("contact", "agree", "monitor")]
    colleague = factories.member("caf-91")
    assert "Tout confier (3)" in html_of(client.get(page("member", worker)))
    form = {"to": colleague.pk, "everything": "oui"}
    answer = client.post(page("member", worker), form, follow=True)
    assert {walk.case.assignments.get(until=None).user for walk in walks} == {colleague}
    assert answer.context["total"] == 1  # the person whom she follows
    html = html_of(answer)
    assert "3 dossiers confiés" in html
    assert "change de référent depuis la page" not in html
    assert "Passer le relais" not in html
    assert client.post(page("member", worker), form, follow=True).status_code == 200
    assert Membership.objects.filter(user=colleague).count() == 1


def test_a_colleague_is_told_once_of_many_cases_and_led_to_his_list(client, manager, worker, mailoutbox):
    for _ in range(3):
        case_at("contact", worker=worker)
    colleague = factories.member("caf-91")
    fanout.drain_outbox(at=NOON)
    before = set(colleague.notices.all())
    client.post(page("member", worker), {"to": colleague.pk, "everything": "oui"})
    fanout.drain_outbox(at=NOON)
    (notice,) = set(colleague.notices.all()) - before
    reader = Client()
    reader.force_login(colleague)
    assert "Paul Lemoine vous a confié 3 situations" in html_of(reader.get(reverse("notifications")))
    assert reader.post(reverse("notification", args=[notice.public_id])).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({}, "Choisir la personne"),
        ({"everything": "oui"}, "Choisir la personne"),
        ({"to": "worker", "everything": "oui"}, "ne peut pas prendre"),
        ({"to": "colleague"}, "Cocher au moins un dossier"),
        ({"to": "colleague", "case": "d0cde2c5-8b2d-4f3a-9d55-0c2a6a2f8a01"}, "Cocher au moins un dossier"),
    ],
)
def test_who_or_what_is_missing_is_said_and_the_ticks_stay(client, manager, worker, typed, refusal):
    walk = case_at("contact", worker=worker)
    colleague = factories.member("caf-91")
    people = {"worker": worker.pk, "colleague": colleague.pk}
    answer = client.post(page("member", worker), typed | {"to": people.get(typed.get("to", ""), "")})
    assert any(refusal in error for error in refusals(answer))
    assert walk.task("contact").owner == worker
    ticked = client.post(page("member", worker), {"case": [walk.case.public_id], "to": ""})
    assert f'id="case-{walk.case.pk}" checked' in html_of(ticked)


def test_a_change_of_role_is_refused_or_said(client, manager, worker):
    answer = client.post(page("member_roles", worker), {"roles": []})
    assert "au moins un rôle" in refusals(answer)[0]
    answer = client.post(page("member_roles", worker), {"roles": ["agent", "roi"]})
    assert "de la liste" in refusals(answer)[0]
    answer = client.post(page("member_roles", worker), {"roles": ["agent", "manager"]}, follow=True)
    assert "Nadia Belkacem : rôle enregistré" in html_of(answer)


def test_ones_own_page_offers_no_change_and_its_forms_refuse(client, manager):
    factories.member("caf-91", "manager")
    html = html_of(client.get(page("member", manager)))
    assert "Un autre responsable de la structure" in html
    assert page("member_roles", manager) not in html
    for name, typed in (("member_roles", {"roles": ["agent"]}), ("member_last_day", {"when": "now"})):
        assert "propre rattachement" in refusals(client.post(page(name, manager), typed))[0]


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"when": "day", "last_day": ""}, "Indiquer le dernier jour"),
        ({"when": "day", "last_day": "2026-11-23"}, "passé"),
        ({"when": "day", "last_day": "32/01/2027"}, "Date impossible"),
        ({"when": "day", "last_day": "2026-11-24"}, "Il reste 1 dossier"),
        ({"when": "now"}, "Il reste 1 dossier"),
        ({"when": ""}, "obligatoire"),
    ],
)
def test_a_last_day_that_cannot_be_is_refused_beside_the_form(client, manager, worker, typed, refusal):
    case_at("contact", worker=worker)
    answer = client.post(page("member_last_day", worker), typed)
    assert any(refusal in error for error in refusals(answer))
    assert factories.membership_of(worker).until is None
    assert page("member", worker) in html_of(answer)


def test_a_last_day_to_come_says_what_is_to_be_given_until_then_and_may_be_lifted(client, manager, worker):
    case_at("contact", worker=worker)
    answer = client.post(page("member_last_day", worker), {"when": "day", "last_day": "2026-12-15"}, follow=True)
    assert "Dernier jour le 15/12/2026 : 1 dossier est à confier d’ici là." in html_of(answer)
    assert "à relayer" in html_of(client.get(reverse("members")))
    answer = client.post(page("member_stay", worker), follow=True)
    assert "Nadia Belkacem reste dans la structure." in html_of(answer)
    assert factories.membership_of(worker).until is None


def test_who_has_left_keeps_a_page_without_acts(client, manager, worker):
    client.post(page("member_last_day", worker), {"when": "now"})
    html = html_of(client.get(page("member", worker)))
    assert "N’est plus membre de la structure." in html
    assert page("member_roles", worker) not in html
    assert "n’est plus membre" in refusals(client.post(page("member_roles", worker), {"roles": ["agent"]}))[0]


def test_the_list_costs_ten_queries_at_most(client, manager, worker, django_assert_max_num_queries):
    for _ in range(5):
        factories.member("caf-91")
    case_at("contact", worker=worker)
    invited(by=manager)
    with django_assert_max_num_queries(10):
        client.get(reverse("members"))


def test_the_page_of_a_member_costs_twenty_queries_at_most(client, manager, worker, django_assert_max_num_queries):
    for _ in range(4):
        case_at("contact", worker=worker)
    with django_assert_max_num_queries(20):
        client.get(page("member", worker))


def test_a_change_costs_sixty_queries_at_most(client, manager, worker, django_assert_max_num_queries):
    colleague, case = factories.member("caf-91"), case_at("contact", worker=worker).case
    for url, typed in (
        (page("invite"), NEW),
        (page("member_roles", colleague), {"roles": ["manager"]}),
        (page("member", worker), {"to": colleague.pk, "case": [case.public_id]}),
        (page("member_last_day", worker), {"when": "now"}),
    ):
        with django_assert_max_num_queries(60):
            assert client.post(url, typed).status_code == 302


def in_court(worker: User) -> Case:
    """An overpayment that waits for a judge: nobody of the operator has the ball, and who follows the case stands in."""
    case = ready(worker, lines=[BONUS])
    sent = {"sent_on": date(2026, 11, 2), "proof": "registered", "received_on": date(2026, 11, 2)}
    for way in ("recourse", "court"):
        take(case, "prime_activite", "choose_way", worker, ways=[way], informed_by="interview")
        take(case, "prime_activite", "prepare", worker, signed="signed")
        take(case, "prime_activite", "send", worker, **sent)
        if way == "recourse":
            answered = {"answer": "refused", "received_on": date(2026, 11, 2)}
            take(case, "prime_activite", "await_answer", worker, way="recourse", **answered)
            take(case, "prime_activite", "decide_next", worker, next="go_on", note="")
    cases.assign_professional(case=case, user=worker, structure=case.responsible_structure, at=NOON, by=worker)
    CaseTask.objects.open().of_case(case).update(owner=worker)
    return case


def test_a_professional_alone_with_overpayments_hands_them_to_another_and_leaves(client):
    """No right to a backlog, nor to answer for an operator, is asked of who takes over what waits for lines or a judge."""
    worker = factories.member("ccas-grigny", first_name="Nadia", last_name="Belkacem")
    case = in_court(worker)
    assert sorted(CaseTask.objects.open().of_case(case).values_list("node", flat=True)) == ["await_answer", "lines"]
    colleague = factories.member("ccas-grigny", first_name="Karim", last_name="Osei")
    client.force_login(factories.member("ccas-grigny", "manager", first_name="Paul", last_name="Lemoine"))
    there = page("member", worker, code="ccas-grigny")
    offered = client.get(there).context["form"].fields["to"].queryset
    assert sorted(map(str, offered)) == ["Karim Osei", "Paul Lemoine"]
    client.post(there, {"case": [case.public_id], "to": colleague.pk})
    assert set(CaseTask.objects.open().of_case(case).values_list("owner", flat=True)) == {colleague.pk}
    client.post(page("member_last_day", worker, code="ccas-grigny"), {"when": "now"})
    assert not Membership.objects.active(NOON.date() + timedelta(days=1)).filter(user=worker).exists()


def test_a_change_of_role_does_not_count_what_the_new_one_lets_follow(client):
    worker = factories.member("ccas-grigny", "manager", first_name="Nadia", last_name="Belkacem")
    in_court(worker)
    client.force_login(factories.member("ccas-grigny", "manager"))
    client.post(page("member_roles", worker, code="ccas-grigny"), {"roles": ["agent"]})
    assert list(Membership.objects.active(NOON.date()).filter(user=worker).values_list("role", flat=True)) == ["agent"]


@pytest.fixture
def town(client) -> dict[str, Any]:
    """In a city whose pilot follows households too: Nadia has an overpayment to check, and an arbitration."""
    people = {
        name: factories.member("ville-grigny", roles[0], first_name=name, last_name="Diallo")
        for name, roles in TOWN.items()
    }
    city = factories.structure("ville-grigny")
    for name, (_, *more) in TOWN.items():
        for role in more:
            members.join(user=people[name], structure=city, role=role, since=NOON.date(), at=NOON)
    nadia = people["Nadia"]
    followed = open_with_notice(
        household=factories.household(usual_name="Roussel"),
        operator="caf",
        letter_date=date(2026, 11, 19),
        received=NoticeReception(on=date(2026, 11, 23), how="post"),
        lines=[BONUS],
        structure=city,
        by=nadia,
        at=NOON,
    )
    cases.assign_professional(case=followed, user=nadia, structure=followed.responsible_structure, at=NOON, by=nadia)
    CaseTask.objects.open().of_case(followed).update(owner=nadia)
    arbitrated = overpaid_without_routing()
    CaseTask.objects.open().of_case(arbitrated).filter(node="arbitrate").update(owner=nadia)
    client.force_login(people["Paul"])
    there = page("member", nadia, code="ville-grigny")
    return {**people, "followed": followed, "arbitrated": arbitrated, "page": there}


TOWN = {"Nadia": ("agent", "pilot"), "Paul": ("manager", "pilot"), "Karim": ("agent",), "Sonia": ("pilot",)}


def overpaid_without_routing() -> Case:
    worker = factories.member("ccas-grigny")
    case = opened(worker, lines=[BONUS])
    Walk(case).take("check_notice", by=worker, routes_stated="yes", lacks=[])
    return case


def node_owners(case: Case) -> dict[str, str]:
    return {task.node: task.owner.first_name for task in CaseTask.objects.open().of_case(case) if task.owner}


def test_each_line_says_who_could_take_it_and_a_tick_too_many_gives_nothing(client, town):
    answer = client.get(town["page"])
    offered = answer.context["form"].fields["to"].queryset
    assert sorted(user.first_name for user in offered) == ["Karim", "Paul", "Sonia"]
    html = html_of(answer)
    assert "Le peuvent : Karim Diallo, Paul Diallo." in html
    assert "Le peuvent : Paul Diallo, Sonia Diallo." in html
    both = [town["followed"].public_id, town["arbitrated"].public_id]
    answer = client.post(town["page"], {"case": both, "to": town["Karim"].pk})
    refused = f"Karim Diallo ne peut pas prendre le dossier {town['arbitrated'].reference}. "
    assert refusals(answer) == [
        refused + "Le peuvent : Paul Diallo, Sonia Diallo. Le décocher, ou choisir une autre personne."
    ]
    assert node_owners(town["followed"]) == {"check_notice": "Nadia"}
    assert html_of(answer).count("checked") == 2


def test_only_what_is_ticked_counts_for_who_can_take_it(client, town):
    client.post(town["page"], {"case": [town["followed"].public_id], "to": town["Karim"].pk})
    assert node_owners(town["followed"]) == {"check_notice": "Karim"}
    client.post(town["page"], {"case": [town["arbitrated"].public_id], "to": town["Sonia"].pk})
    assert node_owners(town["arbitrated"]) == {"arbitrate": "Sonia"}


def test_everything_gives_what_that_person_can_take_and_says_what_is_left(client, town):
    html = html_of(client.post(town["page"], {"everything": "oui", "to": town["Karim"].pk}, follow=True))
    assert "1 dossier confié à Karim Diallo, qui en est prévenu." in html
    assert f"Dossier {town['arbitrated'].reference} : Cette personne ne peut pas prendre cette étape" in html
    assert node_owners(town["followed"]) == {"check_notice": "Karim"}
    assert node_owners(town["arbitrated"]) == {"arbitrate": "Nadia"}
