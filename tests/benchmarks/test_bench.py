"""`manage.py bench`: it measures, prints a ratio, and leaves nothing behind."""

import logging
import re
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from cases.actions.notices import NoticeReception
from cases.models import Case, Deadline, JournalEntry, Letter, Outbox
from cases.rules.notices import TypedLine
from notifications.models import Notice
from tests import factories
from tests.workflows.indicators.conftest import JULY, private_case
from tests.workflows.walk import Walk
from workflows.actions.overpayment import open_with_notice
from workflows.models import CommitteeReport, ImportJob, IndicatorFigures, Simulation

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def bench(name: str, **options: int) -> str:
    out = StringIO()
    call_command("bench", name, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def lived() -> Case:
    manager, worker = factories.member("caf-91", "manager"), factories.member("caf-91")
    factories.member("caf-91-pilotage", "pilot")
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    case = factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)
    Walk(case).take("answer", by=manager, accept=True, professional=worker, reason="")
    return case


def kept() -> list[int]:
    running = Deadline.objects.running().count()
    return [running, JournalEntry.objects.count(), Outbox.objects.count(), Notice.objects.count(), len(mail.outbox)]


@pytest.mark.parametrize(
    "name",
    [
        "inbox",
        "cases",
        "backlog",
        "backlog_list",
        "backlogs",
        "sweep",
        "outbox",
        "reminders",
        "tick",
        "mails",
        "export",
        "peer_queue",
        "peer_rights",
        "peer_admin",
        "history",
        "history_update",
        "access",
    ],
)
def test_each_bench_prints_its_ratio_and_keeps_nothing(name: str, lived: Case):
    before = kept()
    assert re.search(
        rf"^{name} : \d+ lignes ; produit \S+ ms.* ; (plancher|.+ requêtes,) \S+ ms ; rapport \d+,\d$",
        bench(name).strip(),
    )
    assert kept() == before


def test_pages_and_acts_are_measured_for_as_many_people_as_asked_and_nothing_is_kept(lived: Case):
    before, out = kept(), StringIO()
    call_command("measure_processor", people=1, stdout=out)
    told = out.getvalue()
    assert re.search(r"^À faire : 2 ; Python \S+ ms, p95", told), told
    assert "En attente, de qui a 1 étapes : 1 ; " in told
    assert kept() == before
    assert logging.root.isEnabledFor(logging.ERROR), "whoever calls it goes on with his logs"


def test_a_letter_is_measured_as_pdf_and_as_its_copy_and_nothing_is_kept():
    worker = factories.member("ccas-grigny")
    claimed = [TypedLine(benefit="aah", amount=Decimal("2306.15"))]
    open_with_notice(
        household=factories.household(),
        operator="caf",
        letter_date=date(2026, 11, 2),
        received=NoticeReception(on=date(2026, 11, 5), how="post"),
        lines=claimed,
        structure=factories.structure("ccas-grigny"),
        by=worker,
        at=factories.NOON,
    )
    before = kept()
    told = bench("letter").strip()
    assert re.search(
        r"^letter : \d+ lignes ; produit \S+ ms pour le PDF de L2, \S+ ms pour sa copie modifiable ; plancher \S+ ms ; rapport",
        told,
    )
    assert (kept(), Letter.objects.count()) == (before, 0)


def test_the_dry_run_of_a_file_is_measured_with_its_memory_and_keeps_nothing():
    told = bench("import", lines=40).strip()
    assert re.search(r"^import : 40 lignes ; produit \S+ ms, mémoire \d+ Mo au plus ; plancher \S+ ms ; rapport", told)
    assert ImportJob.objects.count() == 0


def test_a_portfolio_handed_over_is_measured_and_keeps_nothing(lived: Case):
    factories.member("caf-91")
    before = kept()
    told = bench("handover", people=20).strip()
    assert re.search(
        r"^handover : 20 lignes ; produit \S+ ms avec étapes, délais et journal, dont \S+ ms de processeur ; plancher \S+ ms ; ",
        told,
    )
    assert kept() == before


def test_a_simulation_is_measured_and_keeps_nothing(lived: Case):
    before = kept()
    told = bench("simulation", decisions=10).strip()
    assert re.search(
        r"^simulation : 1 lignes ; produit \S+ ms, dont \S+ ms de processeur, \d iraient ailleurs ; plancher ", told
    )
    assert (kept(), Simulation.objects.count()) == (before, 0)


def test_a_report_is_measured_from_its_counting_to_each_of_its_files_and_nothing_is_kept(at_noon: Any):
    private_case(JULY)
    told = bench("report").strip()
    parts = r"comptés \S+ ms .*, figés .*, pdf .*, docx .*, xlsx .*, csv .*"
    assert re.search(rf"^report : \d+ lignes ; produit \S+ ms, {parts} ; plancher \S+ ms ; rapport \d+,\d$", told)
    assert not IndicatorFigures.objects.exists()
    assert not CommitteeReport.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "inbox",
        "cases",
        "sweep",
        "outbox",
        "reminders",
        "tick",
        "mails",
        "letter",
        "handover",
        "simulation",
    ],
)
def test_without_data_it_says_how_to_make_some(name: str):
    with pytest.raises(CommandError, match="multiply_cases"):
        bench(name)
