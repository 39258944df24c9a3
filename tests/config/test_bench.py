"""`manage.py bench`: it measures, prints a ratio, and leaves nothing behind."""

import re
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from cases.models import Case, Deadline, JournalEntry, Outbox
from notifications.models import Notice
from tests import factories
from tests.workflows.walk import Walk
from workflows.models import ImportJob

pytestmark = pytest.mark.django_db


def bench(name: str, **options: int) -> str:
    out = StringIO()
    call_command("bench", name, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def lived() -> Case:
    manager, worker = factories.member("caf-91", "manager"), factories.member("caf-91")
    lease = factories.tenancy(landlord="gestionnaire-b", housing="private", aid_kind="ALF")
    case = factories.reported(lease, code="gestionnaire-b", **factories.FAMILY)
    Walk(case).take("answer", by=manager, accept=True, professional=worker, reason="")
    return case


def kept() -> list[int]:
    running = Deadline.objects.running().count()
    return [running, JournalEntry.objects.count(), Outbox.objects.count(), Notice.objects.count(), len(mail.outbox)]


@pytest.mark.parametrize("name", ["inbox", "cases", "sweep", "outbox", "reminders", "tick", "mails"])
def test_each_bench_prints_its_ratio_and_keeps_nothing(name: str, lived: Case):
    before = kept()
    assert re.search(
        rf"^{name} : \d+ lignes ; produit \S+ ms.* ; plancher \S+ ms ; rapport \d+,\d$", bench(name).strip()
    )
    assert kept() == before


def test_the_dry_run_of_a_file_is_measured_with_its_memory_and_keeps_nothing():
    told = bench("import", lines=40).strip()
    assert re.search(r"^import : 40 lignes ; produit \S+ ms, mémoire \d+ Mo au plus ; plancher \S+ ms ; rapport", told)
    assert ImportJob.objects.count() == 0


@pytest.mark.parametrize("name", ["inbox", "cases", "sweep", "outbox", "reminders", "tick", "mails"])
def test_without_data_it_says_how_to_make_some(name: str):
    with pytest.raises(CommandError, match="seed_demo --scale"):
        bench(name)
