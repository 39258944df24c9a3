"""Each invariant is broken once by raw SQL, beside the engine, and must be the one that is reported."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from cases.actions import deadlines
from cases.actions.deadlines import start
from cases.actions.milestones import save_milestone as keep_milestone
from cases.actions.notices import NoticeReception
from cases.invariants import INVARIANTS as CASES
from cases.models import Case, DebtLine, User
from cases.rules.notices import TypedLine
from tests.factories import FAMILY, NOON, household, know, member, reported, structure, tenancy
from tests.workflows.walk import Walk
from workflows.actions.overpayment import open_with_notice
from workflows.invariants import INVARIANTS
from workflows.models import CaseTask

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def broken() -> dict[str, list[int]]:
    return {each.code: found for each in INVARIANTS if (found := list(each.broken(TODAY)))}


def sql(statement: str, *values: int | str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def professional() -> User:
    return member("mds-grigny", "manager")


@pytest.fixture
def case(professional: User) -> Case:
    """Accepted by the MDS: the contact waits."""
    case = reported(tenancy(aid_kind="APL"), **FAMILY)
    Walk(case).take("answer", by=professional, accept=True, professional=professional)
    return case


@pytest.fixture
def asked() -> Case:
    """Routed to the MDS: its answer waits."""
    return reported(tenancy(aid_kind="APL"), **FAMILY)


def task(case: Case) -> CaseTask:
    return CaseTask.objects.open().get(case=case)


def test_a_promised_contact_is_reported_when_its_step_comes_later(case: Case):
    contact = task(case)
    deadlines.start_promised_deadline(
        case=case,
        rule="P-CONTACT-10",
        legal_date=date(2026, 12, 3),
        safe_date=date(2026, 12, 1),
        on=TODAY,
        structure=contact.structure,
        told="Annoncé",
    )
    assert broken() == {"promise_is_held": [contact.pk]}


def test_an_arbitration_that_nobody_holds_is_reported():
    """The only pilot of the desk left while two structures were declining."""
    pilot = member("caf-91-pilotage", "pilot")
    case = reported(tenancy(housing="private", aid_kind="ALF"), **FAMILY | {"followed_by": "mds-grigny"})
    walk = Walk(case)
    walk.take("answer", by=member("mds-grigny", "manager"), accept=False, reason="unknown_here")
    walk.take("answer", by=member("caf-91", "manager"), accept=False, reason="no_capacity")
    assert broken() == {}
    sql("UPDATE cases_membership SET until = %s WHERE user_id = %s", "2026-11-23", pilot.pk)
    assert broken() == {"arbitration_has_a_holder": [walk.task("arbitrate").pk]}


def test_nothing_is_broken_by_the_engine(case: Case, asked: Case):
    assert broken() == {}


def test_an_open_case_that_waits_for_nobody(case: Case):
    sql("UPDATE workflows_casetask SET status = 'CANCELED' WHERE id = %s", task(case).pk)
    assert broken() == {"open_case_has_a_task": [case.pk]}


def test_a_task_of_a_closed_case(case: Case):
    sql("UPDATE cases_case SET closed_on = '2026-11-24', outcome = 'cleared' WHERE id = %s", case.pk)
    assert broken() == {"closed_case_has_no_task": [task(case).pk]}


def test_a_task_of_an_ended_process(case: Case):
    sql("UPDATE workflows_caseprocess SET status = 'DONE' WHERE case_id = %s", case.pk)
    assert broken() == {"ended_process_has_no_task": [task(case).pk]}


def test_a_task_of_another_case_than_its_process(case: Case, asked: Case):
    moved = task(case).pk
    sql("DELETE FROM workflows_casetask_deadlines WHERE casetask_id = %s", moved)
    sql("UPDATE workflows_casetask SET case_id = %s, due_on = NULL WHERE id = %s", asked.pk, moved)
    assert broken() == {"task_of_its_case": [moved], "open_case_has_a_task": [case.pk]}


def test_a_case_followed_by_two_processes(case: Case):
    with pytest.raises(IntegrityError, match="one_procedure_at_a_time"):
        sql(
            "INSERT INTO workflows_caseprocess (flow_class, status, created, case_id, data)"
            " SELECT flow_class, status, created, case_id, data FROM workflows_caseprocess WHERE case_id = %s",
            case.pk,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE workflows_casetask SET due_on = '2027-01-01' WHERE id = %s",
        "UPDATE workflows_casetask SET due_on = NULL WHERE id = %s",
    ],
)
def test_a_task_whose_date_no_deadline_says(case: Case, statement: str):
    sql(statement, task(case).pk)
    assert broken() == {"task_date_is_its_deadlines": [task(case).pk]}


def test_a_task_with_a_date_and_no_deadline(case: Case):
    sql("DELETE FROM workflows_casetask_deadlines WHERE casetask_id = %s", task(case).pk)
    assert broken() == {"task_date_is_its_deadlines": [task(case).pk]}


def test_a_deadline_of_another_case(case: Case, asked: Case):
    sql("UPDATE cases_deadline SET case_id = %s WHERE case_id = %s", case.pk, asked.pk)
    assert broken() == {"deadline_of_its_case": [task(asked).pk]}


def test_an_answer_asked_of_a_structure_that_nothing_names(asked: Case):
    sql("DELETE FROM workflows_routingdecision WHERE case_id = %s", asked.pk)
    assert broken() == {"answer_was_routed": [task(asked).pk]}


def test_a_task_that_waits_for_a_structure_out_of_service(case: Case):
    sql("UPDATE cases_structure SET is_active = false WHERE code = 'mds-grigny'")
    assert broken() == {"ball_in_service": [task(case).pk]}


def test_a_case_in_court_whose_step_waits_among_the_others_and_one_put_first_for_nothing(case: Case, asked: Case):
    keep_milestone(case=case, kind="order_to_pay_served", happened_on=date(2026, 11, 3), at=NOON)
    assert broken() == {"court_comes_first": [task(case).pk]}
    sql("UPDATE workflows_casetask SET comes_first = true")
    assert broken() == {"court_comes_first": [task(asked).pk]}


@pytest.fixture
def line(professional: User) -> DebtLine:
    """Of an overpayment that is accompanied: the way is to choose."""
    home = household()
    know(home, followed_by="mds-grigny")
    case = open_with_notice(
        household=home,
        operator="caf",
        letter_date=date(2026, 11, 2),
        received=NoticeReception(on=date(2026, 11, 5), how="post"),
        lines=[TypedLine(benefit="rsa", amount=Decimal(640))],
        structure=structure("mds-grigny"),
        by=professional,
        at=NOON,
    )
    Walk(case).take("check_notice", by=professional, routes_stated="yes", lacks=[])
    return DebtLine.objects.get()


def test_a_case_told_to_have_no_step(case: Case):
    sql("INSERT INTO workflows_casewithoutstep (case_id) VALUES (%s)", case.pk)
    assert broken() == {"without_step_is_kept": [case.pk]}


def test_a_task_that_says_otherwise_than_its_lease(case: Case):
    sql("UPDATE cases_tenancy SET residence = 'Les Tuileries' WHERE id = %s", case.tenancy_id)
    assert broken() == {}
    assert task(case).residence == "Les Tuileries"
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE cases_tenancy DISABLE TRIGGER followed_by_steps")
    sql("UPDATE cases_tenancy SET residence = 'La Grande Borne' WHERE id = %s", case.tenancy_id)
    assert task(case).pk in broken()["task_says_what_its_case_says"]


def test_a_task_that_names_another_who_answers(case: Case):
    """The database follows the case; only without its trigger can a task be left behind."""
    sql("UPDATE cases_case SET responsible_structure_id = %s WHERE id = %s", structure("caf-91").pk, case.pk)
    assert broken().get("task_says_what_its_case_says") is None
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE cases_case DISABLE TRIGGER followed_by_steps")
    sql("UPDATE cases_case SET responsible_structure_id = %s WHERE id = %s", structure("mds-grigny").pk, case.pk)
    assert broken()["task_says_what_its_case_says"] == list(
        CaseTask.objects.filter(case=case).values_list("pk", flat=True)
    )


def test_a_step_that_hides_the_last_day_of_a_right(case: Case):
    """The database follows the deadlines; only without its trigger can a step be left behind."""
    start(case=case, fact="order_to_leave_served", on=date(2026, 10, 1), structure=structure("mds-grigny"), context={})
    assert task(case).legal_on == date(2026, 12, 1)
    sql("UPDATE cases_deadline SET legal_date = '2026-12-03' WHERE legal_date = '2026-12-01'")
    assert task(case).legal_on == date(2026, 12, 3)
    assert "step_says_last_day" not in broken()
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE cases_deadline DISABLE TRIGGER followed_by_steps")
    sql("UPDATE cases_deadline SET legal_date = '2026-12-02' WHERE legal_date = '2026-12-03'")
    assert broken()["step_says_last_day"] == [task(case).pk]


def test_a_step_that_is_over_and_says_a_last_day_still(case: Case):
    done = CaseTask.objects.ended().get(case=case, node="answer")
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE workflows_casetask DISABLE TRIGGER take_from_case")
    sql("UPDATE workflows_casetask SET legal_on = '2026-12-02' WHERE id = %s", done.pk)
    assert broken()["step_says_last_day"] == [done.pk]


def test_a_line_that_waits_for_nobody(line: DebtLine):
    assert broken() == {}
    sql("UPDATE workflows_casetask SET status = 'CANCELED' WHERE node = 'choose_way'")
    assert broken() == {"open_line_has_a_task": [line.pk]}


def test_a_closed_line_on_which_something_still_runs(line: DebtLine):
    sql("UPDATE cases_debtline SET closed_on = '2026-11-24', outcome = 'maintained'")
    assert broken() == {"closed_line_is_over": [line.pk]}


def test_a_case_closed_before_its_lines(line: DebtLine):
    case = line.notice.case
    sql("UPDATE workflows_casetask SET status = 'CANCELED'")
    sql("UPDATE cases_case SET closed_on = '2026-11-24', outcome = 'lines_closed'")
    assert broken()["closed_case_has_closed_lines"] == [line.pk]
    assert not CaseTask.objects.open().filter(case=case).exists()


def checked(*options: str) -> str:
    out = StringIO()
    call_command("check_invariants", *options, stdout=out)
    return out.getvalue()


def test_the_command_says_that_all_is_well(case: Case):
    assert f"{len(CASES) + len(INVARIANTS)} règles respectées." in checked()
    assert json.loads(checked("--json"))["ok"] is True


def test_the_command_names_what_is_broken_and_fails(case: Case):
    sql("DELETE FROM cases_report WHERE case_id = %s", case.pk)
    out = StringIO()
    with pytest.raises(CommandError, match=f"Règles non respectées : 1 sur {len(CASES) + len(INVARIANTS)}"):
        call_command("check_invariants", stdout=out)
    assert f"NON  Chaque dossier d’impayé vient d’un signalement. 1 dossiers : {case.pk}" in out.getvalue()


def test_the_command_fails_in_json_too(case: Case):
    sql("DELETE FROM cases_report WHERE case_id = %s", case.pk)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_invariants", "--json", stdout=out)
    (fault,) = [check for check in json.loads(out.getvalue())["checks"] if check["count"]]
    assert (fault["code"], fault["ids"]) == ("case_has_a_report", [case.pk])
