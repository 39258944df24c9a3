"""Closed days are sealed, missed ones too; whatever is changed afterwards is found, whoever changed it."""

import logging
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from cases import journal
from cases.actions import access_log, seals
from cases.models import AccessEntry, Case, JournalEntry, TraceSeal, User
from tests import factories
from tests.factories import PARIS

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 24, 4, tzinfo=PARIS)
FIRST, LAST = date(2026, 11, 20), date(2026, 11, 23)


def run(statement: str, *values: Any) -> None:
    """As the owner of the database, who may do anything."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("cases_accessentry", "cases_journalentry", "cases_traceseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        cursor.execute(statement, values or None)


@pytest.fixture
def worker() -> User:
    with time_machine.travel(datetime(2026, 11, 20, 9, tzinfo=PARIS), tick=False):
        return factories.member("caf-91")


@pytest.fixture
def case(worker: User) -> Case:
    with time_machine.travel(datetime(2026, 11, 20, 9, tzinfo=PARIS), tick=False):
        return factories.reported()


@pytest.fixture
def lived(worker: User, case: Case) -> None:
    """Four days, one of them without anything; what the factories journal is of the first."""
    run("TRUNCATE cases_journalentry, notifications_notice, cases_outbox CASCADE")
    for day in (20, 21, 23):
        at = datetime(2026, 11, day, 10, tzinfo=PARIS)
        access_log.note(user=worker, case=case, structure=None, kind="case", right="assignment", page="case", at=at)
        access_log.note(user=worker, case=None, structure=None, kind="list", right="structure", page="cases", at=at)
        journal.record("note.written", case=case, by=worker, at=at)


@pytest.fixture
def sealed(lived: None) -> list[TraceSeal]:
    return seals.seal_closed_days(at=MORNING)


def found() -> tuple[date, str] | None:
    fault = seals.verify(at=MORNING).fault
    return (fault.day, fault.words) if fault else None


def test_each_day_that_is_over_is_sealed_on_the_one_before(sealed):
    assert [(seal.day.day, seal.accesses, seal.acts) for seal in sealed] == [
        (20, 2, 1), (21, 2, 1), (22, 0, 0), (23, 2, 1),
    ]  # fmt: skip
    assert [seal.previous for seal in sealed] == ["", *(seal.seal for seal in sealed[:-1])]
    assert len({seal.seal for seal in sealed}) == 4
    verdict = seals.verify(at=MORNING)
    assert (verdict.days, verdict.head, verdict.fault) == (4, sealed[-1], None)


def test_sealing_again_does_nothing_and_missed_days_are_caught_up(lived):
    assert len(seals.seal_closed_days(at=MORNING - timedelta(days=2))) == 2
    assert seals.seal_closed_days(at=MORNING - timedelta(days=2)) == []
    assert [seal.day.day for seal in seals.seal_closed_days(at=MORNING)] == [22, 23]
    assert found() is None


def test_a_day_waits_for_what_was_begun_before_midnight(lived):
    made = seals.seal_closed_days(at=datetime(2026, 11, 24, 2, 59, tzinfo=PARIS))
    assert made[-1].day == date(2026, 11, 22)


def test_a_seal_is_the_same_wherever_it_is_counted(sealed):
    """By sha256sum, on the line typed by hand: what is sealed must not change with a version of Relais, of Python or of PostgreSQL."""
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert (sealed[2].accesses_digest, sealed[2].acts_digest) == (empty, empty)
    lines = seals.CountedLines(2, "aa"), seals.CountedLines(1, "bb")
    assert seals.seal_of(FIRST, accesses=lines[0], acts=lines[1], previous="") == (
        "61a9a122acc3b6109506cc91eb8fde9ec63f80721d122a68ed0b8483e75978fd"
    )


ADDED = """
    INSERT INTO cases_accessentry (user_id, kind, page, "right", reason, criteria, day, at)
    VALUES (1, 'list', '', '', '', '', '{0}', '{0} 10:00+01')
