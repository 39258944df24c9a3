"""The letters of who left a lease: whose they are, what the other never reads of them, and what is proposed to write them."""

from datetime import date

import pytest
from django.urls import reverse

from cases.actions.person_file import read_person_file
from cases.models import Diagnostic, Letter, Note
from tests.factories import NOON, protect
from tests.workflows.views.case.test_tenant_letters import (
    COURT,
    holder_of,
    open_page,
    printed,
    text_of,
    write,
)
from tests.workflows.views.people.test_lease_departure import ORDER, VIOLENCE, add_tenant, code, leave

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]


def write_to_landlord(client, worker, case, signer):
    write(
        client, worker, case, "solidarity_end", signers=[code(signer)],
        home="CAF 91, pour M. Ferreira\n91000 Évry", to_address="1 rue du Bailleur\n91350 Grigny", enclosures=[ORDER],
    )  # fmt: skip


def letters_in_file(case, person):
    found = read_person_file(case.household, person, fact_words={})
    return {dict(each.facts)["courrier"]: each for each in found if each.section == "Courriers"}


def test_the_letter_that_one_signs_is_held_back_from_the_file_of_the_other(client, worker, case, other):
    leave(client, worker, case, other, **VIOLENCE)
    write_to_landlord(client, worker, case, other)
    letter = Letter.objects.get()
    assert (letter.signer, letter.recipient) == (other, None)
    title = "Au bailleur : fin de la solidarité"
    held = letters_in_file(case, holder_of(case))[title]
    assert held.concern == "third_party"
    assert held.file
    his = letters_in_file(case, other)[title]
    assert his.concern == ""
    assert dict(his.facts)["signé par"] == "FERREIRA Luis"


def test_a_letter_of_tenants_whose_one_signer_nobody_knows_is_held_back_from_each(client, worker, case, other):
    other.safe_address = ""
    other.save()
    both = [code(holder_of(case)), code(other)]
    write(client, worker, case, "judge_postponement", signers=both, court=COURT["court"], reason="Un avocat.")
    assert Letter.objects.get().signer is None
    for each in (holder_of(case), other):
        [item] = letters_in_file(case, each).values()
        assert item.concern == "third_party"


def test_what_is_written_of_a_household_that_one_left_is_reviewed_before_the_other_reads_it(
    client, worker, case, other
):
    other.safe_address = ""
    other.save()
    told = {"case": case, "structure": case.responsible_structure}
    Note.objects.create(
        **told, author=worker, visibility="shared", text="Ordonnance de protection demandée.", written_at=NOON
    )

    def concern_of(person):
        found = read_person_file(case.household, person, fact_words={})
        return {each.concern for each in found if each.section == "Observations"}

    assert concern_of(holder_of(case)) == {""}
    leave(client, worker, case, other, **VIOLENCE)
    assert concern_of(holder_of(case)) == {"third_party"}
    assert concern_of(other) == {""}


def test_no_list_nor_history_nor_name_of_file_says_why_one_left(client, worker, case, other):
    leave(client, worker, case, other, **VIOLENCE)
    write_to_landlord(client, worker, case, other)
    html = client.get(reverse("letters", args=[case.public_id])).content.decode()
    register = html[html.index("<tbody>") :]
    assert "de FERREIRA Luis" in register
    assert "violence" not in register
    assert "violence" not in client.get(reverse("case_timeline", args=[case.public_id])).content.decode()
    letter = Letter.objects.get()
    answer = client.get(reverse("letter", args=[case.public_id, letter.public_id]))
    assert "violence" not in answer.headers["Content-Disposition"]
    html = client.get(reverse("person", args=[case.public_id, other.public_id])).content.decode()
    assert "Au bailleur : fin de la solidarité (PDF)" in html
    html = client.get(reverse("person", args=[case.public_id, holder_of(case).public_id])).content.decode()
    assert "Au bailleur : fin de la solidarité (PDF)" not in html


