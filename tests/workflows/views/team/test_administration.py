"""Administration: who holds which role, two to grant one, and what an administrator does first."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from cases.actions import invitations
from cases.models import AccessRequest, Establishment, Invitation, Membership, Nomination, Structure, User
from notifications import fanout
from notifications.delivery import send_due
from tests import factories
from tests.factories import NOON
from tests.pages import html_of
from tests.two_cities import make_valbrune
from tests.workflows.walk import Walk
from workflows.actions import territories
from workflows.actions.territories import AdministratorInvited

pytestmark = pytest.mark.django_db
DPO = {"structure": "caf-91", "role": "dpo", "email": "e@example.org", "first_name": "Élodie", "last_name": "Weber"}


def test_the_first_steps_say_what_is_missing_until_it_is_there(client, anne):
    html = html_of(client.get("/administration/"))
    for words in ("un second administrateur", "le pilote de l’action 12", "le délégué à la protection des données"):
        assert words in html
    assert "bootstrap --email … --first-name … --last-name … --structure caf-91-pilotage --role pilot" in html
    assert "structure=mds-grigny" in html
    factories.member("caf-91-pilotage", "pilot")
    factories.member("caf-91", "dpo")
    factories.member("caf-91", "administrator")
    factories.member("mds-grigny", "manager")
    html = html_of(client.get("/administration/"))
    assert "Avant d’ouvrir à des personnes" in html, "the last first step (see test_installation)"
    assert "Nommer" not in html.partition("Premiers pas")[2].partition("</section>")[0]
    assert "structure=mds-grigny" not in html


def test_two_administrators_grant_a_role_and_one_takes_it_back(client, anne):
    other = factories.member("caf-91", "administrator", first_name="Bruno", last_name="Vidal")
    assert "Élodie Weber est proposé" in html_of(client.post("/administration/nommer/", DPO, follow=True))
    assert "attend un autre administrateur" in html_of(client.get("/administration/"))
    nomination = Nomination.objects.get()
    refused = client.post(reverse("confirm_nomination", args=[nomination.public_id]), follow=True)
    assert "à un autre administrateur de confirmer" in html_of(refused)
    client.force_login(other)
    done = client.post(reverse("confirm_nomination", args=[nomination.public_id]), follow=True)
    assert "Invitation envoyée à e@example.org" in html_of(done)
    officer = factories.member("caf-91", "dpo", first_name="Yves", last_name="Marchal")
    address = reverse("end_role", args=["caf-91", officer.public_id, "dpo"])
    assert "Yves Marchal" in html_of(client.get(address))
    client.post(address)
    assert not Membership.objects.active(NOON.date()).filter(user=officer).exists()


def test_the_invitation_of_a_first_manager_is_sent_again_and_withdrawn(client, anne):
    asked = {"structure": "mds-grigny", "role": "manager", "email": "m@example.org"}
    client.post("/administration/nommer/", asked | {"first_name": "Maya", "last_name": "Lopez"}, follow=True)
    invitation = Invitation.objects.get()
    html = html_of(client.get("/administration/"))
    for name in ("send_invitation", "withdraw_invitation"):
        assert reverse(name, args=[invitation.public_id]) in html
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        sent = client.post(reverse("send_invitation", args=[invitation.public_id]), follow=True)
    assert sent.redirect_chain == [("/administration/", 302)]
    assert "Invitation renvoyée à m@example.org." in html_of(sent)
    done = client.post(reverse("withdraw_invitation", args=[invitation.public_id]), follow=True)
    assert "Invitation retirée" in html_of(done)
    assert "structure=mds-grigny" in html_of(done), "a structure without manager again"


def test_what_a_manager_offers_to_a_colleague_is_not_an_administrator_s(client, anne):
    manager = factories.member("mds-grigny", "manager")
    invitations.invite(
        structure=factories.structure("mds-grigny"), email="c@example.org", first_name="Chloé", last_name="Roy",
        role="agent", by=manager, at=NOON,
    )  # fmt: skip
    invitation = Invitation.objects.latest("pk")
    for name in ("send_invitation", "withdraw_invitation"):
        assert client.post(reverse(name, args=[invitation.public_id])).status_code == 404
    assert Invitation.objects.waiting().exists()


def test_a_manager_alone_is_refused_with_the_command_and_nothing_typed_is_lost(client, anne):
    answer = client.post("/administration/nommer/", DPO)
    assert answer.status_code == 200
    html = html_of(answer)
    assert "« bootstrap » sur le serveur" in html
    assert 'value="Weber"' in html
    assert not Nomination.objects.exists()


def test_a_pilot_is_not_ended_while_he_has_steps_that_nobody_else_could_take(client, anne):
    pilot = factories.member("caf-91-pilotage", "pilot")
    walk = Walk(factories.reported(usual_name="Inconnu"))
    task = walk.task("qualify")
    task.owner = pilot
    task.save(update_fields=["owner"])
    answer = client.post(reverse("end_role", args=["caf-91-pilotage", pilot.public_id, "pilot"]))
    assert "1 dossier ne serait plus suivi" in html_of(answer)
    assert Membership.objects.active(NOON.date()).filter(user=pilot).exists()


@pytest.mark.parametrize(
    ("code", "role"), [("caf-91", "manager"), ("caf-91-pilotage", "pilot"), ("bailleur-a", "administrator")]
)
def test_nobody_else_finds_these_pages(client, code, role):
    client.force_login(factories.member(code, role))
    for address in ("/administration/", "/administration/nommer/"):
        assert client.get(address).status_code == 404


def test_the_list_costs_few_queries(client, anne, django_assert_max_num_queries):
    for _ in range(5):
        factories.member("caf-91", "dpo")
    with django_assert_max_num_queries(10):
        client.get("/administration/")


def test_who_has_an_account_accepts_on_his_own_page(client, anne):
    known = factories.member("mds-grigny", email="hugo@example.org", first_name="Hugo", last_name="Lambert")
    named = {"email": known.email, "first_name": "Hugo", "last_name": "Lambert"}
    client.post("/administration/nommer/", {"structure": "ccas-grigny", "role": "manager", **named})
    fanout.drain_outbox(at=NOON)
    send_due(at=NOON)
    (sent,) = mail.outbox
    assert "/invitations/" in sent.body
    assert "mot de passe" not in sent.body
    client.force_login(known)
    assert "Invitations à accepter" in html_of(client.get("/"))
    assert "CCAS de Grigny" in html_of(client.get("/invitations/"))
    invitation = Invitation.objects.get()
    answer = client.post(reverse("accept_invitation", args=[invitation.public_id]), follow=True)
    assert "vous êtes membre de CCAS de Grigny, responsable" in html_of(answer)
    again = client.post(reverse("decline_invitation", args=[invitation.public_id]), follow=True)
    assert "n’attend plus" in html_of(again)


def test_an_invitation_of_somebody_else_does_not_exist(client, anne):
    client.post("/administration/nommer/", DPO | {"role": "manager"})
    client.force_login(factories.member("mds-grigny"))
    invitation = Invitation.objects.get()
    assert client.post(reverse("accept_invitation", args=[invitation.public_id])).status_code == 404


def test_an_administrator_of_another_city_finds_no_page_of_the_installation(client, anne):
    shown = html_of(client.get("/administration/"))
    pages = [reverse(name) for name in ("services", "installation", "territories", "add_territory")]
    for page in pages[:3]:
        assert page in shown
    ada = make_valbrune().people["administrator"]
    client.force_login(ada)
    hidden = html_of(client.get("/administration/"))
    for page in pages:
        assert page not in hidden
        assert client.get(page).status_code == 404
    assert "Avant d’ouvrir à des personnes" not in hidden, "it is said where the installation is described"
    assert client.post(reverse("try_mail")).status_code == 404
    assert client.post(reverse("installation"), {"name": "Passerelle"}).status_code == 404


def test_who_waits_for_the_second_administrator_is_not_sent_to_the_server(client, anne):
    territory = territories.add_territory(
        name="Valbrune",
        insee_codes="",
        city_name="Ville de Valbrune",
        desk_name="Pilotage de Valbrune",
        administrators=[AdministratorInvited(f"{name}@valbrune.example", name, "Lune") for name in ("Ada", "Ben")],
        by=anne,
        at=NOON,
    )
    ada = User.objects.get(email="ada@valbrune.example")
    invitations.accept(user=ada, at=NOON)
    client.force_login(ada)
    html = html_of(client.get("/administration/"))
    assert "Attendre que le second administrateur, ben@valbrune.example, accepte son invitation" in html
    assert "le pilote de l’action 12, une fois à deux" in html
    assert "manage.py bootstrap" not in html
    assert "« bootstrap »" not in html_of(client.get("/administration/nommer/"))
    desk = Structure.objects.get(territory=territory.code, kind="caf_pilot")
    refused = html_of(client.post("/administration/nommer/", DPO | {"structure": desk.code, "role": "pilot"}))
    assert "n’a pas encore accepté son invitation" in refused
    assert "« bootstrap »" not in refused


def test_who_has_an_account_in_another_city_is_shown_like_an_unknown_address(client, anne):
    """As he was named here: nothing tells that there is an account, nor the name that it has."""
    factories.member("caf-91", "administrator")
    known = make_valbrune().people["manager"]
    known.first_name, known.last_name, known.email = "Noémie", "Garance", "connue@example.org"
    known.save()
    shown = []
    for email in ("connue@example.org", "inconnue@example.org"):
        said = client.post("/administration/nommer/", DPO | {"email": email}, follow=True)
        asked = html_of(said) + html_of(client.get("/administration/"))
        nomination = Nomination.objects.waiting().get()
        client.post(reverse("withdraw_nomination", args=[nomination.public_id]))
        manager = {"email": email, "structure": "mds-grigny", "role": "manager"}
        said = client.post("/administration/nommer/", DPO | manager, follow=True)
        asked += html_of(said) + html_of(client.get("/administration/"))
        invitation = Invitation.objects.latest("pk")
        Invitation.objects.waiting().update(withdrawn_at=NOON)
        for own in (email, str(nomination.public_id), str(invitation.public_id)):
            asked = asked.replace(own, "")
        shown.append(asked)
    assert shown[0] == shown[1]
    assert "Élodie Weber" in shown[0]
    assert "Garance" not in shown[0]


def test_a_manager_reads_of_whom_he_invited_what_he_typed(client):
    known = make_valbrune().people["manager"]
    known.first_name, known.last_name, known.email = "Noémie", "Garance", "noemie@example.org"
    known.save()
    client.force_login(factories.member("mds-grigny", "manager"))
    sent = {"email": "noemie@example.org", "first_name": "N.", "last_name": "G.", "role": "agent"}
    html = html_of(client.post("/equipe/mds-grigny/inviter/", sent, follow=True))
    assert "Invitation envoyée à noemie@example.org" in html
    assert "N. G." in html
    assert "Garance" not in html


def test_whoever_asks_for_access_is_counted_for_the_administrators_of_his_establishment(client, anne):
    assert "Demandes d’accès" not in html_of(client.get("/administration/"))
    Establishment.objects.create(siret="21910286000018", structure=factories.structure("ccas-grigny"))
    for number, siret in enumerate(["21910286000018", "21910286000018", "21910286000026"]):
        AccessRequest.objects.create(sub=f"s-{number}", siret=siret, email="i@example.org", asked_at=NOON)
    assert "Demandes d’accès : 2</a>" in html_of(client.get("/administration/"))
