"""The lines as they stand in the letter: read into the form, shown before anything is recorded, and nothing is lost."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from cases.models import Case, DebtLine, OverpaymentNotice
from tests import factories
from tests.pages import html_of
from tests.workflows.views.overpayment.test_notice import LETTER, WHO, known_here

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

THREE = (
    "RSA 06/2026 à 09/2026 1 352,01 €\nAPL de 06/26 à 09/26 : 640,00\nPrime d’activité juin à septembre 2026 352,50"
)
CAF_BUNDLE = "caf_rsa_apl_activity"
TWO = {"ligne1-benefit": "rsa", "ligne1-amount": "1352,01", "ligne2-benefit": "apl", "ligne2-amount": "640"}


@pytest.fixture
def worker(client):
    person = factories.member("mds-grigny")
    client.force_login(person)
    return person


def send(client, **changes) -> str:
    return html_of(client.post(reverse("notice"), WHO | LETTER | changes, follow=True))


def plain(page: str) -> str:
    return page.replace("\u202f", " ").replace("\u00a0", " ")


def typed_in(page: str, name: str) -> str:
    """What the field of that name holds."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    value = re.search(r'value="([^"]*)"', tag[0]) if tag else None
    return value[1] if value else ""


def lines() -> list[tuple[str, Decimal, date | None, date | None, str]]:
    return list(DebtLine.objects.order_by("position").values_list("benefit", "amount", "since", "until", "cause"))


JUNE, SEPTEMBER = date(2026, 6, 1), date(2026, 9, 1)
READ = {
    "ligne1-benefit": "rsa", "ligne1-amount": "1352,01", "ligne1-since": "06/2026", "ligne1-until": "09/2026",
    "ligne2-benefit": "apl", "ligne2-amount": "640,00", "ligne2-since": "06/2026", "ligne2-until": "09/2026",
    "ligne3-benefit": "prime_activite", "ligne3-amount": "352,50", "ligne3-since": "06/2026", "ligne3-until": "09/2026",
}  # fmt: skip


def test_they_are_read_into_the_rows_and_nothing_is_recorded(client, worker):
    page = send(client, pasted=THREE, action="read", operator="")
    assert "3 lignes lues, à relire avec le courrier." in page
    assert "points sont à corriger" not in page
    for name, value in READ.items():
        if not name.endswith("benefit"):
            assert typed_in(page, name) == value, name
    assert '<option value="apl" selected>' in page
    assert not Case.objects.exists()


def test_recorded_without_being_read_they_are_shown_first(client, worker):
    page = send(client, pasted=THREE, **{"toutes-cause": "resumed_work"})
    assert "Rien n’est encore enregistré." in page
    work = "Reprise d’un travail, ou salaire versé plus tard"
    assert f"<li>RSA, 1 352,01 €, de 06/2026 à 09/2026, {work}</li>" in plain(page)
    assert not Case.objects.exists()
    send(client, **READ, **{"toutes-cause": "resumed_work", "ligne2-cause": "housing_change"})
    assert lines() == [
        ("rsa", Decimal("1352.01"), JUNE, SEPTEMBER, "resumed_work"),
        ("apl", Decimal("640.00"), JUNE, SEPTEMBER, "housing_change"),
        ("prime_activite", Decimal("352.50"), JUNE, SEPTEMBER, "resumed_work"),
    ]


def test_a_person_already_known_is_asked_about_at_the_same_time(client, worker):
    known = known_here(worker).household
    page = send(client, pasted=THREE)
    assert "Est-ce l’un de ces ménages" in page
    assert "3 lignes lues" in page
    send(client, household=str(known.tenancies.get().public_id), **READ)
    assert OverpaymentNotice.objects.get().case.household == known


def test_months_typed_once_are_those_of_the_lines_that_say_none(client, worker):
    send(client, **TWO, **{"ligne2-since": "juillet 2026", "toutes-since": "juin 2026", "toutes-until": "09/26"})
    assert [each[:4] for each in lines()] == [
        ("rsa", Decimal("1352.01"), JUNE, SEPTEMBER),
        ("apl", Decimal("640.00"), date(2026, 7, 1), None),
    ]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"toutes-since": "2026"}, "Indiquer le mois : MM/AAAA."),
        ({"toutes-until": "jamais"}, "Date illisible"),
        ({"toutes-since": "09/2026", "toutes-until": "06/2026"}, "La période finit avant de commencer"),
        ({"toutes-until": "12/2026"}, "un mois postérieur au courrier"),
    ],
)
def test_months_of_all_lines_that_cannot_be_are_said_once_beside_them(client, worker, typed, words):
    page = send(client, **TWO, **typed)
    assert "Un point est à corriger" in page
    assert words in page
    assert 'href="#id_toutes-' in page
    assert not Case.objects.exists()


