"""The monthly check on its page: one press records what is due, a statement is proposed, the rent is answered beside."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from cases.actions.debts import record_statement
from cases.models import JournalEntry, LedgerEntry, Measure, PlanCheck, RentMonth, RepaymentPlan
from tests.factories import NOON, structure
from tests.pages import html_of
from tests.workflows.views.arrears.test_debt_movements import spaced
from tests.workflows.views.case.test_case import page
from tests.workflows.views.case.test_case_actions import act
from tests.workflows.walk import Walk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_december"), pytest.mark.slow]


@pytest.fixture
def _december():
    with time_machine.travel(NOON.replace(month=12, day=8), tick=False):
        yield


def where(case):
    return reverse("step", args=[case.public_id, Walk(case).task("monitor").public_id])


def asked(client, worker, case):
    client.force_login(worker)
    return spaced(client.get(where(case)).content.decode())


def check(client, worker, case, **typed):
    client.force_login(worker)
    return spaced(client.post(where(case), typed, follow=True).content.decode())


def told(case, *, paid="106.00", on=date(2026, 12, 4), as_of=date(2026, 12, 7)):
    sums = {"balance": Decimal("2014.00"), "last_paid": Decimal(paid), "last_paid_on": on}
    record_statement(tenancy=case.tenancy, source=structure("bailleur-a"), as_of=as_of, at=NOON, **sums)


def test_one_press_records_what_is_due_and_the_rent_answered_beside(client, worker, case):
    assert "106,00 € reçus le 05/12/2026" in asked(client, worker, case)
    html = check(client, worker, case, quick="due", **{"rent_2026-11": "yes", "rent_2026-12": "partly"})
    assert "Étape enregistrée." in html
    paid = LedgerEntry.objects.get()
    assert (paid.amount, paid.on, paid.source) == (Decimal(106), date(2026, 12, 5), "typed")
    rents = [(date(2026, 11, 1), "yes"), (date(2026, 12, 1), "partly")]
    assert list(RentMonth.objects.values_list("month", "paid")) == rents
    assert Walk(case).task("monitor").due_on == date(2027, 1, 8)


def test_what_a_statement_tells_is_proposed_and_recorded_with_its_source(client, worker, case):
    told(case)
    words = "106,00 € reçus le 04/12/2026, d’après le relevé de Bailleur A – recouvrement arrêté au 07/12/2026"
    assert words in asked(client, worker, case)
    check(client, worker, case, quick="statement")
    paid = LedgerEntry.objects.get()
    assert (paid.source, paid.on, paid.statement and paid.statement.as_of) == (
        "import",
        date(2026, 12, 4),
        date(2026, 12, 7),
    )
    assert "d’après le relevé de Bailleur A – recouvrement arrêté au 07/12/2026" in spaced(page(client, case, worker))


@pytest.mark.parametrize(
    ("paid", "proposed"),
    [("486.00", "106,00 € reçus le 04/12/2026"), ("380.00", None), ("60.00", "60,00 € reçus le 04/12/2026")],
    ids=["rent and instalment", "rent alone", "a part"],
)
def test_a_rent_booked_with_the_instalment_is_left_out(client, worker, case, paid, proposed):
    """450 + 80 − 150 € of aid paid to the landlord: a rent of 380 €."""
    told(case, paid=paid)
    html = asked(client, worker, case)
    assert ("d’après le relevé" in html) is (proposed is not None)
    assert proposed is None or proposed in html


def test_a_payment_that_is_known_is_not_proposed_again(client, worker, case):
    told(case)
    act(client, worker, case, "case_movement", kind="payment", amount="106", on="2026-12-03")
    assert "d’après le relevé" not in asked(client, worker, case)


def test_a_plan_paid_through_the_ledger_is_up_to_date(client, worker, case):
    act(client, worker, case, "case_movement", kind="payment", amount="106", on="2026-12-05")
    check(client, worker, case, result="kept")
    assert PlanCheck.objects.get().result == "kept"
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Ce champ est obligatoire"),
        ({"result": "paid", "paid": "", "paid_on": "2026-12-05"}, "Saisir le montant reçu."),
        ({"result": "paid", "paid": "106", "paid_on": ""}, "Saisir la date du règlement."),
        ({"result": "paid", "paid": "106", "paid_on": "2026-12-09"}, "Cette date est à venir"),
        (
            {"result": "paid", "paid": "5000", "paid_on": "2026-12-05"},
            "La dette connue à cette date est de 2 120,00 €",
        ),
        ({"result": "kept"}, "106,00 € restent dus depuis le 05/12/2026"),
        ({"result": "broken"}, "Indiquer pourquoi le plan est rompu."),
    ],
)
def test_a_check_that_cannot_be_says_why_and_keeps_what_was_typed(client, worker, case, typed, words):
    html = check(client, worker, case, **typed, **{"rent_2026-11": "no"})
    assert words in html
    assert '<option value="no" selected>' in html
    assert not PlanCheck.objects.exists()
    assert not RentMonth.objects.exists()


def test_a_payment_known_by_that_day_is_asked_about_then_added(client, worker, case):
    act(client, worker, case, "case_movement", kind="payment", amount="106", on="2026-12-05")
    typed = {"result": "paid", "paid": "106", "paid_on": "2026-12-05"}
    html = check(client, worker, case, **typed)
    assert "C’est un autre règlement : l’ajouter" in html
    check(client, worker, case, **typed, is_another="on")
    assert LedgerEntry.objects.count() == 2


def test_a_press_twice_is_harmless(client, worker, case):
    url = where(case)
    client.force_login(worker)
    client.post(url, {"quick": "due"})
    html = client.post(url, {"quick": "due"}, follow=True).content.decode()
    assert "déjà été faite par Nadia Belkacem" in html
    assert LedgerEntry.objects.count() == 1


def test_a_step_is_taken_within_sixty_queries(client, worker, case, django_assert_max_num_queries):
    told(case)
    client.force_login(worker)
    url = where(case)
    with django_assert_max_num_queries(60):
        client.get(url)
    with django_assert_max_num_queries(60):
        client.post(url, {"quick": "statement", "rent_2026-11": "yes"})
    assert PlanCheck.objects.count() == 1


# Amendment


def amend(client, worker, case, **typed):
    return spaced(act(client, worker, case, "case_amend", **typed))


def test_an_amendment_goes_once_to_the_landlord_and_the_plan_goes_on(client, worker, case):
    assert "Proposer un avenant" in page(client, case, worker)
    html = amend(client, worker, case, months="10", first_due_on="2027-01-05")
    assert "Avenant proposé au bailleur. 10 mensualités de 212,00 €, du 05/01/2027 au 05/10/2027" in html
    assert Walk(case).waiting_for == {"agree": "bailleur-a"}
    assert "avenant au plan en cours" in html
    assert RepaymentPlan.objects.filter(state="running").count() == 1
    html = client.get(reverse("case_amend", args=[case.public_id]), follow=True).content.decode()
    assert "rien à modifier par un avenant" in html


def test_who_proposes_an_amendment_reads_what_over_indebtedness_forbids_as_a_warning(client, worker, case):
    client.force_login(worker)
    address = reverse("case_amend", args=[case.public_id])
    assert "notice-warn" not in html_of(client.get(address))
    on = NOON.date()
    Measure.objects.create(case=case, kind="over_indebtedness", state="admitted", decided_on=on, updated_on=on)
    warned = html_of(client.get(address)).partition("notice-warn")[2].partition("</p>")[0]
    assert "le ménage ne peut plus payer de lui-même une dette d’avant" in warned


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"first_due_on": "2027-01-05"}, "Saisir la mensualité ou leur nombre."),
        ({"first_due_on": "2027-01-05", "months": "10", "monthly": "50"}, "pas les deux"),
        ({"first_due_on": "2026-12-07", "months": "10"}, "doit être à venir"),
        ({"first_due_on": "2027-01-05", "monthly": "50"}, "prévoir au moins 58,89 € par mois"),
        ({"first_due_on": "2027-01-05", "months": "40"}, "entre 1 et 36"),
    ],
)
def test_an_impossible_amendment_is_refused_and_nothing_moves(client, worker, case, typed, words):
    assert words in amend(client, worker, case, **typed)
    assert Walk(case).waiting_for == {"monitor": "caf-91"}


def test_an_amendment_that_would_begin_on_the_day_of_a_lower_balance_is_refused_beside_its_date(client, worker, case):
    told(case, as_of=date(2026, 12, 8))
    html = amend(client, worker, case, months="10", first_due_on="2026-12-08")
    words = "Le relevé du 08/12/2026 compte déjà ce qui a été versé jusqu’à ce jour : choisir une première échéance"
    assert words in html.partition('id="id_first_due_on_error"')[2]
    assert Walk(case).waiting_for == {"monitor": "caf-91"}


# Current rent, balance


def test_the_rent_is_shown_month_by_month_with_who_said_it(client, worker, case):
    rents = {"2026-10": "no", "2026-11": "yes", "2026-12": "yes"}
    html = spaced(act(client, worker, case, "case_rent", **rents))
    assert "Loyers enregistrés." in html
    assert "Loyer courant repris depuis 2 mois" in html
    assert "octobre 2026 : non payé" in html
    assert "Nadia Belkacem, le 08/12/2026" in html
    html = spaced(act(client, worker, case, "case_rent", **rents))
    assert "Rien n’a changé." in html
    assert JournalEntry.objects.filter(kind="rent.recorded").count() == 1


def test_a_hearing_to_come_makes_the_rent_decisive(client, worker, case):
    act(client, worker, case, "case_milestone", kind="hearing", happened_on="2026-12-29", known="proved")
    act(client, worker, case, "case_rent", **{"2026-11": "no"})
    words = "Loyer courant non repris en novembre 2026 : l’audience est dans 21 jours"
    assert words in spaced(page(client, case, worker))


def test_a_new_balance_is_relieved_and_compared(client, worker, case):
    act(client, worker, case, "case_movement", kind="payment", amount="106", on="2026-12-05")
    html = spaced(act(client, worker, case, "case_balance", balance="2 500", as_of="2026-12-08"))
    assert "Solde relevé : 2 500,00 € au 08/12/2026." in html
    html = spaced(act(client, worker, case, "case_balance", balance="10", as_of="2026-12-09"))
    assert "Cette date est à venir" in html
