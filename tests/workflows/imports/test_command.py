"""The five sample files through the command, scored against the household that each line belongs to."""

import csv
import io
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from cases.models import Case, JournalEntry, Tenancy
from tests.factories import NOON

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parents[2] / "data"
IN_TURN = {
    "bailleur-a_2026-09.csv": "bailleur-a",
    "bailleur-a_2026-10.csv": "bailleur-a",
    "bailleur-a_2026-11.csv": "bailleur-a",
    "syndic-b_2026-11.xlsx": "gestionnaire-b",
    "caf_2026-11.csv": "caf-91",
}


def run(file: Path, code: str, *options: str) -> dict[str, Any]:
    out = io.StringIO()
    with time_machine.travel(NOON, tick=False):
        call_command("import_arrears", str(file), "--structure", code, "--json", *options, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture(scope="module")
def truth():
    with (DATA / "truth.csv").open(encoding="utf-8") as file:
        return {(row["file"], int(row["line"])): row["household"] for row in csv.DictReader(file)}


def test_the_five_files_reach_the_right_households(truth):
    found = {(name, row["line"]): row for name, code in IN_TURN.items() for row in run(DATA / name, code)["rows"]}
    assert found.keys() == truth.keys()
    for line, household in truth.items():
        if household.startswith("!"):
            assert found[line]["outcome"] in {"rejected", "ignored"}
            assert found[line]["reason"].startswith(household[1:])
            assert found[line]["household"] is None
    real = {line: household for line, household in truth.items() if not household.startswith("!")}
    first: dict[str, str] = {}
    people = defaultdict(set)
    wrong = []
    for line, household in real.items():
        reached = found[line]["household"]
        if reached is None and found[line]["reason"] == "solde nul":
            continue  # nobody who owes nothing is recorded
        first.setdefault(household, reached)
        people[reached].add(household)
        if reached is None or reached != first[household]:
            wrong.append((line, household, found[line]))
    assert len(wrong) / len(real) <= 0.01
    assert [merged for merged in people.values() if len(merged) > 1] == []


def history(reference: str) -> list[str]:
    lease = Tenancy.objects.get(reference=reference)
    return [str(statement.balance) for statement in lease.debt.statements.order_by("as_of")]


def counts(result: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in result.items() if name != "rows" and number}


@pytest.mark.timeout(180)
def test_three_months_tell_what_happened_and_the_same_file_twice_changes_nothing():
    months = [DATA / name for name in IN_TURN if name.startswith("bailleur")]
    for month in months:
        told = run(month, "bailleur-a", "--dry-run")
        done = run(month, "bailleur-a")
        assert [(row["line"], row["outcome"], row["reason"]) for row in told["rows"]] == [
            (row["line"], row["outcome"], row["reason"]) for row in done["rows"]
        ]
        before = JournalEntry.objects.exclude(kind="file.imported").count()
        again = run(month, "bailleur-a")
        assert set(counts(again)) == {"unchanged", "ignored", "rejected"}
        assert JournalEntry.objects.exclude(kind="file.imported").count() == before
    assert history("L0004") == ["1472.37", "2040.46", "2608.55"]  # copied by hand from the files
    assert history("L0003") == ["663.35", "0.00", "0.00"]
    paid = Case.objects.get(tenancy__reference="L0003")
    assert JournalEntry.objects.filter(kind="debt.cleared", case=paid).count() == 1
    assert JournalEntry.objects.filter(kind="debt.cleared").count() == 23
    oldest = run(months[0], "bailleur-a")
    assert set(counts(oldest)) == {"unchanged", "ignored", "rejected"}
