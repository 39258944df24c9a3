"""The initial stock: the cases of a landlord’s first file go on in weekly waves, and nothing is without an owner."""

import threading
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.actions.case import make_urgent
from cases.invariants import INVARIANTS as OF_CASES
from cases.models import Case, Closure, Deadline, JournalEntry, Tenancy, User
from config.ticking import tick
from notifications.fanout import drain_outbox
from notifications.models import Notice
from tests import factories
from tests.factories import NOON, PARIS
from tests.workflows.imports.test_undo import HEADINGS, imported
from tests.workflows.test_sweep import in_threads
from workflows.actions.stock import CannotSetPace, foresee, release_and_tell, set_pace
from workflows.imports import run, undo
from workflows.invariants import INVARIANTS as OF_WORKFLOWS
from workflows.models import CaseTask, ImportJob, StockPace
from workflows.queries import stock
from workflows.queries.inbox import Inbox, InboxList

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WITH_FACTS = [*HEADINGS, "Nature aide", "Nb enfants à charge", "PF", "RSA"]
FAMILY = ["ALF", "2", "oui", "non"]
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=PARIS)
NEXT_MONDAY = datetime(2026, 12, 7, 9, 0, tzinfo=PARIS)


@pytest.fixture
def pilot():
    person = factories.member("caf-91-pilotage", "pilot")
    set_pace(structure=factories.structure("caf-91"), per_week=2, by=person, at=NOON)
    return person


def first_file(folder: Path, *, number: int = 5, facts: list[str] = FAMILY) -> ImportJob:
    """Private housing, ALF, children: for the CAF (R3). Each owes more than the one before."""
    lines = [
        [
            f"L70{place:02}",
            f"NOM{place}",
            "Alice",
            f"17/05/198{place}",
            "",
            "450,00",
            "80,00",
            f"{place + 1} 060,00",
            *facts,
        ]
        for place in range(number)
    ]
    return imported(folder, *lines, headings=WITH_FACTS, code="gestionnaire-b")


def waiting() -> list[str]:
    """Case by case, in the order of the file: the step that it waits at."""
    tasks = CaseTask.objects.open().order_by("case_id")
    return list(tasks.values_list("node", flat=True))


def told(person: User) -> list[tuple[str, int]]:
    drain_outbox(at=NOON)
    found = Notice.objects.filter(user=person).order_by("pk")
    return [(notice.entry.kind, notice.entry.data.get("count", 1)) for notice in found]


def broken(on: date) -> list[str]:
    return [check.code for check in (*OF_CASES, *OF_WORKFLOWS) if list(check.broken(on))]


def test_a_first_file_goes_on_by_weekly_waves_the_largest_debts_first(pilot, tmp_path):
    first_file(tmp_path)
    assert waiting() == ["wait_turn", "wait_turn", "wait_turn", "answer", "answer"]
    assert release_and_tell(at=NOON) == 0
    assert release_and_tell(at=datetime(2026, 11, 27, 18, 0, tzinfo=PARIS)) == 0
    assert release_and_tell(at=MONDAY) == 2
    assert waiting() == ["wait_turn", "answer", "answer", "answer", "answer"]
    assert release_and_tell(at=MONDAY) == 0
    assert release_and_tell(at=NEXT_MONDAY) == 1
    assert set(waiting()) == {"answer"}
    assert broken(NEXT_MONDAY.date()) == []


def test_what_waits_has_an_owner_and_a_next_step_and_no_running_delay(pilot, tmp_path):
    first_file(tmp_path)
    held = Case.objects.filter(pk__in=stock.held_tasks().values("case"))
    assert {case.responsible_structure.code for case in held} == {"caf-91-pilotage"}
    assert Deadline.objects.running().filter(case__in=held).count() == 0
    assert broken(NOON.date()) == []


def test_delays_start_with_the_release(pilot, tmp_path):
    first_file(tmp_path)
    release_and_tell(at=MONDAY)
    started = set(Deadline.objects.running().values_list("started_on", flat=True))
    assert started == {NOON.date(), MONDAY.date()}


