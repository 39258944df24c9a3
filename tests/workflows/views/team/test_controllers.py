"""Who decides of the data of a structure: said by an administrator, read by everybody and on what people are handed."""

import pytest
from django.urls import reverse

from cases.actions.controllers import SAID as FIELDS, CannotSayController, say_controller
from cases.letters.compose import privacy_contact
from cases.models import DataController, JournalEntry
from tests import factories
from tests.factories import NOON, structure
from tests.pages import html_of
from tests.workflows.views.case.test_case import followed_by

pytestmark = pytest.mark.django_db
CITY = {
    "name": "Commune de Grigny",
    "address": "19 route de Corbeil, 91350 Grigny",
    "email": "mairie@ville.example",
    "phone": "01 69 02 53 53",
    "officer": "Déléguée à la protection des données",
    "officer_address": "19 route de Corbeil, 91350 Grigny",
    "officer_email": "dpo@ville.example",
    "officer_phone": "",
}
CCAS = CITY | {"name": "CCAS de Grigny", "officer": "", "officer_address": "", "officer_email": "dpo@ccas.example"}


def address(code: str) -> str:
    return reverse("controller", args=[code])


def test_the_body_is_the_controller_for_all_its_services_and_one_may_have_its_own(client, anne):
    client.post(address("ville-grigny"), CITY | {"scope": "body"})
    client.post(address("ccas-grigny"), CCAS | {"scope": "alone"})
    assert [DataController.of_structure(structure(code)).name for code in ("ville-grigny", "ccas-grigny-accueil", "ccas-grigny", "mds-grigny")] == [
        "Commune de Grigny", "Commune de Grigny", "CCAS de Grigny", "Conseil départemental de l’Essonne",
    ]  # fmt: skip
    written = JournalEntry.objects.filter(kind="controller.said").order_by("pk")
    assert [(line.actor, line.structure, line.data["alone"]) for line in written] == [
        (anne, structure("ville-grigny"), False),
        (anne, structure("ccas-grigny"), True),
    ]
    assert "CCAS de Grigny" in html_of(client.get(address("ccas-grigny")))


def test_said_for_the_body_the_service_that_had_its_own_goes_back_under_it(client, anne):
    client.post(address("ville-grigny"), CITY | {"scope": "body"})
    client.post(address("ccas-grigny"), CCAS | {"scope": "alone"})
    client.post(address("ccas-grigny"), CITY | {"scope": "body"})
    assert DataController.of_structure(structure("ccas-grigny")).name == "Commune de Grigny"
    assert DataController.objects.count() == 1


def test_what_people_are_handed_says_where_to_write(anne):
    assert privacy_contact(structure("ccas-grigny")) == "Délégué à la protection des données, Ville de Grigny"
    say_controller(structure=structure("ccas-grigny"), alone=True, said=CCAS, by=anne, at=NOON)
    assert privacy_contact(structure("ccas-grigny")) == (
        "Délégué à la protection des données, CCAS de Grigny, dpo@ccas.example"
    )


def test_a_letter_proposes_whom_to_write_to_until_the_service_typed_another(client, anne):
    worker = factories.member("caf-91")
    case = followed_by(worker)
    client.force_login(worker)
    page = reverse("letter_write", args=[case.public_id, "information_sheet"])
    assert client.get(page).context["form"]["privacy_contact"].value() is None
    said = CCAS | {"name": "CAF de l’Essonne", "officer_email": "dpo@caf.example"}
    say_controller(structure=structure("caf-91"), alone=False, said=said, by=anne, at=NOON)
    assert client.get(page).context["form"]["privacy_contact"].value() == (
        "Délégué à la protection des données, CAF de l’Essonne, dpo@caf.example"
    )


def test_everybody_reads_the_controllers_of_the_services_where_somebody_works(client, anne, django_assert_num_queries):
    say_controller(structure=structure("ville-grigny"), alone=False, said=CITY, by=anne, at=NOON)
    factories.member("caf-91")
    client.logout()
    with django_assert_num_queries(2):  # the cities, then the controllers of the one
        html = html_of(client.get(reverse("privacy")))
    assert "<h3>Commune de Grigny</h3>" in html
    assert 'href="mailto:dpo@ville.example"' in html
    caf = html.partition("<h3>CAF de l’Essonne</h3>")[2].partition("</section>")[0]
    assert "CAF 91 – travail social" in caf
    assert "Contact non renseigné" in caf
    assert "Conseil départemental" not in html, "nobody works there"


def test_the_first_steps_name_those_whose_officer_cannot_be_written_to(client, anne):
    factories.member("caf-91")
    html = html_of(client.get("/administration/"))
    assert "données : CAF de l’Essonne, Ville de Grigny." in html
    say_controller(structure=structure("ville-grigny"), alone=False, said=CITY, by=anne, at=NOON)
    assert "données : CAF de l’Essonne." in html_of(client.get("/administration/"))


def test_a_controller_without_a_name_and_who_does_not_administer_are_refused(client, anne):
    html = html_of(client.post(address("mds-grigny"), CITY | {"scope": "body", "name": ""}))
    assert "Un point est à corriger" in html
    with pytest.raises(CannotSayController, match="Nommer l’organisme"):
        say_controller(
            structure=structure("mds-grigny"), alone=False, said=dict.fromkeys(FIELDS, ""), by=anne, at=NOON
        )
    with pytest.raises(CannotSayController, match="n’administrez pas"):
        say_controller(
            structure=structure("caf-91"), alone=False, said=CITY, by=factories.member("caf-91", "manager"), at=NOON
        )
    assert not DataController.objects.exists()
