"""Two debtors of one dwelling, told apart: one left, until when he answers for the debt, and what neither reads of the other."""

from datetime import date

import pytest
from django.urls import reverse

from cases.actions import lease_departures, lease_shares
from cases.actions.person_file import read_person_file
from cases.models import DebtStatement, JournalEntry, LeaseDeparture, LeaseShare, Letter, PastRow
from tests.factories import NOON, member, person
from tests.workflows.views.case.test_case import page
from tests.workflows.views.case.test_tenant_letters import (
    COURT,
    holder_of,
    open_page,
    printed,
    resume_rent,
    text_of,
    write,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
VIOLENCE = {"left_on": "2026-11-01", "ground": "violence"}
ORDER = "copie de l’ordonnance de protection, notifiée à l’autre membre du couple"


def leave(client, user, case, person, **typed):
    client.force_login(user)
    url = reverse("person_departure", args=[case.public_id, person.public_id])
    return spaced(client.post(url, typed, follow=True).content.decode())


def spaced(html):
    return " ".join(html.replace("\u00a0", " ").replace("\u202f", " ").split())


def code(person):
    return str(person.public_id)


def add_tenant(case, first_names, *, position="co_holder"):
    made = person(usual_name="Ferreira", first_names=first_names, title="m")
    made.save()
    case.household.memberships.create(beneficiary=made, position=position)
    return made


def test_the_page_of_the_case_tells_two_debtors_apart(client, worker, case, other):
    assert "FERREIRA Luis</a> : vit dans le logement" in spaced(page(client, case, worker))
    said = leave(client, worker, case, other, **VIOLENCE)
    assert "les dettes nées à compter du lendemain de cette présentation ne sont plus à sa charge" in said
    html = spaced(page(client, case, worker))
    assert "FERREIRA Ana</a> : vit dans le logement" in html
    assert (
        "FERREIRA Luis</a> : a quitté le logement le 01/11/2026 ; tenu de toute la dette s’ils sont mariés ou pacsés, ou si le bail le dit ;"
        " sinon, de sa part. Il manque la date : première présentation" in html
    )
    DebtStatement.objects.create(
        debt=case.tenancy.debt, source=case.tenancy.landlord, as_of=date(2026, 11, 2), balance=1240
    )
    said = leave(client, worker, case, other, **VIOLENCE, event_on="2026-11-10")
    assert "Départ enregistré. Les dettes nées à compter du 11/11/2026 ne sont pas à sa charge." in said
    html = spaced(page(client, case, worker))
    assert "les dettes nées à compter du 11/11/2026 ne sont pas à sa charge" in html
    assert "(dernier relevé avant ce jour : 1 240,00 € au 02/11/2026)" in html
    assert LeaseDeparture.objects.count() == 1


def test_one_tenant_alone_needs_no_such_list(client, worker, case):
    assert "Qui doit cette dette" not in page(client, case, worker)


def test_the_journal_says_who_and_never_why_and_the_past_is_kept(client, worker, case, other):
    leave(client, worker, case, other, **VIOLENCE)
    line = JournalEntry.objects.get(kind="lease.left")
    assert line.data == {"person": other.pk, "departure": LeaseDeparture.objects.get().pk}
    history = client.get(reverse("case_timeline", args=[case.public_id])).content.decode()
    assert "a noté le départ d’un locataire du bail" in history
    assert "violence" not in history
    said = leave(client, worker, case, other, **VIOLENCE, withdrawn="on")
    assert "Départ retiré." in said
    assert not LeaseDeparture.objects.exists()
    assert PastRow.objects.filter(table_name="cases_leasedeparture").count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"left_on": "2026-12-01", "ground": "violence"}, "noter le départ quand il a eu lieu"),
        ({**VIOLENCE, "event_on": "2026-12-01"}, "la noter quand elle est connue (première présentation"),
        ({"left_on": "2026-11-01", "ground": "divorce", "event_on": "2026-12-01"}, "la noter quand elle est connue"),
        ({"left_on": "2026-11-01"}, "Pourquoi"),
    ],
)
def test_a_departure_that_has_not_taken_place_is_refused(client, worker, case, other, typed, words):
    assert words in leave(client, worker, case, other, **typed)
    assert not LeaseDeparture.objects.exists()