def test_each_wave_is_one_notice_and_one_lot(pilot, tmp_path):
    manager = factories.member("caf-91", "manager")
    job = first_file(tmp_path)
    assert told(manager) == [("lot.received", 2)]
    release_and_tell(at=MONDAY)
    assert told(manager) == [("lot.received", 2), ("lot.received", 2)]
    assert job.rows.filter(decision__structure__code="caf-91").count() == 4


def test_an_urgent_case_does_not_wait(pilot, tmp_path):
    first_file(tmp_path)
    case = Case.objects.order_by("pk")[0]
    make_urgent(case=case, structure=factories.structure("gestionnaire-b"), at=NOON)
    assert release_and_tell(at=NOON) == 1
    assert CaseTask.objects.open().get(case=case).node == "answer"


def test_a_case_that_is_before_the_judge_never_waits(pilot, tmp_path):
    lines = [
        ["L7001", "MARTIN", "Alice", "17/05/1980", "", "450,00", "80,00", "1 060,00", *FAMILY, "14/12/2026"],
    ]
    set_pace(structure=factories.structure("caf-91"), per_week=0, by=pilot, at=NOON)
    imported(tmp_path, *lines, headings=[*WITH_FACTS, "Date audience"], code="gestionnaire-b")
    assert waiting() == ["answer"]


def test_a_structure_that_takes_none_is_left_in_peace(pilot, tmp_path):
    set_pace(structure=factories.structure("caf-91"), per_week=0, by=pilot, at=NOON)
    first_file(tmp_path)
    [portion] = stock.portions(on=NOON.date())
    assert (portion.waiting, portion.per_week, portion.next_on, portion.remaining_weeks) == (5, 0, None, 0)


def test_a_wave_waits_until_the_structure_is_open(pilot, tmp_path):
    first_file(tmp_path)
    caf = factories.structure("caf-91")
    Closure.objects.create(structure=caf, first_day=date(2026, 11, 30), last_day=date(2026, 12, 1))
    assert release_and_tell(at=MONDAY) == 0
    assert stock.portions(on=MONDAY.date())[0].next_on == date(2026, 12, 2)
    assert release_and_tell(at=datetime(2026, 12, 2, 9, 0, tzinfo=PARIS)) == 2


def test_what_is_known_when_the_turn_comes_decides_where_the_case_goes(pilot, tmp_path):
    """Nothing was known: foreseen for the desk. The CAF’s list has told since, so it is one of the CAF’s."""
    desk = factories.structure("caf-91-pilotage")
    set_pace(structure=desk, per_week=0, by=pilot, at=NOON)
    first_file(tmp_path, number=1, facts=["", "", "", ""])
    assert [portion.structure for portion in stock.portions(on=NOON.date())] == [desk]
    case = Case.objects.get()
    factories.know(case.household, **factories.FAMILY)
    Tenancy.objects.update(aid_kind="ALF")
    case = Case.objects.get()
    foresee(case, at=NOON)
    assert [portion.structure.code for portion in stock.portions(on=NOON.date())] == ["caf-91"]
    release_and_tell(at=NOON)
    assert waiting() == ["answer"]


def test_the_list_of_the_caf_tells_whom_a_waiting_case_will_go_to(pilot, tmp_path):
    set_pace(structure=factories.structure("caf-91-pilotage"), per_week=0, by=pilot, at=NOON)
    set_pace(structure=factories.structure("caf-91"), per_week=0, by=pilot, at=NOON)
    first_file(tmp_path, number=1, facts=["", "", "", ""])
    line = ["", "NOM0", "Alice", "17/05/1980", "", "", "", "", "GESTIONNAIRE B", *FAMILY]
    headings = [*HEADINGS, "Bailleur", *WITH_FACTS[len(HEADINGS) :]]
    imported(tmp_path, line, headings=headings, code="caf-91")
    assert [portion.structure.code for portion in stock.portions(on=NOON.date())] == ["caf-91"]