def test_what_was_not_understood_stays_and_is_never_recorded_in_silence(client, worker):
    page = send(client, pasted=f"Madame,\n{THREE}\naide au logement juin 2026 300 €", action="read")
    assert "« aide au logement juin 2026 300 € » : dire laquelle : APL, ALF ou ALS" in page
    assert re.search(r"<textarea[^>]*>\s*aide au logement juin 2026 300 €</textarea>", page)
    assert "Non repris dans le cadre, sans prestation ni montant : « Madame, »." in page
    page = send(client, pasted="aide au logement juin 2026 300 €", **READ)
    assert "Aucune ligne lue." in page
    assert '<a href="#id_without_unread">Enregistrer sans ce qui n’a pas été compris</a>' in page
    assert 'id="id_without_unread"' in page
    assert not Case.objects.exists()
    send(client, pasted="aide au logement juin 2026 300 €", without_unread="on", **READ)
    assert len(lines()) == 3


@pytest.mark.parametrize(
    ("total", "words"),
    [
        ("2 344,51", "Les lignes du formulaire font 2 344,51 €, comme le total du courrier."),
        ("2 500,00", "font 2 344,51 € ; le courrier dit 2 500,00 € au total : vérifier."),
    ],
)
def test_the_total_of_the_letter_is_compared_with_its_lines(client, worker, total, words):
    assert words in plain(send(client, pasted=f"{THREE}\nTotal : {total} €", action="read"))


def test_the_lines_of_a_usual_letter_are_proposed_and_wait_for_their_sums(client, worker):
    page = send(client, bundle=CAF_BUNDLE, operator="")
    assert '<option value="caf" selected>' in page
    assert [page.count(f'<option value="{each}" selected>') for each in ("rsa", "apl", "prime_activite")] == [1, 1, 1]
    assert "MSA : RSA" not in page
    page = send(
        client,
        pasted="APL 06/2026 640,00",
        action="read",
        **{"ligne1-benefit": "rsa", "ligne2-benefit": "apl", "ligne3-benefit": "prime_activite"},
    )
    assert typed_in(page, "ligne2-amount") == "640,00"
    assert not Case.objects.exists()


def test_a_usual_letter_takes_the_place_of_nothing_typed(client, worker):
    page = send(client, bundle=CAF_BUNDLE, operator="msa", **{"ligne1-benefit": "apl", "ligne1-amount": "12"})
    assert typed_in(page, "ligne1-amount") == "12"
    assert page.count('<option value="apl" selected>') == 1
    assert '<option value="msa" selected>' in page


def test_lines_without_room_stay_where_they_were_pasted(client, worker):
    page = send(client, pasted="\n".join(f"RSA {rank},00 €" for rank in range(11, 25)), action="read")
    assert "12 lignes lues" in page
    assert "« RSA 23,00 € » : 12 lignes au plus sur un courrier" in page
    assert typed_in(page, "ligne12-amount") == "22,00"


@pytest.mark.parametrize("action", ["read", ""])
def test_a_text_too_long_is_said_and_kept(client, worker, action):
    page = send(client, pasted=THREE + "x" * 4000, action=action)
    assert "au plus 4" in page
    assert "352,50" + "x" * 4000 in page
    assert not Case.objects.exists()