def test_a_child_of_the_home_owes_no_rent_and_has_left_no_lease(client, worker, case):
    child = add_tenant(case, "Noé", position="child")
    assert "elle ne doit pas ce loyer" in leave(client, worker, case, child, **VIOLENCE)
    assert not LeaseDeparture.objects.exists()


def test_a_departure_is_withdrawn_once(client, worker, case, other):
    leave(client, worker, case, other, **VIOLENCE)
    known = LeaseDeparture.objects.get()
    told = {"case": case, "structure": case.responsible_structure, "by": worker, "at": NOON}
    lease_departures.withdraw_departure(departure=known, **told)
    with pytest.raises(lease_departures.CannotLeave, match="déjà retiré"):
        lease_departures.withdraw_departure(departure=known, **told)
    assert case.journal.filter(kind="lease.departure_withdrawn").count() == 1


def test_a_notice_may_take_effect_later(client, worker, case, other):
    leave(client, worker, case, other, left_on="2026-11-01", ground="notice", event_on="2027-01-15")
    assert LeaseDeparture.objects.get().released_on == date(2027, 7, 15)
    leave(
        client,
        worker,
        case,
        other,
        left_on="2026-11-01",
        ground="notice",
        event_on="2027-01-15",
        replaced_on="2026-11-20",
    )
    assert LeaseDeparture.objects.get().released_on == date(2027, 1, 15)


def test_who_comes_after_the_notice_releases_from_the_day_on_which_he_comes(client, worker, case, other):
    told = {"left_on": "2026-07-01", "ground": "notice", "event_on": "2026-08-01"}
    leave(client, worker, case, other, **told, replaced_on="2026-11-01")
    assert LeaseDeparture.objects.get().released_on == date(2026, 11, 1)
    html = client.get(reverse("person", args=[case.public_id, other.public_id])).content.decode()
    assert "depuis le 01/11/2026" in html
    said = leave(client, worker, case, other, **told, replaced_on="2026-12-01")
    assert "la noter quand le bail le dit" in said
    leave(
        client,
        worker,
        case,
        other,
        left_on="2026-07-01",
        ground="violence",
        event_on="2026-08-01",
        replaced_on="2026-07-01",
    )
    assert LeaseDeparture.objects.get().replaced_on is None


def test_whoever_does_not_follow_the_case_notes_nothing(client, case, other):
    client.force_login(member("ccas-grigny"))
    answer = client.get(reverse("person_departure", args=[case.public_id, other.public_id]))
    assert answer.status_code in (403, 404)


def test_the_two_never_sign_together_nor_is_a_home_proposed_to_who_left(client, worker, case, other):
    leave(client, worker, case, other, **VIOLENCE)
    both = [code(holder_of(case)), code(other)]
    html = write(client, worker, case, "judge_postponement", signers=both, court=COURT["court"], reason="Un avocat.")
    assert "M. FERREIRA Luis a quitté le logement : préparer un courrier pour chaque personne." in html
    resume_rent(case, worker)
    html = write(client, worker, case, "judge_delays", signers=[code(other)], court=COURT["court"])
    assert "ce courrier parle de qui y vit" in html
    assert not Letter.objects.exists()
    html = open_page(client, worker, case, "solidarity_end")
    assert html.count("checked") == 1
    assert "Lilas" not in html
    html = write(client, worker, case, "solidarity_end", signers=[code(holder_of(case))])
    assert "n’a pas quitté le logement" in html