def test_what_waits_for_its_turn_is_in_nobody_s_inbox(pilot, tmp_path):
    first_file(tmp_path)
    box = Inbox(pilot, NOON.date())
    assert [list(box.tasks(part)) for part in InboxList] == [[], [], []]


def test_the_pilot_may_let_a_case_go_on_before_its_turn(pilot, tmp_path):
    from workflows import engine

    first_file(tmp_path)
    task = stock.held_tasks().order_by("pk")[0]
    engine.complete(task, by=pilot, at=NOON, data={})
    assert CaseTask.objects.open().get(case=task.case).node == "answer"
    assert told(factories.member("caf-91", "manager"))[-1] == ("step.routed", 1)


def test_the_undo_of_a_first_file_voids_what_waits_and_what_went_on(pilot, tmp_path):
    job = first_file(tmp_path)
    release_and_tell(at=MONDAY)
    undo.ask_undo(job, by=factories.member("gestionnaire-b", "correspondent"), at=MONDAY)
    run.run_waiting(at=MONDAY)
    assert set(Case.objects.values_list("outcome", flat=True)) == {"voided"}
    assert stock.portions(on=MONDAY.date()) == []
    assert broken(MONDAY.date()) == []


def test_the_second_file_of_a_landlord_waits_for_nothing(pilot, tmp_path):
    first_file(tmp_path)
    line = ["L7099", "AUTRE", "Zoé", "12/03/1971", "", "450,00", "80,00", "1 060,00", *FAMILY]
    imported(tmp_path, line, headings=WITH_FACTS, code="gestionnaire-b")
    assert CaseTask.objects.open().get(case__tenancy__reference="L7099").node == "answer"


def test_a_tick_releases(pilot, tmp_path):
    first_file(tmp_path)
    assert tick(at=MONDAY)["dossiers du stock libérés"] == 2


def test_the_pace_is_journalled(pilot: User):
    entry = JournalEntry.objects.get(kind="stock.pace_set")
    assert (entry.structure, entry.actor, entry.data["per_week"]) == (factories.structure("caf-91"), pilot, 2)


def test_nothing_waits_costs_one_query(django_assert_num_queries: Any):
    with django_assert_num_queries(1):
        assert stock.portions(on=NOON.date()) == []


def test_only_the_desk_of_its_territory_sets_the_pace_of_a_structure(pilot):
    caf = factories.structure("caf-91")
    for stranger in (factories.member("caf-91", "manager"), factories.member("ville-grigny", "pilot")):
        with pytest.raises(CannotSetPace):
            set_pace(structure=caf, per_week=2, by=stranger, at=NOON)
    caf = factories.move_to_territory("caf-91", name="Viry")
    with pytest.raises(CannotSetPace, match="son territoire"):
        set_pace(structure=caf, per_week=2, by=pilot, at=NOON)
    assert [each.per_week for each in StockPace.objects.all()] == [2], "as the pilot had set it"


@pytest.mark.django_db(transaction=True)
def test_of_two_ticks_at_once_one_lets_go(pilot, tmp_path):
    """The other would count what each structure was given without what the first is giving it."""
    first_file(tmp_path)
    holds, goes_on = threading.Event(), threading.Event()

    def let_go() -> int:
        with transaction.atomic():
            released = release_and_tell(at=MONDAY)
            holds.set()
            goes_on.wait(timeout=60)
        return released

    def let_go_meanwhile() -> int:
        holds.wait(timeout=60)
        try:
            with CaptureQueriesContext(connection) as asked:
                released = release_and_tell(at=MONDAY)
            locked.extend(query["sql"] for query in asked if "FOR UPDATE" in query["sql"])
            return released
        finally:
            goes_on.set()

    locked: list[str] = []
    assert in_threads(let_go, let_go_meanwhile) == [2, 0]
    assert locked == [], "it looks for no case, to wait until the first has let it go"
    assert waiting() == ["wait_turn", "answer", "answer", "answer", "answer"]
