"""The five sample files imported in turn, scored against the household that each line belongs to."""

import csv
from collections import Counter, defaultdict

import pytest
from django.db import transaction

from cases.models import Case, DebtStatement, HouseholdFact, JournalEntry
from tests.factories import NOON
from tests.workflows.imports.command import DATA, Result, counts, outcomes, run
from workflows.models import HELD, CaseTask, ImportJob
from workflows.routing.apply import missing_facts
from workflows.steps.desk import pilot_of

# The story is fifteen imports long, and its time falls on the test that comes first.
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300), pytest.mark.slow]

IN_TURN = {
    "bailleur-a_2026-09.csv": "bailleur-a",
    "bailleur-a_2026-10.csv": "bailleur-a",
    "bailleur-a_2026-11.csv": "bailleur-a",
    "syndic-b_2026-11.xlsx": "gestionnaire-b",
    "caf_2026-11.csv": "caf-91",
}


def history(reference: str) -> list[str]:
    statements = DebtStatement.objects.filter(debt__tenancy__reference=reference, source__code="bailleur-a")
    return [str(statement.balance) for statement in statements.order_by("as_of")]


class Story:
    """The five files imported in turn, each told first by a dry run and followed by the same file again."""

    def __init__(self) -> None:
        self.told: dict[str, Result] = {}
        self.done: dict[str, Result] = {}
        self.again: dict[str, Result] = {}
        self.lines: dict[str, int] = {}
        for name, code in IN_TURN.items():
            self.told[name] = run(DATA / name, code, "--dry-run")
            self.done[name] = run(DATA / name, code)
            before = self.written()
            self.again[name] = run(DATA / name, code)
            self.lines[name] = self.written() - before

    @staticmethod
    def written() -> int:
        return JournalEntry.objects.exclude(kind="file.imported").count()


@pytest.fixture(scope="module")
def story(django_db_setup, django_db_blocker):
    """Once for all the tests that only read it; undone after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Story()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def truth():
    with (DATA / "truth.csv").open(encoding="utf-8") as file:
        return {(row["file"], int(row["line"])): row["household"] for row in csv.DictReader(file)}


# The sample files


@pytest.mark.timeout(240)
def test_every_line_of_the_samples_is_accounted_for(story, truth):
    assert {(name, row["line"]) for name, result in story.done.items() for row in result["rows"]} == truth.keys()
    assert [counts(result) for result in story.done.values()] == [
        {"created": 87, "watched": 7, "ignored": 6, "rejected": 3},
        {"created": 57, "updated": 90, "watched": 6, "ignored": 6, "rejected": 3},
        {"created": 27, "updated": 144, "watched": 6, "ignored": 9, "rejected": 3},
        {"created": 47, "watched": 1, "ignored": 13},
        {"created": 3, "updated": 57},
    ]


def test_bad_lines_are_refused_or_ignored_for_the_right_reason(story, truth):
    for name, result in story.done.items():
        for row in result["rows"]:
            if (household := truth[name, row["line"]]).startswith("!"):
                assert row["outcome"] in {"rejected", "ignored"}
                assert row["reason"].startswith(household[1:])
                assert row["household"] is None


def test_lines_reach_the_right_household_and_nobody_is_merged_with_another(story, truth):
    reached, first, right, lines = defaultdict(set), dict[str, str](), 0, 0
    for name, result in story.done.items():
        for row in result["rows"]:
            household = truth[name, row["line"]]
            if household.startswith("!") or row["reason"] == "solde nul":
                continue  # nobody who owes nothing is recorded
            lines += 1
            reached[row["household"]].add(household)
            right += row["household"] is not None and row["household"] == first.setdefault(household, row["household"])
    assert right / lines >= 0.99
    assert [people for people in reached.values() if len(people) > 1] == []


def test_a_dry_run_tells_what_the_run_does(story):
    assert {name: outcomes(result) for name, result in story.told.items()} == {
        name: outcomes(result) for name, result in story.done.items()
    }


def test_the_same_file_twice_changes_nothing(story):
    assert {outcome for result in story.again.values() for outcome in counts(result)} == {
        "unchanged",
        "ignored",
        "rejected",
    }
    assert set(story.lines.values()) == {0}


def test_histories_grow_and_a_cleared_debt_proposes_closing_once(story):
    assert history("L0004") == ["1472.37", "2040.46", "2608.55"]  # copied by hand from the files
    assert history("L0003") == ["663.35", "0.00", "0.00"]
    cleared = Counter(JournalEntry.objects.filter(kind="debt.cleared").values_list("case", flat=True))
    assert set(cleared.values()) == {1}
    assert Case.objects.get(tenancy__reference="L0003").pk in cleared


def test_an_older_month_changes_nothing_of_a_newer_one(story):
    assert set(counts(run(DATA / "bailleur-a_2026-09.csv", "bailleur-a"))) == {"unchanged", "ignored", "rejected"}
    assert history("L0004") == ["1472.37", "2040.46", "2608.55"]


def test_the_list_of_the_caf_routes_what_waited_for_its_facts(story):
    told = HouseholdFact.objects.filter(source="caf", name="family_benefits").values("household")
    waiting = CaseTask.objects.open().filter(node="qualify", case__household__in=told)
    assert [task.case_id for task in waiting if not missing_facts(task.case, at=NOON)] == []
    asked = CaseTask.objects.open().filter(case__household__in=told)
    to_come = asked.filter(node=HELD).exclude(data__expected=pilot_of("grigny").pk)
    assert asked.filter(node="answer").count() + to_come.count() == 52


def test_health_data_of_the_comments_are_stored_nowhere(story):
    rows = ImportJob.objects.filter(file_name="syndic-b_2026-11.xlsx").values_list("rows__values", "rows__reason")
    assert "hospitalisé" not in repr(list(rows))