def test_the_letter_that_ends_the_solidarity_is_the_victim_s_alone_and_says_no_place(client, worker, case, other):
    leave(client, worker, case, other, **VIOLENCE)
    case.household.memberships.filter(beneficiary=other).update(until=date(2026, 11, 1))
    write(
        client, worker, case, "solidarity_end", signers=[code(other)],
        home="CAF 91, pour M. Ferreira\n91000 Évry", to_address="1 rue du Bailleur\n91350 Grigny",
        enclosures=[ORDER],
    )  # fmt: skip
    text = text_of(printed(Letter.objects.get()))
    for words in [
        "J’ai quitté ce logement le 1er novembre 2026, en raison de violences.",
        "article 8-2 de la loi n° 89-462 du 6 juillet 1989",
        "prennent fin le lendemain de la première présentation de ce courrier",
        "Pièces jointes : – copie de l’ordonnance de protection",
    ]:
        assert words in text
    assert "Lilas" not in text
    assert "Ana" not in text
    html = write(client, worker, case, "solidarity_end", signers=[code(other)])
    assert "ni condamnation de l’autre membre du couple de moins de six mois" in html
    assert Letter.objects.count() == 1
    html = write(
        client,
        worker,
        case,
        "solidarity_end",
        signers=[code(other)],
        home="Chez Mme LOPEZ\n12, avenue des Lilas\n91000 Evry",
    )
    assert "Ce texte contient l’adresse sûre" in html


def test_it_is_not_offered_to_others_nor_without_violence(client, worker, case, other):
    client.force_login(worker)
    assert "fin de la solidarité" not in client.get(reverse("letters", args=[case.public_id])).content.decode()
    leave(client, worker, case, other, left_on="2026-11-01", ground="notice", event_on="2026-11-15")
    assert "Pas encore possible" in open_page(client, worker, case, "solidarity_end")
    html = client.get(reverse("letters", args=[case.public_id])).content.decode()
    assert "Au juge : fin de la solidarité de qui est parti" in html
    assert "Au bailleur : fin de la solidarité" not in html


def test_who_left_says_to_the_judge_from_when_he_owes_nothing_more(client, worker, case, other):
    leave(client, worker, case, other, **VIOLENCE)
    html = write(client, worker, case, "judge_solidarity", signers=[code(other)], court=COURT["court"])
    assert "Il manque : date qui met fin à la solidarité de qui signe" in html
    leave(client, worker, case, other, **VIOLENCE, event_on="2026-11-10")
    write(client, worker, case, "judge_solidarity", signers=[code(other)], court=COURT["court"])
    text = text_of(printed(Letter.objects.get()))
    assert "les dettes nées à compter du 11 novembre 2026 ne sont pas à ma charge (loi n° 89-462, article 8-2)" in text
    assert "violences" not in text


def test_the_sheet_of_each_says_nothing_of_the_other(client, worker, case, other):
    leave(client, worker, case, other, **VIOLENCE, event_on="2026-11-10")
    write(client, worker, case, "hearing_sheet", signers=[code(holder_of(case))], **COURT)
    hers = text_of(printed(Letter.objects.get()))
    assert "quitté" not in hers
    assert "Luis" not in hers
    write(client, worker, case, "hearing_sheet", signers=[code(other)], **COURT)
    letter = Letter.objects.latest("pk")
    his = text_of(printed(letter))
    assert "Vous avez quitté ce logement le 1er novembre 2026. Dites-le au juge, avec une preuve." in his
    assert "Les loyers nés à compter du 11 novembre 2026 ne sont pas à votre charge." in his
    assert "Ana" not in his
    assert len(printed(letter).pages) == 1


SHEET_OF_WHO_STAYS = (
    "Payez le loyer du mois en entier.",
    "seulement si le loyer du mois est payé en entier avant l’audience",
    "Du temps pour payer la dette : trois ans au plus.",
    "De garder le bail",
    "Si le bail s’arrête : du temps pour partir",
)
SHEET_OF_WHO_LEFT = (
    "Gardez la preuve de la date de votre départ.",
    "Du temps pour payer ce que vous devez.",
    "Que le juge dise à partir de quel jour vous ne devez plus le loyer.",
)


