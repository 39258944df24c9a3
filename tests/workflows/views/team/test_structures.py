"""An administrator adds a partner structure, corrects it, ends it once nothing waits for it, and takes it up again."""

import pytest

from cases.actions import invitations, members, organisations
from cases.actions.members import CannotChangeMember
from cases.actions.notices import CannotRecordNotice, creditor_of
from cases.actions.organisations import CannotRenameOrganisation
from cases.models import Invitation, JournalEntry, Membership, Nomination, Organisation, Structure
from tests import factories
from tests.factories import NOON, structure
from tests.pages import html_of

pytestmark = pytest.mark.django_db
ADDED = {"name": "Mission locale de Grigny", "kind": "ccas", "organisation": "", "phone": "01 69 00 00 00"}


def kinds_written() -> list[str]:
    return list(
        JournalEntry.objects.filter(kind__startswith="structure.").order_by("pk").values_list("kind", flat=True)
    )


def test_a_structure_is_added_with_its_organisation_and_receives_its_first_manager(client, anne):
    html = html_of(client.post("/administration/structures/ajouter/", ADDED, follow=True))
    assert "Mission locale de Grigny est en service : y inviter un premier responsable." in html
    added = structure("mission-locale-de-grigny")
    assert (added.organisation.name, added.territory, added.phone, added.is_active) == (
        "Mission locale de Grigny", "grigny", "+33169000000", True,
    )  # fmt: skip
    assert kinds_written() == ["structure.added"]
    assert "structure=mission-locale-de-grigny" in html_of(client.get("/administration/"))
    invited = {
        "structure": added.code,
        "role": "manager",
        "email": "r@example.org",
        "first_name": "R",
        "last_name": "S",
    }
    assert client.post("/administration/nommer/", invited).status_code == 302


def test_a_service_of_a_known_organisation_and_a_landlord_with_what_its_files_need(client, anne):
    new = {"name": "CAF 91 – accueil", "kind": "caf_social", "organisation": "caf-91"}
    assert client.post("/administration/structures/ajouter/", new).status_code == 302
    assert structure("caf-91-accueil").organisation.code == "caf-91"

    landlord = {"name": "Bailleur C", "kind": "landlord"}
    html = html_of(client.post("/administration/structures/ajouter/", landlord))
    assert "ses fichiers se lisent ainsi" in html
    assert 'value="Bailleur C"' in html
    landlord |= {"legal_type": "sem", "housing": "social"}
    assert client.post("/administration/structures/ajouter/", landlord).status_code == 302
    profile = structure("bailleur-c").landlord_profile
    assert (profile.legal_type, profile.housing) == ("sem", "social")


@pytest.mark.parametrize(
    ("name", "kind", "refusal"),
    [
        ("mds de grigny", "mds", "Une structure porte déjà ce nom"),
        ("Seconde cellule", "caf_pilot", "pilote déjà une action sur ce territoire"),
        ("Autre ville", "city", "pilote déjà une action sur ce territoire"),
    ],
)
def test_what_would_be_taken_for_another_is_refused_and_nothing_typed_is_lost(client, anne, name, kind, refusal):
    before = Structure.objects.count()
    html = html_of(client.post("/administration/structures/ajouter/", {"name": name, "kind": kind}))
    assert refusal in html
    assert f'value="{name}"' in html
    assert Structure.objects.count() == before


def test_two_names_that_read_alike_have_two_codes(client, anne):
    for name in ("Écoute-Famille", "Écoute famille"):
        client.post("/administration/structures/ajouter/", {"name": name, "kind": "udaf"})
    codes = Structure.objects.filter(code__startswith="ecoute").order_by("pk").values_list("code", flat=True)
    assert list(codes) == ["ecoute-famille", "ecoute-famille-2"]


def test_a_name_is_corrected_and_the_code_stays(client, anne):
    sent = {"name": "MDS Grigny-Viry", "phone": "01 60 00 00 00", "email": "mds@example.org"}
    html = html_of(client.post("/administration/structures/mds-grigny/", sent, follow=True))
    assert "MDS Grigny-Viry : enregistré." in html
    assert structure("mds-grigny").name == "MDS Grigny-Viry"
    entry = JournalEntry.objects.get(kind="structure.corrected")
    assert entry.data == {"fields": ["name", "phone", "email"]}
    client.post("/administration/structures/mds-grigny/", sent)
    assert kinds_written() == ["structure.corrected"]


