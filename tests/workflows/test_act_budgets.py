"""How many statements an act may send to the database: whoever waits for a case waits for each of them.

BEGIN and COMMIT (here a savepoint) are not counted. A budget goes down with what an act asks; it does not go up without a reason.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from benchmarks.import_file import write_file
from cases.models import JournalEntry, Outbox, Structure, User
from notifications.fanout import drain_outbox
from tests import factories
from tests.factories import NOON
from tests.workflows.flows.test_arrears import CALLED, PRIVATE, REACHED, REPAY, Followed, caf_case
from tests.workflows.views.backlog.test_lots import lot
from tests.workflows.walk import Walk
from workflows import engine
from workflows.actions import leases, lots
from workflows.actions.report import report_arrears
from workflows.imports.columns import suggest_mapping
from workflows.imports.read import read_table
from workflows.imports.run import import_table, lease_name
from workflows.models import CaseTask, ImportJob

pytestmark = pytest.mark.django_db
LINES = 40


def count_statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured) - 2


def count_step(walk: Walk, node: str, by: User, **data: object) -> int:
    task = walk.task(node)
    return count_statements(lambda: engine.complete(task, by=by, at=NOON, data=data))


def name_referents() -> None:
    """The CAF names a référent to each person whose case it takes."""
    Structure.objects.filter(code="caf-91").update(names_referents=True, names_referents_since=date(2026, 1, 1))


def answer(walk: Walk, *, accept: bool = True, professional: User | None = None) -> int:
    worker = factories.member("caf-91")
    said = {"professional": professional or worker} if accept else {"reason": "moved"}
    return count_step(walk, "answer", worker, accept=accept, **said)


def test_accepting_a_case_where_nobody_names_referents():
    assert answer(Walk(caf_case())) <= 33


def test_accepting_a_case_and_following_its_person():
    name_referents()
    assert answer(Walk(caf_case())) <= 60


def test_accepting_a_case_for_a_colleague_who_is_proposed_to_its_person():
    name_referents()
    colleague = factories.member("caf-91")
    assert answer(Walk(caf_case()), professional=colleague) <= 59


def test_taking_back_a_lot_asks_of_each_case_what_one_that_is_taken_back_alone_does(tmp_path: Path):
    """The steps of all are found at once; each is then a turn of its own, which may be refused."""
    manager, worker = factories.member("caf-91", "manager"), factories.member("caf-91")
    counted = {}
    for number, decade in ((2, 198), (5, 197)):
        job, service = lot(tmp_path, number=number, decade=decade), factories.structure("caf-91")
        lots.accept(
            tasks=CaseTask.objects.open().filter(node="answer"),
            professional=worker, structure=service, job=job, by=manager, at=NOON,
        )  # fmt: skip
        entry = JournalEntry.objects.filter(kind="lot.answered").latest("pk")
        counted[number] = count_statements(partial(lots.take_back, entry=entry, by=manager, at=NOON))
        assert CaseTask.objects.open().filter(node="answer").count() == number
        CaseTask.objects.open().update(status="CANCELED")
    assert (counted[5] - counted[2]) / 3 <= 44, counted
    assert counted[2] <= 94, counted


def test_declining_a_case():
    assert answer(Walk(caf_case()), accept=False) <= 43


def test_an_attempt_to_contact_a_household():
    walk = Followed()
    assert count_step(walk, "contact", walk.worker, **CALLED, result="again") <= 8


def test_reaching_a_household():
    walk = Followed()
    assert count_step(walk, "contact", walk.worker, **REACHED) <= 25


def test_planning_what_is_owed():
    walk = Followed().until_plan()
    assert count_step(walk, "plan", walk.worker, **REPAY) <= 32


def test_agreeing_to_a_plan():
    walk = Followed().until_plan()
    walk.take("plan", by=walk.worker, **REPAY)
    landlord = factories.member("gestionnaire-b", "correspondent")
    assert count_step(walk, "agree", landlord, answer="accepted") <= 29


def test_a_report_that_opens_a_case_and_routes_it_and_the_same_report_again():
    sender = factories.structure("gestionnaire-b")
    factories.say_basis(sender)
    lease = factories.tenancy(**PRIVATE)
    factories.know(lease.household, **factories.FAMILY)

    def report() -> None:
        report_arrears(
            tenancy=lease, structure=sender, channel="file", balance=Decimal(1060), as_of=NOON.date(), at=NOON
        )

    assert count_statements(report) <= 65
    assert count_statements(report) <= 6


def test_a_file_of_new_tenants_and_the_file_of_the_next_month(tmp_path: Path):
    """A line, with its transaction and its savepoints. The rules are read once for twenty; the balances of a month are written
    together. On a Sunday, nobody’s turn comes."""
    sunday = NOON - timedelta(days=2)
    sender = factories.structure("bailleur-a")
    factories.say_basis(sender)
    table = read_table(write_file(tmp_path / "impayes.csv", lines=LINES))

    def count_a_line(at: datetime) -> float:
        job = ImportJob.objects.create(
            structure=sender, file_name="impayes.csv", columns=suggest_mapping(table.headings), as_of=localdate(at)
        )
        with leases.wait_for(lease_name("grigny")) as lease:
            count = count_statements(lambda: import_table(job, table, lease=lease, at=at))
        job.refresh_from_db()
        assert (job.state, job.counts["rejected"]) == (ImportJob.State.DONE, 0)
        return count / LINES

    assert count_a_line(sunday) <= 58
    assert count_a_line(sunday + timedelta(days=31)) <= 4


def test_telling_what_an_acceptance_says():
    Followed()
    assert Outbox.objects.count() > 5
    assert count_statements(lambda: drain_outbox(at=NOON)) <= 22
    assert not Outbox.objects.exists()


def test_a_new_member():
    ContentType.objects.get_for_model(Structure)  # kept by a process once it was read: by another test, or by nobody
    assert count_statements(lambda: factories.member("caf-91")) <= 13