def sheet_of(client, worker, case, person):
    write(client, worker, case, "hearing_sheet", signers=[code(person)], **COURT)
    printed_sheet = printed(Letter.objects.latest("pk"))
    assert len(printed_sheet.pages) == 1
    return text_of(printed_sheet)


def test_the_sheet_of_who_left_asks_for_no_rent_of_a_home_he_has_not(client, worker, case, other):
    """He owes what was born before the day that ends his part; as long as it is not known, all."""
    leave(client, worker, case, other, **VIOLENCE)
    hers = sheet_of(client, worker, case, holder_of(case))
    assert [words for words in (*SHEET_OF_WHO_STAYS, *SHEET_OF_WHO_LEFT) if words in hers] == list(SHEET_OF_WHO_STAYS)
    bound = sheet_of(client, worker, case, other)
    assert [words for words in (*SHEET_OF_WHO_STAYS, *SHEET_OF_WHO_LEFT) if words in bound] == list(SHEET_OF_WHO_LEFT)
    assert (
        "Pour l’instant, le bailleur peut encore vous demander tout le loyer, si le bail, un mariage ou un pacs le prévoit."
        in bound
    )
    assert "Vous devez le loyer et les charges nés avant" not in bound
    leave(client, worker, case, other, **VIOLENCE, event_on="2026-11-10")
    released = sheet_of(client, worker, case, other)
    assert "Vous devez le loyer et les charges nés avant le 11 novembre 2026, même après votre départ." in released
    assert "Pour l’instant" not in released
    assert not [words for words in SHEET_OF_WHO_STAYS if words in released]


def test_the_file_given_to_the_other_holds_it_back(client, worker, case, other):
    leave(client, worker, case, other, **VIOLENCE)
    found = read_person_file(case.household, holder_of(case), fact_words={})
    [held] = [each for each in found if each.section == "Départs du logement"]
    assert held.concern


def test_a_spouse_may_owe_the_rent_and_is_named(client, worker, case):
    add_tenant(case, "Tiago", position="spouse")
    html = spaced(page(client, case, worker))
    assert "FERREIRA Ana</a> : vit dans le logement" in html
    assert (
        "FERREIRA Tiago</a> : conjoint, vit dans le logement : doit aussi le loyer s’il est marié ou pacsé (code civil,"
        " articles 220 et 515-4)" in html
    )


@pytest.mark.parametrize(
    ("ground", "words"),
    [
        (
            "notice",
            "Tenu de toute la dette si le bail le dit ; sinon, de sa part. Il manque la date : date d’effet du congé.",
        ),
        ("divorce", "Tenu de toute la dette. Il manque la date : mention du divorce sur l’état civil."),
    ],
)
def test_her_page_says_what_she_owes_as_long_as_no_date_ends_it(client, worker, case, other, ground, words):
    leave(client, worker, case, other, left_on="2026-11-01", ground=ground)
    assert words in spaced(client.get(reverse("person", args=[case.public_id, other.public_id])).content.decode())


# The part of each, where nothing binds them to the whole

DIVIDED = {"is_divided": "on", "source": "bail, article 6"}


def share(client, user, case, person, **typed):
    client.force_login(user)
    url = reverse("person_share", args=[case.public_id, person.public_id])
    return spaced(client.post(url, DIVIDED | typed, follow=True).content.decode())