def test_the_address_of_a_landlord_is_proposed_to_write_to_him_alone(client, worker, case, other):
    leave(client, worker, case, other, **VIOLENCE)
    write_to_landlord(client, worker, case, other)
    assert "1 rue du Bailleur" in open_page(client, worker, case, "solidarity_end")
    case.tenancy.landlord_name = "Mme Bernard"
    case.tenancy.save()
    assert "1 rue du Bailleur" not in open_page(client, worker, case, "solidarity_end")


def test_the_address_of_a_court_is_proposed_to_write_to_that_court_alone(client, worker, case, other):
    write(
        client, worker, case, "judge_postponement", court=COURT["court"], reason="Un avocat.",
        to_address="1 place de la Mairie\n91260 Juvisy-sur-Orge",
    )  # fmt: skip
    letter = Letter.objects.get()
    assert letter.addressee == "Juge des contentieux de la protection, Tribunal de proximité de Juvisy-sur-Orge"
    assert "1 place de la Mairie" in open_page(client, worker, case, "judge_postponement")
    letter.typed = letter.typed | {"court": "Tribunal judiciaire de Paris"}
    letter.save()
    assert "1 place de la Mairie" not in open_page(client, worker, case, "judge_postponement")


def test_the_budget_of_the_household_is_not_proposed_as_an_offer_of_who_left(client, worker, case, other):
    Diagnostic.objects.create(
        case=case, by=worker, structure=case.responsible_structure, completeness="full", made_on=NOON.date(),
        finished_at=NOON, rent_resumed="yes", delay_monthly=155, delay_months=24,
    )  # fmt: skip
    offer = 'value="155,00"'
    assert offer in open_page(client, worker, case, "judge_delays")
    leave(client, worker, case, other, **VIOLENCE, event_on="2026-11-10")
    page = open_page(client, worker, case, "judge_solidarity")
    assert 'name="monthly_offer"' in page
    assert offer not in page
    write(client, worker, case, "judge_solidarity", signers=[code(other)], court=COURT["court"], monthly_offer="40")
    text = text_of(printed(Letter.objects.get()))
    assert "Pour ce que je dois, je peux payer 40,00 € chaque mois." in text


def test_of_two_who_left_the_victim_alone_signs_the_letter_of_violence(client, worker, case, other):
    third = add_tenant(case, "Rui")
    leave(client, worker, case, third, left_on="2026-10-01", ground="notice", event_on="2026-10-15")
    leave(client, worker, case, other, **VIOLENCE)
    html = write(client, worker, case, "solidarity_end", signers=[code(third)], enclosures=[ORDER])
    assert "Le départ de M. FERREIRA Rui n’est pas noté en raison de violences" in html
    assert not Letter.objects.exists()
    html = open_page(client, worker, case, "solidarity_end")
    assert html.count("checked") == 1
    assert f'value="{code(other)}"' in html[html.index("checked") - 200 : html.index("checked")]
    write_to_landlord(client, worker, case, other)
    assert Letter.objects.get().signer == other


@pytest.mark.parametrize(
    ("kind", "is_refused", "signs"),
    [
        ("tutelle", True, ""),
        (
            "curatelle",
            False,
            "Mme Diane Roche (UDAF de l’Essonne) (jugement du 3 mars 2025, tribunal de proximité de Juvisy)",
        ),
    ],
)
def test_who_left_the_household_under_protection_does_not_sign_alone(
    client, worker, case, other, kind, is_refused, signs
):
    leave(client, worker, case, other, **VIOLENCE)
    protect(case, by=worker, kind=kind, beneficiary=other)
    case.household.memberships.filter(beneficiary=other).update(until=date(2026, 11, 10))
    write_to_landlord(client, worker, case, other)
    assert Letter.objects.exists() is not is_refused
    assert signs in "".join(text_of(printed(each)) for each in Letter.objects.all())


def test_legal_aid_is_asked_by_each_alone(client, worker, case, other):
    assert open_page(client, worker, case, "legal_aid").count("checked") == 1
    both = [code(holder_of(case)), code(other)]
    html = write(client, worker, case, "legal_aid", signers=both)
    assert "Une demande par personne : préparer un courrier pour chacune." in html
    assert not Letter.objects.exists()
    write(client, worker, case, "legal_aid", signers=both[:1])
    assert Letter.objects.get().signer == holder_of(case)
