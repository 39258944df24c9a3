"""The page of a measure: its own states, dated; what a state records beside; what is refused."""

import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from cases.models import Deadline, JournalEntry, LedgerEntry, Measure, Milestone
from tests.factories import NOON, member
from tests.workflows.views.arrears.test_debt_movements import spaced
from tests.workflows.views.case.test_case import followed_by, page
from tests.workflows.views.case.test_case_actions import act
from workflows.actions.tasks import close_now
from workflows.models import KeptForm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_january"), pytest.mark.slow]


@pytest.fixture
def _january():
    with time_machine.travel(NOON.replace(year=2027, month=1, day=20), tick=False):
        yield


def measure_of(case, kind="fsl"):
    found, _ = Measure.objects.get_or_create(
        case=case, kind=kind, defaults={"decided_on": date(2026, 11, 24), "updated_on": date(2026, 11, 24)}
    )
    return found


def follow(client, worker, case, to, *, on="2027-01-20", kind="fsl", **typed):
    measure = measure_of(case, kind)
    return spaced(act(client, worker, case, "case_measure", measure.public_id, to=to, on=on, **typed))


def test_an_fsl_file_goes_its_way_to_the_payment_which_lowers_the_debt(client, worker, case):
    follow(client, worker, case, "filed", on="2026-12-01", amount_asked="800", next_on="2027-02-10", reference="F12")
    html = spaced(page(client, case, worker))
    assert "depuis le 01/12/2026, 800,00 € demandés, F12" in html
    assert "Commission ou réponse :" in html
    assert "mer. 10/02/2027" in html
    follow(client, worker, case, "granted", on="2027-01-12", amount_granted="650", decision="subvention de 650 €")
    asked = client.get(reverse("case_measure", args=[case.public_id, measure_of(case).public_id])).content.decode()
    assert re.search(r'name="paid"[^>]*value="650,00"', asked)
    html = follow(client, worker, case, "paid", on="2027-01-19", amount_granted="650", paid="650")
    assert "Aide du FSL : versé." in html
    paid = LedgerEntry.objects.get()
    assert (paid.kind, paid.amount, paid.on) == ("fsl", Decimal(650), date(2027, 1, 19))
    moves = measure_of(case).moves.values_list("state", "happened_on", "by")
    assert list(moves)[1:] == [
        ("filed", date(2026, 12, 1), worker.pk),
        ("granted", date(2027, 1, 12), worker.pk),
        ("paid", date(2027, 1, 19), worker.pk),
    ]
    lines = JournalEntry.objects.filter(case=case, kind="movement.recorded")
    assert lines.values_list("cause__kind", flat=True).get() == "measure.updated"


def test_a_payment_already_recorded_is_not_counted_twice(client, worker, case):
    follow(client, worker, case, "filed")
    follow(client, worker, case, "granted", amount_granted="650")
    follow(client, worker, case, "paid", amount_granted="650", paid="")
    assert measure_of(case).state == "paid"
    assert not LedgerEntry.objects.exists()


def test_a_payment_beyond_the_debt_is_refused_and_the_measure_stays(client, worker, case):
    follow(client, worker, case, "filed")
    follow(client, worker, case, "granted", amount_granted="3000")
    html = follow(client, worker, case, "paid", paid="3000")
    assert "La dette connue à cette date est de 2 120,00 €" in html
    assert measure_of(case).state == "granted"
    assert measure_of(case).moves.count() == 3


def test_an_admitted_file_records_the_dated_fact_and_starts_its_delay(client, worker, case):
    follow(client, worker, case, "filed", kind="over_indebtedness", on="2026-12-10")
    html = follow(client, worker, case, "admitted", kind="over_indebtedness", on="2027-01-15")
    assert "la dette d’avant cette date ne se règle plus" in html
    fact = Milestone.objects.get(case=case, kind="over_indebtedness_admitted")
    assert fact.happened_on == date(2027, 1, 15)
    assert Deadline.objects.filter(case=case, legal_date=date(2029, 1, 15)).count() == 1
    told = JournalEntry.objects.filter(kind="milestone.recorded", data__milestone=fact.pk)
    assert told.values_list("cause__kind", flat=True).get() == "measure.updated"
    assert "Nadia Belkacem a mis à jour une mesure" in (html := spaced(page(client, case, worker)))
    assert "dossier de surendettement ; recevable" in html