def test_the_part_of_each_is_what_a_paper_says_and_never_guessed(client, worker, case, other):
    assert "sa part :" not in spaced(page(client, case, worker))
    assert "Part enregistrée." in share(client, worker, case, other, percent="40")
    html = spaced(page(client, case, worker))
    assert (
        "FERREIRA Luis</a> : vit dans le logement ; sa part : 40 %, soit 848,00 € de 2 120,00 € au 24/11/2026 (bail, article 6)"
        in html
    )
    assert "FERREIRA Ana</a> : vit dans le logement ; sa part n’est pas notée : la demander" in html
    refused = share(client, worker, case, holder_of(case), percent="60,01")
    assert "Les parts des autres locataires font déjà 40 %" in refused
    assert "bail, article 6" in refused
    share(client, worker, case, holder_of(case), percent="50")
    assert "Les parts notées font 90 % : relire le bail." in spaced(page(client, case, worker))
    share(client, worker, case, holder_of(case), percent="60")
    html = spaced(page(client, case, worker))
    assert "sa part : 60 %, soit 1 272,00 € de 2 120,00 €" in html
    assert "relire le bail" not in html
    share(client, worker, case, other, owed="300", owed_on="2026-11-20", source="jugement du 20 novembre 2026")
    assert "Luis</a> : vit dans le logement ; doit 300,00 € au 20/11/2026 (jugement du 20 novembre 2026)" in spaced(
        page(client, case, worker)
    )
    assert "300,00 € au 20/11/2026" in spaced(
        client.get(reverse("person", args=[case.public_id, other.public_id])).content.decode()
    )
    assert PastRow.objects.filter(table_name="cases_leaseshare").count() == 2
    assert set(JournalEntry.objects.filter(kind="lease.shared").values_list("data__person", flat=True)) == {
        other.pk, holder_of(case).pk
    }  # fmt: skip


def test_the_part_of_who_left_is_of_the_debt_that_was_born_before(client, worker, case, other):
    DebtStatement.objects.create(
        debt=case.tenancy.debt, source=case.tenancy.landlord, as_of=date(2026, 11, 2), balance=1000
    )
    leave(client, worker, case, other, **VIOLENCE, event_on="2026-11-10")
    share(client, worker, case, other, percent="50")
    share(client, worker, case, holder_of(case), percent="50")
    html = spaced(page(client, case, worker))
    assert "sa part : 50 %, soit 500,00 € de 1 000,00 € au 02/11/2026" in html
    assert "sa part : 50 %, soit 1 060,00 € de 2 120,00 € au 24/11/2026" in html


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"percent": "50", "is_divided": ""}, "chacun doit toute la dette : aucune part ne se note"),
        ({}, "Donner la part écrite dans le bail, ou la somme due"),
        ({"percent": "50", "owed": "300", "owed_on": "2026-11-02"}, "l’une des deux"),
        ({"owed": "300"}, "Indiquer à quelle date cette somme est arrêtée."),
        ({"owed": "300", "owed_on": "2026-12-01"}, "Cette date est à venir"),
        ({"percent": "moitié"}, "Saisir une part, par exemple 50."),
        ({"percent": "50", "source": ""}, "Dire quel papier donne cette part"),
    ],
)
def test_a_part_that_no_paper_gives_is_refused(client, worker, case, other, typed, words):
    assert words in share(client, worker, case, other, **typed)
    assert not LeaseShare.objects.exists()


def test_a_part_is_withdrawn_and_is_of_a_tenant_whom_one_follows(client, worker, case, other):
    share(client, worker, case, other, percent="40")
    known = LeaseShare.objects.get()
    assert "Part retirée." in share(client, worker, case, other, withdrawn="on", is_divided="", source="")
    assert not LeaseShare.objects.exists()
    told = {"case": case, "structure": case.responsible_structure, "by": worker, "at": NOON}
    with pytest.raises(lease_shares.CannotDivideDebt, match="déjà retirée"):
        lease_shares.withdraw_share(share=known, **told)
    child = add_tenant(case, "Noé", position="child")
    assert "elle ne doit pas ce loyer" in share(client, worker, case, child, percent="40")
    client.force_login(member("ccas-grigny"))
    answer = client.get(reverse("person_share", args=[case.public_id, other.public_id]))
    assert answer.status_code in (403, 404)
