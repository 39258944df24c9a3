"""What the application and the upkeep may do in the database, whose owner alone changes tables, triggers and rights."""

from collections.abc import Iterator
from typing import NamedTuple

from psycopg.sql import SQL, Composable, Identifier


class Roles(NamedTuple):
    """The names of the roles of one installation, after that of its owner: one server may hold several."""

    owner: str
    application: str
    """Of the pages, the worker and beat."""
    upkeep: str
    """Of the commands that the clock starts to forget what is over (`manage.py forget_what_is_over`)."""


APPEND_ONLY = ("cases_journalentry", "cases_accessentry", "cases_reading", "config_signinevent", "cases_lawcheck")
"""The journal, the traces, the sign-ins and who checked the law: the application adds lines, and can neither change nor delete one."""
READ_ONLY = ("django_migrations", "cases_pastrow", "cases_traceseal")
"""What only the owner writes: for what rows said before, by its triggers; and the seals, which upkeep adds."""
FORGOTTEN = ("cases_pastrow", "cases_erasedrow", "config_signinevent")
"""Where rows have an age at which upkeep deletes them."""
REDACTED = (("cases_journalentry", "data"),)
"""Columns of which upkeep takes words away, once their household is anonymised: the table’s trigger refuses all else."""
SEALS = ("cases_traceseal",)
"""What upkeep adds to: a seal for each closed day."""
FUNCTIONS = ("make_parts(date, date)", "forget_before(date)", "carry_readings()")
"""Of the owner, in the schema of the parts of the access log, which upkeep alone enters: it forgets whole months by them,
and touches no row."""
POWERS = ("SUPERUSER", "CREATEDB", "CREATEROLE", "REPLICATION", "BYPASSRLS")


def roles_of(owner: str) -> Roles:
    return Roles(owner, f"{owner}_app", f"{owner}_upkeep")


def grants(roles: Roles, *, database: str) -> Iterator[Composable]:
    """Statements that say everything again: what was granted before and is not said here is taken back."""
    owner, application, upkeep = (Identifier(name) for name in roles)
    both = SQL("{}, {}").format(application, upkeep)
    yield SQL("REVOKE CREATE, TEMPORARY ON DATABASE {} FROM PUBLIC, {}").format(Identifier(database), both)
    yield SQL("GRANT CONNECT ON DATABASE {} TO {}").format(Identifier(database), both)
    yield SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC, {}").format(both)
    yield SQL("GRANT USAGE ON SCHEMA public TO {}").format(both)
    for kind in (SQL("TABLES"), SQL("SEQUENCES")):
        yield SQL("REVOKE ALL ON ALL {} IN SCHEMA public FROM PUBLIC, {}").format(kind, both)
        yield SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} REVOKE ALL ON {} FROM {}").format(owner, kind, both)
    for where, what in (
        (SQL("GRANT {} ON ALL {} IN SCHEMA public TO {}"), None),
        # Of a table that a migration makes before the rights are said again.
        (SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT {} ON {} TO {}"), owner),
    ):
        yield where.format(SQL("SELECT, INSERT, UPDATE, DELETE"), SQL("TABLES"), application, owner=what)
        yield where.format(SQL("USAGE, SELECT"), SQL("SEQUENCES"), application, owner=what)
        yield where.format(SQL("SELECT"), SQL("TABLES"), upkeep, owner=what)
    yield SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(_tables(APPEND_ONLY), application)
    yield SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}").format(_tables(READ_ONLY), application)
    yield SQL("GRANT DELETE ON {} TO {}").format(_tables(FORGOTTEN), upkeep)
    for table, column in REDACTED:
        yield SQL("GRANT UPDATE ({}) ON {} TO {}").format(Identifier(column), _tables((table,)), upkeep)
    yield SQL("GRANT INSERT ON {} TO {}").format(_tables(SEALS), upkeep)
    yield SQL("GRANT USAGE ON SEQUENCE public.cases_traceseal_id_seq TO {}").format(upkeep)
    yield SQL("REVOKE ALL ON SCHEMA access_log FROM PUBLIC, {}").format(both)
    yield SQL("GRANT USAGE ON SCHEMA access_log TO {}").format(upkeep)
    for function in FUNCTIONS:
        yield SQL("REVOKE ALL ON FUNCTION access_log.{} FROM PUBLIC, {}").format(SQL(function), both)
        yield SQL("GRANT EXECUTE ON FUNCTION access_log.{} TO {}").format(SQL(function), upkeep)


def _tables(names: tuple[str, ...]) -> Composable:
    return SQL(", ").join(Identifier("public", name) for name in names)
