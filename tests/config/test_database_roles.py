"""The application has no more rights in the database than its pages use, and its pages have all that they use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from psycopg.sql import SQL, Composable, Identifier

from cases.actions import access_log, place_delays, silent_places
from cases.models import AccessEntry, Household, JournalEntry
from config import ticking
from config.database_roles import Roles, grants, roles_of
from tests import factories
from tests.factories import NOON, PARIS
from tests.journeys import scene
from tests.test_pages import LOOKS
from workflows.actions import grouped_undo
from workflows.actions.indicators import refresh_figures

pytestmark = pytest.mark.django_db
OURS = os.getpid()
"""Roles are of the whole server, which several processes of tests share."""
ROLES = Roles("postgres", f"app_of_test_{OURS}", f"upkeep_of_test_{OURS}")


def run(statement: str | Composable, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    run(SQL("SET ROLE {}").format(Identifier(role)))
    try:
        yield
    finally:
        run("RESET ROLE")


@pytest.fixture
def roles(db: None) -> Roles:
    for role in ROLES[1:]:
        run(SQL("CREATE ROLE {}").format(Identifier(role)))
    for _twice in range(2):
        for statement in grants(ROLES, database=connection.settings_dict["NAME"]):
            run(statement)
    return ROLES


@pytest.fixture
def application(roles: Roles) -> Iterator[None]:
    with acting_as(roles.application):
        yield


def is_refused(statement: str) -> bool:
    try:
        with transaction.atomic():
            run(statement)
    except ProgrammingError as error:
        return "permission denied" in str(error) or "must be owner" in str(error)
    return False


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_journalentry SET kind = 'other'",
        "DELETE FROM cases_journalentry",
        "TRUNCATE cases_journalentry CASCADE",
        "SELECT 1 FROM cases_journalentry FOR UPDATE",
        "INSERT INTO cases_pastrow DEFAULT VALUES",
        "UPDATE cases_pastrow SET row = 1",
        "DELETE FROM cases_pastrow",
        "UPDATE config_signinevent SET device = ''",
        "DELETE FROM config_signinevent",
        "TRUNCATE config_accountsession",
        "UPDATE cases_accessentry SET page = ''",
        "DELETE FROM cases_accessentry",
        "TRUNCATE cases_accessentry",
        "UPDATE access_log.other SET page = ''",
        "TRUNCATE access_log.other",
        "SELECT access_log.forget_before('2020-01-01')",
        "INSERT INTO cases_traceseal DEFAULT VALUES",
        "UPDATE cases_traceseal SET seal = ''",
        "DELETE FROM cases_traceseal",
        "DELETE FROM django_migrations",
        "ALTER TABLE cases_journalentry DISABLE TRIGGER ALL",
        "DROP TRIGGER pgtrigger_journal_is_append_only_90306 ON cases_journalentry",
        "SET session_replication_role = replica",
        "CREATE TABLE anything (id int)",
        "CREATE TEMPORARY TABLE anything (id int)",
        "CREATE SCHEMA anything",
        "CREATE TRIGGER anything BEFORE INSERT ON cases_case EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "DROP TABLE cases_accessentry",
        "ALTER TABLE cases_case ADD COLUMN anything int",
        "CREATE ROLE anything",
        "COPY cases_case TO '/tmp/anything'",
        "SELECT setval('cases_case_id_seq', 1)",
    ],
)
def test_the_application_is_refused(application, statement: str):
    assert is_refused(statement)


def test_ignoring_the_trigger_does_not_let_the_application_rewrite_the_journal(application):
    """pgtrigger’s own way around its triggers is a setting that anyone may set."""
    run("SELECT set_config('pgtrigger.ignore', '{cases_journalentry:journal_is_append_only}', true)")
    assert is_refused("UPDATE cases_journalentry SET kind = 'other'")


def test_upkeep_deletes_what_has_an_age_and_changes_nothing_else(roles: Roles):
    with acting_as(roles.upkeep):
        for statement in (
            "DELETE FROM cases_journalentry",
            "DELETE FROM cases_case",
            "DELETE FROM config_accountsession",
            "UPDATE cases_accessentry SET page = ''",
            "DELETE FROM cases_accessentry",
            "DELETE FROM access_log.other",
            "DROP TABLE access_log.other",
            "UPDATE cases_traceseal SET seal = ''",
            "DELETE FROM cases_traceseal",
            "TRUNCATE cases_accessentry",
            "CREATE TABLE anything (id int)",
        ):
            assert is_refused(statement), statement


def test_upkeep_forgets_accesses_whose_time_is_over_and_makes_the_months_to_come(roles: Roles, capsys):
    case, worker = factories.reported(), factories.member("caf-91")
    for day in (datetime(2020, 1, 2, 9, tzinfo=PARIS), datetime.now(tz=PARIS)):
        structure = factories.structure("caf-91").pk
        access_log.note(user=worker, case=case, structure=structure, kind="case", right="manager", at=day)

    with acting_as(roles.upkeep):
        call_command("forget_what_is_over")

    assert not AccessEntry.objects.filter(day=date(2020, 1, 2)).exists()
    assert AccessEntry.objects.count() == 1
    assert (
        capsys.readouterr().out
        == "mois d’accès oubliés : 1\nconnexions oubliées : 0\nlignes du journal réduites : 0\nlignes passées oubliées : 0\n"
    )


def test_upkeep_alone_takes_words_from_the_journal_and_of_anonymised_households_only(roles: Roles):
    gone, stays = factories.reported(), factories.reported()
    Household.objects.filter(pk=gone.household_id).update(archived_on=NOON.date(), anonymised_on=NOON.date())
    for case in (gone, stays):
        JournalEntry.objects.create(
            kind="note.written", case=case, happened_at=NOON, data={"note": 1, "say": "Diallo !"}
        )
    with acting_as(roles.application):
        assert is_refused("UPDATE cases_journalentry SET data = '{}'")
    with acting_as(roles.upkeep):
        assert is_refused("UPDATE cases_journalentry SET kind = 'other'")
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            run("UPDATE cases_journalentry SET data = '{}' WHERE case_id = %s", stays.pk)
        call_command("forget_what_is_over", stdout=StringIO())
    said = dict(JournalEntry.objects.filter(kind="note.written").values_list("case", "data"))
    assert said == {gone.pk: {"note": 1}, stays.pk: {"note": 1, "say": "Diallo !"}}


def test_a_table_made_by_a_migration_is_the_applications_before_the_rights_are_said_again(roles: Roles):
    run("CREATE TABLE newer (id serial)")
    with acting_as(roles.application):
        run("INSERT INTO newer DEFAULT VALUES")
        run("UPDATE newer SET id = id + 1")
        run("DELETE FROM newer")
        assert is_refused("TRUNCATE newer")


@pytest.mark.turn(3)
@pytest.mark.long
@pytest.mark.usefixtures("at_noon", "application")
def test_the_application_walks_every_procedure_opens_every_page_and_lets_time_pass():
    """All that has a page, made by the acts that the pages call; each page; then a year and a half of ticks."""
    made = scene.build()
    assert JournalEntry.objects.count() > 100
    assert grouped_undo.undo_grouped_act(entry=made.grouped, by=made.manager, at=NOON).done
    for title, (who, path) in LOOKS.items():
        client = Client()
        if who:
            client.force_login(getattr(made, who))
        assert client.get(path(made)).status_code in (200, 404), title
    for days in (1, 8, 40, 200, 550):
        later = NOON + timedelta(days=days)
        ticking.tick(at=later)
        refresh_figures(at=later)
        place_delays.follow_acts(at=later)
        silent_places.say_vacant(at=later)


def granted(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE_APP_PASSWORD", "un-mot-de-passe")
    monkeypatch.setenv("DATABASE_UPKEEP_PASSWORD", "un-autre")
    out = StringIO()
    call_command("grant_database_roles", stdout=out)
    return out.getvalue()


def powers(role: str) -> list[bool]:
    with connection.cursor() as cursor:
        asked = (
            "SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = %s"
        )
        cursor.execute(asked, [role])
        return list(cursor.fetchone())


def owned_by(role: str, power: str) -> None:
    """The tables of this database, as on a server of others."""
    run(SQL("CREATE ROLE {} {}").format(Identifier(role), SQL(power)))
    run(SQL("ALTER SCHEMA public OWNER TO {}").format(Identifier(role)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
    for table in tables:
        run(SQL("ALTER TABLE {} OWNER TO {}").format(Identifier(table), Identifier(role)))


def test_the_roles_are_made_once_and_lose_what_they_must_not_have(monkeypatch: pytest.MonkeyPatch):
    owner = f"owner_{OURS}"
    owned_by(owner, "SUPERUSER")
    with acting_as(owner):
        assert granted(monkeypatch) == f"Droits donnés dans la base à {owner}_app et à {owner}_upkeep.\n"
        run(SQL("ALTER ROLE {} SUPERUSER CREATEROLE").format(Identifier(f"{owner}_app")))
        granted(monkeypatch)
    assert powers(f"{owner}_app") == powers(f"{owner}_upkeep") == [True, False, False, False, False]
    with acting_as(f"{owner}_app"):
        assert is_refused("DELETE FROM cases_journalentry")


def test_an_owner_who_may_not_make_roles_is_told_what_to_have_typed(monkeypatch: pytest.MonkeyPatch):
    owner = f"owner_{OURS}"
    owned_by(owner, "NOCREATEROLE")
    with acting_as(owner), pytest.raises(CommandError) as refusal:
        granted(monkeypatch)
    told = [line.strip() for line in str(refusal.value).splitlines() if "ROLE" in line]
    assert len(told) == 4
    for statement in told[:2]:
        run(statement)  # as the administrator of the server does
    assert "un-mot-de-passe" not in str(refusal.value)
    assert powers(f"{owner}_app") == [True, False, False, False, False]


def test_the_application_cannot_give_rights(roles: Roles, monkeypatch: pytest.MonkeyPatch):
    with acting_as(roles.application), pytest.raises(CommandError, match="en propriétaire de la base, « postgres »"):
        granted(monkeypatch)


def test_a_role_is_not_made_without_its_password(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DATABASE_APP_PASSWORD", raising=False)
    owner = f"owner_{OURS}"
    owned_by(owner, "SUPERUSER")
    with (
        acting_as(owner),
        pytest.raises(CommandError, match="donner DATABASE_APP_PASSWORD et DATABASE_UPKEEP_PASSWORD"),
    ):
        call_command("grant_database_roles")


def test_two_installations_of_one_server_have_roles_of_their_own():
    assert roles_of("relais") == ("relais", "relais_app", "relais_upkeep")
    assert roles_of("relais_essai").application == "relais_essai_app"
