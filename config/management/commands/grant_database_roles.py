"""Says again, after each migration, what the application and the upkeep may do in the database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection, transaction
from psycopg.sql import SQL, Composable, Identifier, Literal

from config.database_roles import POWERS, Roles, grants, roles_of

PASSWORDS = {"application": "DATABASE_APP_PASSWORD", "upkeep": "DATABASE_UPKEEP_PASSWORD"}
NO_POWER = " ".join(f"NO{power}" for power in POWERS)


class Command(BaseCommand):
    help = (
        "Donne à l’application et à l’entretien leurs droits dans la base, et crée leurs rôles s’ils manquent, avec les mots "
        "de passe de DATABASE_APP_PASSWORD et DATABASE_UPKEEP_PASSWORD. À lancer en propriétaire de la base, après "
        "migrate et après un rétablissement ; sans risque, même en double."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        roles = _find_roles()
        passwords = {getattr(roles, field): os.environ.get(name, "") for field, name in PASSWORDS.items()}
        with transaction.atomic(), _refusals_explained(roles):
            for role, password in passwords.items():
                _make_role(role, password)
            for statement in grants(roles, database=connection.settings_dict["NAME"]):
                _run(statement)
        for role, password in passwords.items():
            if password and not _enters(role, password):
                with _refusals_explained(roles):
                    _run(SQL("ALTER ROLE {} {}").format(Identifier(role), _password(role, password)))
        self.stdout.write(f"Droits donnés dans la base à {roles.application} et à {roles.upkeep}.")


def _find_roles() -> Roles:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, tableowner FROM pg_tables WHERE tablename = 'django_migrations'")
        found = cursor.fetchone()
    if found is None:
        raise CommandError("La base n’a pas encore de tables : lancer d’abord manage.py migrate.")
    user, owner = found
    if user != owner:
        raise CommandError(f"Les droits se donnent en propriétaire de la base, « {owner} », et non en « {user} ».")
    return roles_of(owner)


def _make_role(role: str, password: str) -> None:
    """Or takes from it what it must not be able to do, whoever made it."""
    asked = "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls FROM pg_roles WHERE rolname = %s"
    with connection.cursor() as cursor:
        cursor.execute(asked, [role])
        found = cursor.fetchone()
    if found is not None:
        (has_powers,) = found
        if has_powers:
            _run(SQL("ALTER ROLE {} {}").format(Identifier(role), SQL(NO_POWER)))
        return
    if not password:
        raise CommandError(f"Le rôle « {role} » n’existe pas encore : donner {' et '.join(PASSWORDS.values())}.")
    _run(SQL("CREATE ROLE {} LOGIN {} {}").format(Identifier(role), SQL(NO_POWER), _password(role, password)))


def _run(statement: Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _password(role: str, password: str) -> Composable:
    """As the server keeps it: what was typed is in no statement, hence in no journal of the server."""
    connection.ensure_connection()
    kept = connection.connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    return SQL("PASSWORD {}").format(Literal(kept.decode()))


def _enters(role: str, password: str) -> bool:
    given = connection.get_connection_params() | {"user": role, "password": password}
    wanted = {name: given[name] for name in ("dbname", "host", "port", "user", "password") if given.get(name)}
    try:
        psycopg.connect(**wanted).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _refusals_explained(roles: Roles) -> Iterator[None]:
    """On a server of others, its owner may not make roles."""
    try:
        yield
    except ProgrammingError as error:
        if not isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            raise
        raise CommandError(_what_to_type(roles)) from error


def _what_to_type(roles: Roles) -> str:
    lines = "\n".join(
        f"  {verb} ROLE {getattr(roles, field)} LOGIN {NO_POWER} PASSWORD '{name}';"
        for verb in ("CREATE", "ALTER")
        for field, name in PASSWORDS.items()
    )
    return (
        f"« {roles.owner} » n’a pas le droit de créer ni de changer ces rôles. Demander à qui administre le serveur PostgreSQL "
        "de taper ceci (CREATE si le rôle n’existe pas, ALTER s’il existe), avec les mots de passe que portent ces "
        f"variables, puis recommencer :\n{lines}"
    )