def test_a_structure_that_has_something_left_is_not_ended(client, anne):
    factories.reported(**factories.FAMILY, lease=factories.tenancy(housing="private", aid_kind="ALF"))
    for send in (client.get, client.post):
        html = html_of(send("/administration/structures/caf-91/fin/"))
        assert "1 étape qui l’attend" in html
        assert "1 autre dossier auquel elle participe" in html
    html = html_of(client.get("/administration/structures/bailleur-a/fin/"))
    assert "1 signalement dont le dossier est ouvert" in html
    assert structure("caf-91").is_active


def test_an_ended_structure_lets_nobody_in_and_may_be_taken_up_again(client, anne):
    manager = factories.member("cpam-91", "manager", first_name="Ugo", last_name="Marin")
    html = html_of(client.get("/administration/structures/cpam-91/fin/"))
    assert "Ugo Marin" in html
    html = html_of(client.post("/administration/structures/cpam-91/fin/", follow=True))
    assert "n’est plus en service" in html
    assert not Membership.objects.active(NOON.date()).filter(user=manager).exists()
    assert client.get("/administration/structures/cpam-91/fin/").status_code == 404
    html = html_of(client.post("/administration/structures/cpam-91/reprendre/", follow=True))
    assert "est de nouveau en service" in html
    assert kinds_written() == ["structure.ended", "structure.taken_up"]
    assert "Remettre en service" not in html


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("caf-91-pilotage", "pilote une action"),
        ("ville-grigny", "Vous y travaillez"),
        ("cd91-rsa", "pilote une action"),
    ],
)
def test_neither_a_desk_nor_one_s_own_structure_is_ended(client, anne, code, refusal):
    assert refusal in html_of(client.post(f"/administration/structures/{code}/fin/"))
    assert structure(code).is_active


def test_two_administrators_do_not_end_each_other(client, anne):
    other = factories.member("caf-91", "administrator")
    assert client.post("/administration/structures/caf-91/fin/").status_code == 302
    client.force_login(other)
    assert client.post("/administration/structures/ville-grigny/fin/").status_code == 404


def test_an_administrator_finds_no_structure_of_another_territory(client, anne):
    factories.move_to_territory("udaf-91", name="Viry")
    assert "UDAF" not in html_of(client.get("/administration/structures/"))
    for address in ("", "fin/"):
        assert client.get(f"/administration/structures/udaf-91/{address}").status_code == 404
        assert client.post(f"/administration/structures/udaf-91/{address}").status_code == 404


def test_the_list_costs_the_same_whatever_it_holds(client, anne, django_assert_max_num_queries):
    for number in range(5):
        client.post("/administration/structures/ajouter/", {"name": f"Association {number}", "kind": "udaf"})
    with django_assert_max_num_queries(10):
        client.get("/administration/structures/")


def test_whoever_was_invited_or_proposed_joins_no_structure_that_was_ended(client, anne):
    chosen = {"structure": "cpam-91", "email": "z@example.org", "first_name": "Zoé", "last_name": "Arnal"}
    client.post("/administration/nommer/", chosen | {"role": "manager"})
    factories.member("caf-91", "administrator")
    client.post("/administration/nommer/", chosen | {"role": "dpo", "email": "y@example.org"})
    invitation = Invitation.objects.get(user__email="z@example.org")
    assert not list(Nomination.objects.exclude(structure__code="cpam-91"))
    client.post("/administration/structures/cpam-91/fin/")
    assert not Invitation.objects.waiting().exists()
    assert not Nomination.objects.waiting().exists()
    assert JournalEntry.objects.filter(kind__in=("invitation.withdrawn", "nomination.withdrawn")).count() == 2
    assert invitations.accept(user=invitation.user, at=NOON) == []


def test_an_invitation_that_was_not_withdrawn_joins_no_structure_out_of_service(client, anne):
    client.post(
        "/administration/nommer/",
        {"structure": "cpam-91", "role": "manager", "email": "z@example.org", "first_name": "Z", "last_name": "A"},
    )
    invitation = Invitation.objects.select_related("user").get()
    Structure.objects.filter(code="cpam-91").update(is_active=False)
    with pytest.raises(CannotChangeMember, match="n’attend plus"):
        invitations.accept_one(invitation=invitation, by=invitation.user, at=NOON)
    assert not Membership.objects.filter(user=invitation.user).exists()


