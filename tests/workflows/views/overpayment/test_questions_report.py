"""What a pilot and an operator read of the causes of overpayments: in numbers, and as an alert."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from cases.actions.notices import NoticeReception, record_notice
from cases.models import CauseAlert, DebtLine, JournalEntry, User
from cases.rules.notices import TypedLine
from notifications import fanout
from notifications.models import Notice
from tests import factories
from tests.factories import NOON
from tests.journeys import scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
RECOVERY = "caf-91-recouvrement"
TEN_AND_THE_SESSION = 12
"""Of a page, and what signs its reader in."""


@pytest.fixture
def worker() -> User:
    return factories.member("caf-91", first_name="Nadia", last_name="Belkacem")


@pytest.fixture
def correspondent() -> User:
    return factories.member(RECOVERY, "correspondent", first_name="Iris", last_name="Bonnard")


def letter_of(worker: User, *lines: TypedLine, letter: date = date(2026, 11, 3)) -> None:
    record_notice(
        case=scene.reclaimed(worker=worker), operator="caf", letter_date=letter,
        received=NoticeReception(on=letter, how="post"), lines=lines,
        structure=factories.structure("caf-91"), by=worker, at=NOON,
    )  # fmt: skip


def notice_of(
    worker: User, *, cause: str, benefit: str = "rsa", letter: date = date(2026, 11, 3), number: int = 1
) -> None:
    for _ in range(number):
        letter_of(worker, TypedLine(benefit=benefit, amount=Decimal(100), cause=cause), letter=letter)


def test_a_cause_of_five_cases_of_a_month_is_told_once(worker, correspondent):
    pilot = factories.member("ville-grigny", "pilot")
    factories.member("caf-91-pilotage", "pilot")
    notice_of(worker, cause="body_error", number=4)
    assert not CauseAlert.objects.exists()
    notice_of(worker, cause="body_error", letter=date(2026, 10, 30), number=1)
    assert not CauseAlert.objects.exists()
    notice_of(worker, cause="body_error", number=2)
    alert = CauseAlert.objects.get()
    told = (alert.structure.code, alert.cause, alert.month, alert.cases)
    assert told == (RECOVERY, "body_error", date(2026, 11, 1), 5)
    entry = JournalEntry.objects.get(kind="cause.alerted")
    assert (entry.case, entry.actor, entry.data["month"]) == (None, None, "2026-11-01")
    fanout.drain_outbox(at=NOON)
    assert set(Notice.objects.filter(entry=entry).values_list("user", flat=True)) == {pilot.pk, correspondent.pk}


def test_lines_of_one_household_make_no_alert(worker, correspondent):
    benefits = ("rsa", "apl", "als", "aah", "prime_activite", "prestations_familiales")
    letter_of(worker, *(TypedLine(benefit=each, amount=Decimal(100), cause="body_error") for each in benefits))
    assert not CauseAlert.objects.exists()


def test_the_report_hides_small_numbers_and_names_nobody(client, worker, correspondent):
    notice_of(worker, cause="body_error", number=6)  # and twelve lines that nobody has coded
    notice_of(worker, cause="couple_status", benefit="aah", number=2)
    client.force_login(correspondent)
    text = re.sub(r"\n *", "", client.get(reverse("questions_report")).content.decode())
    main = text[text.index("<main") : text.index("</main")]
    assert "Alerte collective : Erreur de l’organisme" in main
    cells = main.replace('<span class="muted">', "").replace("</span>", "")
    assert '<th scope="row">Vie de couple</th><td class="number">petit nombre</td>' in cells
    assert '<th scope="row">Erreur de l’organisme</th><td class="number">petit nombre</td>' in cells
    assert '<th scope="row">Motif non codé</th><td class="number">16</td>' in cells
    assert '<th scope="row">Total</th><td class="number">24</td>' in cells
    assert not [word for word in ("DELORME", "Delorme", "Belkacem", 'caf-91"') if word in main]


@pytest.mark.parametrize(
    ("code", "role", "status"),
    [
        ("ville-grigny", "pilot", 200),
        ("caf-91-pilotage", "pilot", 404),
        ("cd91-rsa", "pilot", 404),
        ("cpam-91", "correspondent", 404),
        (RECOVERY, "manager", 404),
        ("caf-91", "manager", 404),
        ("bailleur-a", "correspondent", 404),
    ],
)
def test_the_report_of_an_operator_is_its_correspondents_and_of_who_pilots_overpayments(client, code, role, status):
    client.force_login(factories.member(code, role))
    answer = client.get(reverse("questions_report"), {"structure": RECOVERY})
    assert answer.status_code == status


def test_the_report_takes_ten_queries(client, worker, correspondent, django_assert_max_num_queries):
    notice_of(worker, cause="body_error", number=6)
    client.force_login(correspondent)
    with django_assert_max_num_queries(TEN_AND_THE_SESSION):
        client.get(reverse("questions_report"))
    assert DebtLine.objects.count() == 18
