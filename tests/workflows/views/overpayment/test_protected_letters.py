"""Letters of a protected adult: in her name, signed by who represents or assists her; to her, sent to whom it must go."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from cases.letters.compose import polite_name
from cases.models import Letter
from tests.factories import NOON, member, protect
from tests.workflows.actions.test_overpayment import AT
from tests.workflows.views.case.test_case import followed_by
from tests.workflows.views.case.test_letters import APPOINTMENT, change_holder, pdf_text, write
from tests.workflows.views.overpayment.test_line_letters import chosen, make, plain, said_in, url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def clerk():
    """Of the CCAS, who follows an overpayment."""
    with time_machine.travel(AT, tick=False):
        yield member("ccas-grigny", first_name="Awa", last_name="Sow")


@pytest.fixture
def worker():
    """Of the CAF, who follows arrears."""
    with time_machine.travel(NOON, tick=False):
        yield member("caf-91", first_name="Claire", last_name="Montel")


def opened(client, user, address) -> str:
    client.force_login(user)
    return plain(client.get(address).content.decode())


def to_write(case, code="first_appointment") -> str:
    return reverse("letter_write", args=[case.public_id, code])


def written(client, worker, case, code="first_appointment", **typed) -> str:
    write(client, worker, case, code, **typed or APPOINTMENT)
    return plain(pdf_text(client, case, Letter.objects.get()))


def protected(clerk, **fields):
    """An overpayment of who is under tutelle, unless it is another measure."""
    case = chosen(clerk)
    protect(case, by=clerk, **fields)
    return case


def helped(worker, **fields):
    """Arrears of who is."""
    case = followed_by(worker, until="contact")
    protect(case, by=worker, **fields)
    return case


def signature_of(letter):
    return next(block for block in letter.text["blocks"] if block["kind"] == "signature")["items"]


def test_a_letter_of_who_is_under_tutelle_is_refused_without_her_guardian_whose_address_is_proposed(client, clerk):
    case = protected(clerk)
    page = opened(client, clerk, url(case, "L3"))
    assert "Un courrier au nom de la personne est signé par qui exerce la tutelle." in page
    assert "Courrier signé par Mme Diane Roche (UDAF de l’Essonne)" in page
    assert client.get(url(case, "L3")).context["form"]["home"].value() == "5 rue du Temple\n91000 Évry-Courcouronnes"
    refused = plain(make(client, clerk, case).content.decode())
    assert "un courrier qu’elle signe seule peut être refusé ou annulé (code civil, article 475)" in refused
    assert "J’ai déclaré ma reprise d’emploi le 2 juin 2026." in refused
    assert not Letter.objects.exists()


def test_the_guardian_writes_and_signs_from_her_own_address(client, clerk):
    case = protected(clerk)
    make(client, clerk, case, guardian_signs="on", home="5 rue du Temple\n91000 Évry-Courcouronnes")
    letter = Letter.objects.get()
    name = letter.text["sender"][2].removeprefix("pour ")
    assert letter.text["sender"] == [
        "Mme Diane Roche",
        "UDAF de l’Essonne",
        f"pour {name}",
        "5 rue du Temple",
        "91000 Évry-Courcouronnes",
    ]
    said = said_in(client, case, letter)
    assert (
        f"J’écris au nom de {name}, que je représente (jugement du 3 mars 2025, tribunal de proximité de Juvisy). "
        f"Dans ce courrier, « je » désigne {name}."
    ) in said
    assert said.rstrip().split(" Monsieur")[-1].count(f"Mme Diane Roche (UDAF de l’Essonne), pour {name}") == 1


def test_under_curatelle_both_sign_and_nothing_is_refused(client, clerk):
    case = protected(clerk, kind="curatelle", court="")
    page = opened(client, clerk, url(case, "L3"))
    assert "la signature de qui exerce la curatelle est nécessaire à côté de la sienne" in page
    assert "Courrier signé par" not in page
    make(client, clerk, case)
    letter = Letter.objects.get()
    name = letter.text["sender"][0]
    assert signature_of(letter) == [
        name,
        "Avec l’assistance de Mme Diane Roche (UDAF de l’Essonne) (jugement du 3\u00a0mars\u00a02025)",
    ]


def mandate(client, clerk, case, **typed):
    """The one that the person gives; said of the page that answers, and the signature of what was kept, if anything was."""
    client.force_login(clerk)
    known = {"mandate_until": "2027-03-31", "privacy_contact": "dpo@grigny.example"}
    page = plain(client.post(url(case, "L17"), known | typed, follow=True).content.decode())
    kept = Letter.objects.filter(kind="L17").first()
    blocks = kept.text["blocks"] if kept else ()
    return page, [block["items"] for block in blocks if block["kind"] == "signature"], blocks


def test_a_mandate_is_not_given_by_who_is_under_tutelle_but_by_her_guardian(client, clerk):
    case = protected(clerk)
    page, signed, _ = mandate(client, clerk, case)
    assert "un courrier qu’elle signe seule peut être refusé ou annulé (code civil, article 475)" in page
    assert not signed
    _, signed, blocks = mandate(client, clerk, case, guardian_signs="on")
    name = polite_name(case.household.memberships.get(position="holder").beneficiary)
    assert signed == [
        [
            (
                f"Mme Diane Roche (UDAF de l’Essonne), pour {name}"
                " (jugement du 3\u00a0mars\u00a02025, tribunal de proximité de Juvisy)"
            ),
            "Awa Sow, CCAS de Grigny",
        ]
    ]
    assert not any(block["text"].startswith("J’écris au nom de") for block in blocks)
    assert next(block["text"] for block in blocks if block["kind"] == "paragraph") == (
        f"Ce document est signé au nom de {name} par Mme Diane Roche (UDAF de l’Essonne)"
        " (jugement du 3\u00a0mars\u00a02025, tribunal de proximité de Juvisy)."
        f" « Je » et « mon » y désignent {name}."
    )


def test_a_mandate_under_curatelle_is_signed_by_both_and_by_who_receives_it(client, clerk):
    case = protected(clerk, kind="curatelle", court="")
    _, signed, _ = mandate(client, clerk, case)
    name = polite_name(case.household.memberships.get(position="holder").beneficiary)
    assert signed == [
        [
            name,
            "Avec l’assistance de Mme Diane Roche (UDAF de l’Essonne) (jugement du 3\u00a0mars\u00a02025)",
            "Awa Sow, CCAS de Grigny",
        ]
    ]


def test_a_mandate_of_who_is_not_protected_stays_as_it_is_written(client, clerk):
    case = chosen(clerk)
    _, signed, blocks = mandate(client, clerk, case)
    name = polite_name(case.household.memberships.get(position="holder").beneficiary)
    assert signed == [[name, "Awa Sow, CCAS de Grigny"]]
    assert not any("signé au nom de" in block["text"] for block in blocks)


@pytest.mark.parametrize(
    "fields", [{"kind": "sauvegarde", "guardian_name": "", "service": ""}, {"until": date(2026, 10, 25)}]
)
def test_who_keeps_her_rights_and_who_is_protected_no_more_sign_alone(client, clerk, fields):
    case = protected(clerk, **fields)
    make(client, clerk, case)
    letter = Letter.objects.get()
    assert signature_of(letter) == letter.text["sender"][:1]


def test_what_is_for_who_is_under_tutelle_goes_to_her_guardian_and_not_to_her_home(client, worker):
    case = helped(worker)
    page = opened(client, worker, to_write(case))
    assert "FERREIRA Ana : Mme Diane Roche, UDAF de l’Essonne, pour FERREIRA Ana, 5 rue du Temple" in page
    assert "adresse inconnue" not in page
    assert "n’est pas connue : la demander" not in page
    said = written(client, worker, case)
    assert "Mme Diane Roche UDAF de l’Essonne pour FERREIRA Ana 5 rue du Temple 91000 Évry-Courcouronnes" in said
    assert "4 rue de la Plaine" not in said
    assert (
        "Madame, Vous recevez ce courrier parce que vous êtes tutrice de FERREIRA Ana : « vous » y désigne FERREIRA Ana."
    ) in said
    # Nobody reads on the envelope that she is protected.
    assert "tutelle" not in said


TOGETHER = {"guardian_title": "m", "guardian_name": "Jean Roche et Marie Roche", "service": ""}


def test_two_who_represent_her_together_both_receive_and_both_sign(client, clerk, worker):
    case = helped(worker, **TOGETHER)
    said = written(client, worker, case)
    assert "Jean Roche et Marie Roche pour FERREIRA Ana 5 rue du Temple" in said
    assert (
        "Madame, Monsieur, Vous recevez ce courrier parce que vous êtes tuteurs de FERREIRA Ana : « vous » y désigne"
    ) in said
    person = case.household.memberships.get(position="holder", until=None).beneficiary
    html = plain(client.get(reverse("person", args=[case.public_id, person.public_id])).content.decode())
    assert "<dt>Tuteurs</dt><dd>Jean Roche et Marie Roche</dd>" in html
    assert "Écrire aux deux" in html


def test_two_who_represent_her_together_write_as_we(client, clerk):
    case = protected(clerk, **TOGETHER)
    make(client, clerk, case, guardian_signs="on", home="5 rue du Temple\n91000 Évry-Courcouronnes")
    letter = Letter.objects.get()
    name = letter.text["sender"][1].removeprefix("pour ")
    said = said_in(client, case, letter)
    assert f"Nous écrivons au nom de {name}, que nous représentons (jugement du 3 mars 2025," in said
    assert said.count(f"Jean Roche et Marie Roche, pour {name}") == 1


def test_a_guardian_whose_address_is_not_known_is_never_written_to_at_her_home(client, worker):
    case = helped(worker, address="")
    page = opened(client, worker, to_write(case))
    assert "FERREIRA Ana : Mme Diane Roche, UDAF de l’Essonne, pour FERREIRA Ana, adresse inconnue" in page
    assert (
        "L’adresse de Mme Diane Roche (UDAF de l’Essonne) n’est pas connue : la demander, et l’enregistrer sur la fiche de "
        "FERREIRA Ana."
    ) in page
    assert "4 rue de la Plaine" not in written(client, worker, case)


@pytest.mark.parametrize("kind", ["tutelle", "curatelle"])
def test_a_notice_left_at_home_is_for_the_person_and_says_nothing_of_the_measure(client, worker, kind):
    case = followed_by(worker, until="contact")
    change_holder(case, title="mme")
    protect(case, by=worker, kind=kind, guardian_title="m", guardian_name="Paul Roche")
    page = opened(client, worker, to_write(case, "visit_notice"))
    assert "Mme FERREIRA Ana : 4 rue de la Plaine, 91350 Grigny" in page
    assert "à envoyer à M. Paul Roche" not in page
    said = written(client, worker, case, "visit_notice", visit_day="2026-11-24", phone="01 69 00 00 01")
    assert "Mme FERREIRA Ana 4 rue de la Plaine 91350 Grigny" in said
    assert "Madame," in said
    for words in ("Roche", "UDAF", "rue du Temple", "tuteur", "curat", "Vous recevez ce courrier"):
        assert words not in said


def test_what_is_for_who_is_under_curatelle_goes_to_her_and_the_page_says_to_send_a_copy_to_her_curator(
    client, worker
):
    case = helped(worker, kind="curatelle_renforcee", guardian_title="m", guardian_name="Paul Roche", service="")
    page = opened(client, worker, to_write(case))
    assert "4 rue de la Plaine, 91350 Grigny ; copie à envoyer à M. Paul Roche, 5 rue du Temple" in page
    assert (
        "Pour FERREIRA Ana, une copie est à envoyer à M. Paul Roche, 5 rue du Temple, 91000 Évry-Courcouronnes. "
        "Relais ne l’envoie pas."
    ) in page
    assert "adresse sûre" not in page
    said = written(client, worker, case)
    assert "FERREIRA Ana 4 rue de la Plaine 91350 Grigny" in said
    # Nothing is said to be sent that nobody sent.
    assert "Copie" not in said
    assert "Paul Roche" not in said


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"safe_address": "12 avenue des Lilas, 91000 Évry"},
            "prévenir aussi Mme Diane Roche (UDAF de l’Essonne), mais ne pas lui envoyer cette feuille",
        ),
        (
            {"not_through_spouse": True},
            "si c’est Mme Diane Roche (UDAF de l’Essonne), ne pas envoyer cette feuille, qui porte son adresse.",
        ),
    ],
)
def test_a_sheet_that_bears_a_safe_address_is_not_to_be_copied_to_who_assists(client, worker, fields, words):
    case = helped(worker, kind="curatelle")
    change_holder(case, **fields)
    page = opened(client, worker, to_write(case))
    assert words in page