def test_the_service_to_which_overpayments_are_owed_is_one_and_is_missed_in_words(client, anne):
    second = {"name": "France Travail – Viry", "kind": "france_travail"}
    assert "a déjà un service sur ce territoire" in html_of(client.post("/administration/structures/ajouter/", second))
    Structure.objects.filter(code="caf-91-recouvrement").update(is_active=False)
    with pytest.raises(CannotRecordNotice, match="Aucun service de cet organisme"):
        creditor_of("caf", territory="grigny")


def test_the_capitals_of_a_name_are_corrected(client, anne):
    client.post("/administration/structures/udaf-91/", {"name": "Udaf 91", "phone": "", "email": ""})
    assert structure("udaf-91").name == "Udaf 91"


def test_a_landlord_whose_leases_have_an_open_case_is_not_ended(client, anne):
    worker = factories.member("caf-91")
    factories.reported(factories.tenancy(landlord="bailleur-a"), by=worker, code="caf-91", channel="professional")
    assert "1 dossier ouvert d’un de ses baux" in html_of(client.get("/administration/structures/bailleur-a/fin/"))


def test_no_organisation_of_another_territory_is_offered(client, anne):
    factories.move_to_territory("udaf-91", name="Viry")
    html = html_of(client.get("/administration/structures/ajouter/"))
    assert "CAF de l’Essonne" in html
    assert "UDAF de l’Essonne" not in html


def test_an_organisation_is_renamed_and_its_code_and_services_stay(client, anne):
    address = "/administration/organisations/cd-91/"
    html = html_of(client.get(address))
    assert "Département – RSA" in html
    assert "MDS de Grigny" in html
    html = html_of(client.post(address, {"name": "Département de l’Essonne"}, follow=True))
    assert "Département de l’Essonne : enregistré." in html
    assert list(Organisation.objects.filter(name="Département de l’Essonne").values_list("code")) == [("cd-91",)]
    assert structure("mds-grigny").name == "MDS de Grigny"
    entry = JournalEntry.objects.get(kind="organisation.renamed")
    assert (entry.actor, entry.data) == (anne, {"organisation": Organisation.objects.get(code="cd-91").pk})
    client.post(address, {"name": "Département de l’Essonne"})
    client.post(address, {"name": "DÉPARTEMENT de l’Essonne"})
    assert JournalEntry.objects.filter(kind="organisation.renamed").count() == 2


def test_two_organisations_have_two_names(client, anne):
    html = html_of(client.post("/administration/organisations/cd-91/", {"name": "caf de l’essonne"}))
    assert "Une organisation porte déjà ce nom" in html
    assert Organisation.objects.get(code="cd-91").name == "Conseil départemental de l’Essonne"


def test_an_organisation_of_another_territory_is_not_found_and_one_of_two_is_not_renamed(client, anne):
    factories.move_to_territory("udaf-91", name="Viry")
    for send in (client.get, client.post):
        assert send("/administration/organisations/udaf-91/").status_code == 404
    factories.move_to_territory("cd91-rsa", name="Viry")
    html = html_of(client.get("/administration/organisations/cd-91/"))
    assert "Département – RSA" not in html
    html = html_of(client.post("/administration/organisations/cd-91/", {"name": "Département de l’Essonne"}))
    assert "sert aussi un territoire que vous n’administrez pas" in html
    udaf = Organisation.objects.get(code="udaf-91")
    with pytest.raises(CannotRenameOrganisation, match="aucun territoire"):
        organisations.rename_organisation(organisation=udaf, name="Autre", by=anne, at=NOON)
    assert not JournalEntry.objects.filter(kind="organisation.renamed").exists()
    members.join(user=anne, structure=structure("udaf-91"), role="administrator", since=NOON.date(), at=NOON)
    client.post("/administration/organisations/cd-91/", {"name": "Département de l’Essonne"})
    assert Organisation.objects.get(code="cd-91").name == "Département de l’Essonne"
