"""An import that stops, and goes on where it was."""

from datetime import date
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from cases.models import DebtStatement
from tests import factories
from tests.factories import NOON
from tests.workflows.imports.files import write_csv
from tests.workflows.imports.test_undo import HEADINGS, MARTIN, NOVEMBER, OCTOBER, SMALL, imported, outcomes
from workflows.imports import run
from workflows.imports.columns import suggest_mapping
from workflows.models import ImportJob, ImportRow

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SEPTEMBER = date(2026, 9, 24)


def begun(folder: Path, *lines: list[str], limit: int) -> ImportJob:
    """The worker had the time of its first lines."""
    file = write_csv(folder / "impayes.csv", [HEADINGS, *lines])
    sender = factories.structure("bailleur-a")
    job = ImportJob(structure=sender, file_name=file.name, as_of=NOVEMBER, state="running")
    job.columns = suggest_mapping(HEADINGS)
    job.file.save("file", ContentFile(file.read_bytes()), save=True)
    assert run.run_waiting(at=NOON, limit=limit) == limit
    return job


def test_a_lease_of_which_nothing_was_owed_is_not_repeated_when_the_import_goes_on(tmp_path):
    """As when it does not stop: what was ignored of a lease has told nothing of it."""
    imported(tmp_path, SMALL, as_of=SEPTEMBER)
    imported(tmp_path, [*SMALL[:7], "0,00"], as_of=OCTOBER)
    job = begun(tmp_path, [*SMALL[:7], "0,00"], MARTIN, [*SMALL[:7], "250,00"], limit=2)
    run.run_waiting(at=NOON)
    assert outcomes(job) == ["ignored", "created", "watched"]
    assert [
        str(row.balance) for row in DebtStatement.objects.filter(debt__tenancy__reference="L7002", as_of=NOVEMBER)
    ] == ["250.00"]


def test_a_line_that_says_again_what_was_written_before_it_stopped_is_repeated(tmp_path):
    job = begun(tmp_path, MARTIN, SMALL, [*MARTIN[:7], "9 999,00"], limit=2)
    run.run_waiting(at=NOON)
    assert outcomes(job) == ["created", "watched", "ignored"]
    assert "ligne répétée" in ImportRow.objects.get(job=job, line=4).reason
