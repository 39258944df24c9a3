"""Imports on real concurrent connections: two files that name one household see each other’s work."""

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction

from cases.models import Case, Household
from tests import factories
from tests.factories import NOON
from tests.workflows.imports.files import write_csv
from workflows.actions import leases
from workflows.imports import run
from workflows.imports.columns import suggest_mapping
from workflows.imports.read import read_table
from workflows.models import ImportJob, ImportRow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120), pytest.mark.slow]

HEADINGS = ["Réf. locataire", "Nom", "Prénom", "Né(e) le", "Loyer HC", "Charges", "Solde débiteur"]
NAMES = ["MARTIN", "DURAND", "PETIT", "OKAFOR", "YILMAZ", "NGUYEN"]
ROWS = [
    [f"L70{place:02}", name, "Alice", f"17/05/198{place}", "450,00", "80,00", "1 060,00"]
    for place, name in enumerate(NAMES)
]


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run these at once, each on its own connection; returns what each gave."""
    given: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def take(place: int) -> None:
        start.wait()
        try:
            given[place] = acts[place]()
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def waiting_job(folder: Path) -> ImportJob:
    file = write_csv(folder / "impayes_2026-11.csv", [HEADINGS, *ROWS])
    job = ImportJob(
        structure=factories.structure("bailleur-a"),
        file_name=file.name,
        columns=suggest_mapping(HEADINGS),
        as_of=NOON.date(),
        state=ImportJob.State.RUNNING,
    )
    job.file.save("file", ContentFile(file.read_bytes()), save=True)
    return job


def test_two_imports_of_one_file_at_once_open_each_case_once(tmp_path):
    jobs = [waiting_job(tmp_path), waiting_job(tmp_path)]
    table = read_table(tmp_path / "impayes_2026-11.csv")

    def import_now(job: ImportJob) -> None:
        with leases.wait_for(run.lease_name("grigny")) as lease:
            run.import_table(job, table, lease=lease, at=NOON)

    together(*[lambda job=job: import_now(job) for job in jobs])
    assert (Household.objects.count(), Case.objects.count()) == (6, 6)
    found = sorted(ImportRow.objects.filter(job__in=jobs).values_list("outcome", flat=True))
    assert found == ["created"] * 6 + ["unchanged"] * 6


def test_two_workers_do_a_file_once(tmp_path):
    job = waiting_job(tmp_path)
    done = together(*[lambda: run.run_waiting(at=NOON)] * 2)
    assert sum(done) == 6
    assert ImportRow.objects.filter(job=job, outcome="created").count() == 6


def test_an_import_waits_for_whoever_works_on_a_case(tmp_path):
    ImportJob.objects.filter(pk=waiting_job(tmp_path).pk).update(as_of=date(2026, 10, 24))
    run.run_waiting(at=NOON)
    held = Case.objects.get(tenancy__reference="L7002")
    job = waiting_job(tmp_path)

    def work() -> None:
        with transaction.atomic():
            Case.objects.select_for_update().get(pk=held.pk)
            threading.Event().wait(1)

    together(work, lambda: run.run_waiting(at=NOON))
    assert list(ImportRow.objects.filter(job=job).values_list("outcome", flat=True)) == ["updated"] * 6