"""
CHANGED = "accès : une ligne au moins a été changée"
ACT_CHANGED = "journal : une ligne au moins a été changée"
REWRITINGS: dict[str, tuple[str, int, str]] = {
    "a reader": ("UPDATE cases_accessentry SET user_id = user_id + 1 WHERE day = '2026-11-21'", 21, CHANGED),
    "a right": ("UPDATE cases_accessentry SET \"right\" = 'manager' WHERE day = '2026-11-23'", 23, CHANGED),
    "an access deleted": (
        "DELETE FROM cases_accessentry WHERE day = '2026-11-21' AND kind = 'case'",
        21,
        "accès : 1 lignes au lieu de 2",
    ),
    "an access added": (ADDED.format("2026-11-22"), 22, "accès : 1 lignes au lieu de 0"),
    "an access added before": (ADDED.format("2026-11-19"), 20, "des lignes sont datées d’avant le premier sceau"),
    "accesses emptied": ("TRUNCATE cases_accessentry", 20, "accès : 0 lignes au lieu de 2"),
    "an act": (
        "UPDATE cases_journalentry SET kind = 'case.closed' WHERE happened_at::date = '2026-11-21'",
        21,
        ACT_CHANGED,
    ),
    "what an act says": (
        "UPDATE cases_journalentry SET data = '{\"a\": 1}' WHERE happened_at::date = '2026-11-23'",
        23,
        ACT_CHANGED,
    ),
    "an act deleted": (
        "DELETE FROM cases_journalentry WHERE happened_at::date = '2026-11-23'",
        23,
        "journal : 0 lignes au lieu de 1",
    ),
    "the journal emptied": ("TRUNCATE cases_journalentry CASCADE", 20, "journal : 0 lignes au lieu de 1"),
    "a seal": ("UPDATE cases_traceseal SET accesses = 1 WHERE day = '2026-11-21'", 21, "le sceau a été changé"),
    "a seal taken out": ("DELETE FROM cases_traceseal WHERE day = '2026-11-21'", 22, "depuis le 21/11/2026"),
    "the first seal taken out": ("DELETE FROM cases_traceseal WHERE day = '2026-11-20'", 21, "le début de la chaîne"),
}


@pytest.mark.parametrize("rewriting", REWRITINGS)
def test_whatever_the_owner_rewrites_is_found_with_its_day(sealed, rewriting: str):
    statement, day, words = REWRITINGS[rewriting]
    run(statement)
    at, said = found() or (None, "")
    assert at == date(2026, 11, day)
    assert words in said


def rewrite_all() -> None:
    """The owner takes out a line, and makes every seal again: the chain agrees with itself."""
    run("DELETE FROM cases_accessentry WHERE day = '2026-11-21'")
    run("DELETE FROM cases_traceseal")
    seals.seal_closed_days(at=MORNING)


def test_a_chain_made_again_is_found_by_the_head_that_had_left_the_database(sealed):
    head = sealed[-1].seal
    call_command("verify_traces", head=[head, sealed[1].seal], stdout=StringIO())
    rewrite_all()
    assert found() is None, "the database alone cannot tell"
    with pytest.raises(CommandError, match=f"ne passe plus par le sceau relevé ailleurs \\({head}\\)"):
        call_command("verify_traces", head=[head])


def test_a_chain_cut_at_its_end_is_found_too(sealed):
    run("DELETE FROM cases_traceseal WHERE day > '2026-11-21'")
    assert found() is None
    with pytest.raises(CommandError, match="ne passe plus"):
        call_command("verify_traces", head=[sealed[-1].seal])


def test_the_chain_goes_on_over_months_that_were_forgotten(lived, worker, case):
    long_ago = datetime(2025, 10, 2, 9, tzinfo=PARIS)
    access_log.note(user=worker, case=case, structure=None, kind="case", right="assignment", at=long_ago)
    access_log.make_parts(at=MORNING)
    made = seals.seal_closed_days(at=MORNING)
    assert (made[0].day, made[0].accesses, len(made)) == (date(2025, 10, 2), 1, 418)
    access_log.forget(at=MORNING)
    assert not AccessEntry.objects.filter(day=long_ago.date()).exists()
    assert found() is None
    run("UPDATE cases_traceseal SET accesses = 0 WHERE day = '2025-10-02'")
    assert found() == (date(2025, 10, 2), "le sceau a été changé")


def test_a_month_forgotten_under_a_shorter_limit_is_no_fault(lived, worker, case):
    """Kept for six months then, for twelve now."""
    access_log.note(
        user=worker, case=case, structure=None, kind="case", right="", at=datetime(2026, 4, 2, 9, tzinfo=PARIS)
    )
    access_log.make_parts(at=MORNING)
    seals.seal_closed_days(at=MORNING)
    assert found() is None
    run("DELETE FROM cases_accessentry WHERE day = '2026-04-02'")
    assert found() == (date(2026, 4, 2), "accès : 0 lignes au lieu de 1")
    run("DROP TABLE access_log.m2026_04")
    assert found() is None
    run("DROP TABLE access_log.m2026_11")
    assert found() == (date(2026, 11, 20), "accès : 0 lignes au lieu de 2")


def test_the_journal_of_a_forgotten_month_is_still_counted(lived, worker, case):
    long_ago = datetime(2025, 10, 2, 9, tzinfo=PARIS)
    journal.record("note.written", case=case, by=worker, at=long_ago)
    seals.seal_closed_days(at=MORNING)
    assert found() is None
    run("UPDATE cases_journalentry SET actor_id = NULL WHERE happened_at < '2026-01-01'")
    assert found() == (date(2025, 10, 2), "journal : une ligne au moins a été changée")


def test_the_head_leaves_the_database_by_mail_and_by_the_logs(lived, caplog):
    officer, administrator = factories.member("caf-91", "dpo"), factories.member("caf-91-pilotage", "administrator")
    caplog.set_level(logging.INFO)
    with time_machine.travel(MORNING, tick=False):
        call_command("seal_traces", stdout=StringIO())
    head = TraceSeal.objects.latest("day")
    assert sorted(each.to[0] for each in mail.outbox) == sorted([officer.email, administrator.email])
    assert "sceau des traces du 23/11/2026" in mail.outbox[0].subject
    assert f"Sceau : {head.seal}" in mail.outbox[0].body
    assert f"traces sealed until 2026-11-23, head {head.seal}" in caplog.text
    mail.outbox.clear()
    with time_machine.travel(MORNING, tick=False):
        call_command("seal_traces", stdout=StringIO())
    assert mail.outbox == [], "nothing new was sealed"


def test_verifying_says_how_far_and_the_head(sealed):
    out = StringIO()
    with time_machine.travel(MORNING, tick=False):
        call_command("verify_traces", stdout=out)
    assert out.getvalue() == f"4 jours conformes, jusqu’au 23/11/2026.\n{sealed[-1].seal}\n"


def test_an_installation_of_this_morning_has_nothing_to_verify():
    run("TRUNCATE cases_journalentry CASCADE")
    out = StringIO()
    with time_machine.travel(MORNING, tick=False):
        call_command("seal_traces", stdout=out)
        call_command("verify_traces", stdout=out)
    assert out.getvalue() == "rien à sceller\nAucun jour n’est scellé.\n"


def test_every_column_is_sealed():
    """One that a later version adds is sealed too, and leaves the days before as they were while it is empty."""
    empty: dict[str, Any] = {"later": None, "also": ""}
    assert seals._canonical({"id": 1} | empty) == b'{"id":1}\n'
    assert {field.column for field in JournalEntry._meta.concrete_fields} >= {
        "kind",
        "data",
        "happened_at",
        "actor_id",
    }