def test_a_file_that_is_filed_then_erases_the_debts_leaves_each_day(client, worker, case):
    for state, day in (("filed", "2026-12-10"), ("admitted", "2027-01-15"), ("erased", "2027-01-18")):
        follow(client, worker, case, state, kind="over_indebtedness", on=day)
    known = Milestone.objects.filter(case=case, kind__in=("over_indebtedness_filed", "debts_erased"))
    assert list(known.order_by("happened_on").values_list("kind", "happened_on")) == [
        ("over_indebtedness_filed", date(2026, 12, 10)),
        ("debts_erased", date(2027, 1, 18)),
    ]
    assert not Deadline.objects.running().filter(case=case, rule__code="S01").exists()


@pytest.mark.parametrize(
    ("to", "on", "more", "words"),
    [
        ("paid", "2027-01-20", {}, "Sélectionnez un choix valide"),
        ("filed", "2027-01-21", {}, "Cette date est à venir"),
        ("filed", "2026-11-23", {}, "« à constituer » depuis le 24/11/2026"),
        ("filed", "", {}, "Ce champ est obligatoire"),
        ("filed", "2027-01-20", {"next_on": "2027-01-19"}, "Cette date est passée"),
        ("filed", "2027-01-20", {"amount_asked": "beaucoup"}, "Saisir un montant en euros"),
    ],
)
def test_an_impossible_state_is_refused_and_what_was_typed_stays(client, worker, case, to, on, more, words):
    html = follow(client, worker, case, to, on=on, reference="Dossier 77", **more)
    assert words in html
    assert "Dossier 77" in html
    assert measure_of(case).state == "to_build"


def test_details_are_completed_without_changing_the_state(client, worker, case):
    follow(client, worker, case, "to_build", reference="F12", next_on="2027-02-01")
    measure = measure_of(case)
    assert (measure.state, measure.reference, measure.next_on) == ("to_build", "F12", date(2027, 2, 1))
    assert measure.updated_on == date(2026, 11, 24)


def test_the_same_form_sent_twice_changes_nothing_more(client, worker, case):
    follow(client, worker, case, "filed", reference="F12")
    html = follow(client, worker, case, "filed", reference="F12")
    assert "Aide du FSL : déposé." in html
    assert JournalEntry.objects.filter(kind="measure.updated").count() == 1


def test_a_state_chosen_by_mistake_is_taken_back(client, worker, case):
    follow(client, worker, case, "filed", on="2026-12-01")
    follow(client, worker, case, "refused", on="2027-01-12")
    html = spaced(act(client, worker, case, "case_measure", measure_of(case).public_id, take_back="1"))
    assert "État corrigé : déposé." in html
    measure = measure_of(case)
    assert (measure.state, measure.updated_on) == ("filed", date(2026, 12, 1))
    assert "Revenir à « à constituer »" in html
    act(client, worker, case, "case_measure", measure.public_id, take_back="1")
    html = act(client, worker, case, "case_measure", measure.public_id, take_back="1")
    assert "il n’y a rien à corriger" in html
    assert measure_of(case).state == "to_build"


def test_a_button_pressed_after_the_session_does_nothing_when_it_is_found_again(client, worker, case):
    follow(client, worker, case, "filed", on="2026-12-01")
    found = KeptForm.objects.create(author=worker, address="/", typed={"take_back": ["1"]}, kept_at=NOON)
    act(client, worker, case, "case_measure", measure_of(case).public_id, take_back="1", typed_again=found.public_id)
    assert measure_of(case).state == "filed"
    assert not KeptForm.objects.exists()


def test_a_measure_runs_once_and_may_be_decided_again_when_it_is_over(client, worker, case):
    follow(client, worker, case, "dropped")
    again = Measure.objects.create(case=case, kind="fsl", decided_on=date(2027, 1, 20), updated_on=date(2027, 1, 20))
    assert list(Measure.objects.running()) == [again]


def test_nobody_else_follows_a_measure(client, worker, case):
    where = reverse("case_measure", args=[case.public_id, measure_of(case).public_id])
    other = followed_by(worker, until="monitor")
    for who, status in [(member("mds-grigny", "manager"), 404), (member("bailleur-a", "correspondent"), 404)]:
        client.force_login(who)
        assert client.post(where, {"to": "filed", "on": "2027-01-20"}).status_code == status
    client.force_login(worker)
    assert client.get(reverse("case_measure", args=[other.public_id, measure_of(case).public_id])).status_code == 404
    close_now(case=case, by=worker, at=NOON, data={"outcome": "fsl", "note": ""})
    assert client.post(where, {"to": "filed", "on": "2027-01-20"}).status_code == 403
