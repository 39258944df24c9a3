"""Movements of the debt through their pages: recorded, asked about, refused, corrected; shown beside the statements."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from cases.actions.debts import record_statement
from cases.models import LedgerEntry, RepaymentPlan
from tests.factories import NOON, member, structure
from tests.workflows.views.case.test_case import followed_by, page
from tests.workflows.views.case.test_case_actions import act
from tests.workflows.walk import Walk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_december"), pytest.mark.slow]
PAYMENT = {"kind": "payment", "amount": "106,00", "on": "2026-12-05"}


@pytest.fixture
def _december():
    with time_machine.travel(NOON.replace(month=12, day=10), tick=False):
        yield


def spaced(html):
    return " ".join(html.split())


def state(case, on, balance):
    record_statement(tenancy=case.tenancy, source=structure("bailleur-a"), as_of=on, balance=Decimal(balance), at=NOON)


def record(client, worker, case, **typed):
    return spaced(act(client, worker, case, "case_movement", **{**PAYMENT, **typed}))


def test_a_payment_is_recorded_the_page_says_what_remains_and_it_is_corrected_by_its_opposite(client, worker, case):
    html = record(client, worker, case)
    assert "Mouvement enregistré : 106,00 €, règlement du ménage. Reste dû : 2 014,00 €." in html
    assert "2 120,00 € au 24/11/2026, moins les mouvements connus depuis." in html
    assert "1 mensualité sur 20 : 106,00 € reçus, reste 2 014,00 €" in html
    assert "Nadia Belkacem a enregistré un mouvement de la dette" in html
    entry = LedgerEntry.objects.get()
    html = spaced(act(client, worker, case, "case_movement_correct", entry.public_id, reason="rejected"))
    assert "Mouvement annulé." in html
    assert "Annulation : règlement du ménage (paiement rejeté par la banque)" in html
    assert "Règlement du ménage, annulé" in html
    assert "0 mensualité sur 20" in html


def test_a_late_instalment_is_said(client, worker, case):
    assert "106,00 € en retard" in spaced(page(client, case, worker))
    record(client, worker, case, amount="50")
    html = spaced(page(client, case, worker))
    assert "56,00 € en retard" in html
    assert "payée en partie" in html


def test_the_same_payment_is_asked_about_then_added_once(client, worker, case):
    record(client, worker, case)
    html = record(client, worker, case)
    assert "106,00 € est déjà enregistré au 05/12/2026" in html
    assert "C’est un autre mouvement : l’ajouter" in html
    assert LedgerEntry.objects.count() == 1
    for _ in range(2):  # the answer, sent twice
        record(client, worker, case, is_another="on", seen="1")
    assert LedgerEntry.objects.count() == 2


def test_of_two_pages_that_were_open_the_second_is_asked_about_what_the_first_recorded(client, worker, case):
    record(client, worker, case, seen="0")
    html = record(client, worker, case, seen="0", is_another="on")
    assert "C’est un autre mouvement : l’ajouter" in html
    assert LedgerEntry.objects.count() == 1
    assert 'name="seen" value="1"' in html
    record(client, worker, case, seen="1", is_another="on")
    assert LedgerEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"amount": "2 120,01"}, "La dette connue à cette date est de 2 120,00 €"),
        ({"on": "2026-12-11"}, "Cette date est à venir"),
        ({"amount": "cent"}, "Saisir un montant en euros"),
        ({"amount": ""}, "Ce champ est obligatoire"),
        ({"kind": "correction"}, "Sélectionnez un choix valide"),
    ],
)
def test_a_refused_movement_says_why_and_keeps_what_was_typed(client, worker, case, typed, words):
    html = record(client, worker, case, **typed)
    assert words in html
    assert str({**PAYMENT, **typed}["on"]) in html
    assert not LedgerEntry.objects.exists()


def test_a_payment_that_the_statement_already_counts_is_said_to_be(client, worker, case):
    html = record(client, worker, case, on="2026-11-24")
    assert "Le relevé du 24/11/2026 le compte déjà." in html


def test_who_corrects_what_an_amendment_deducted_reads_that_it_does_not_ask_for_it(client, worker, case):
    record(client, worker, case)
    entry = LedgerEntry.objects.get()
    address = reverse("case_movement_correct", args=[case.public_id, entry.public_id])
    words = "Cette somme était déduite du plan en cours avant qu’il commence : il ne la réclamera pas."
    assert words not in spaced(client.get(address).content.decode())
    act(client, worker, case, "case_amend", months="10", first_due_on="2027-01-05")
    Walk(case).take("agree", by=member("bailleur-a"), answer="accepted", counter_monthly=None)
    amendment = RepaymentPlan.objects.get(state="running")
    assert amendment.amount == Decimal("2014.00")
    assert words in spaced(client.get(address).content.decode())
    act(client, worker, case, "case_movement_correct", entry.public_id, reason="rejected")
    amendment.refresh_from_db()
    assert amendment.amount == Decimal("2014.00")  # two parties agreed on it


def test_who_corrects_a_payment_of_before_the_plan_reads_it_too(client, worker, case):
    entry = LedgerEntry.objects.create(
        debt=case.tenancy.debt, kind="payment", amount="50.00", on=date(2026, 11, 20), source="typed", by=worker,
        recorded_at=NOON,
    )  # fmt: skip
    client.force_login(worker)
    address = reverse("case_movement_correct", args=[case.public_id, entry.public_id])
    html = spaced(client.get(address).content.decode())
    assert "Si le ménage la doit encore, proposer un avenant." in html


def test_the_next_statement_is_compared_with_what_was_expected(client, worker, case):
    state(case, date(2026, 12, 8), "2014.00")
    state(case, date(2026, 12, 9), "1964.00")
    record(client, worker, case)
    assert "écart" not in spaced(page(client, case, worker)), "no movement was known since the last but one"
    record(client, worker, case, on="2026-12-09", amount="70")
    html = spaced(page(client, case, worker))
    assert "Le relevé du 09/12/2026 dit 1 964,00 €, les mouvements connus 1 944,00 € : écart 20,00 € de plus." in html


def test_a_gap_of_a_term_is_a_rent_unpaid(client, worker, case):
    record(client, worker, case)
    state(case, date(2026, 12, 8), "2394")  # 450 + 80 − 150 € of aid paid to the landlord
    words = "écart 380,00 € de plus. C’est 1 terme : le loyer courant n’a peut-être pas été payé."
    assert words in spaced(page(client, case, worker))


def test_whoever_does_not_follow_the_case_in_full_finds_no_act(client, worker, case):
    where = reverse("case_movement", args=[case.public_id])
    for outsider in (member("mds-grigny", "manager"), member("bailleur-a", "correspondent")):
        client.force_login(outsider)
        assert client.post(where, PAYMENT).status_code == 404
    early = followed_by(worker, until="contact")
    client.force_login(worker)
    assert client.post(reverse("case_movement", args=[early.public_id]), PAYMENT).status_code == 403
    assert not LedgerEntry.objects.exists()


def test_the_movement_of_another_debt_is_not_found(client, worker, case):
    record(client, worker, case)
    other = followed_by(worker, until="monitor")
    entry = LedgerEntry.objects.get()
    client.force_login(worker)
    where = reverse("case_movement_correct", args=[other.public_id, entry.public_id])
    assert client.post(where, {"reason": "wrong"}).status_code == 404
