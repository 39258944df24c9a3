"""What is refused before anything starts: by `migrate`, and by gunicorn (`python -m config.starting`).

In words and without a trace; what the environment says wrongly is refused by the settings themselves.
"""

import os
import sys
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.utils import NotSupportedError

from config.migration_state import read_migration_state

OLDEST_POSTGRES = 18
"""The one that the tests run on."""
GUIDE = "docs/deploiement.md"


class CannotStart(Exception):
    """Refusal, in French, to be shown as it is."""


def refuse_database() -> None:
    """Refuses a database that does not answer, is too old, or was migrated by a later version of Relais."""
    try:
        _refuse_old_server()
        _refuse_later_tables()
    except NotSupportedError as error:
        raise CannotStart(_too_old("")) from error
    except DatabaseError as error:
        raise CannotStart(_explain(error)) from error


def refuse_tables_not_up_to_date() -> None:
    """For what serves pages: `migrate` comes first."""
    if waiting := read_migration_state().missing:
        raise CannotStart(
            f"Les tables ne sont pas à jour : {_named(waiting)}. Lancer d’abord python manage.py migrate (avec docker"
            f" compose, le service migrate le fait ; « docker compose logs migrate » dit ce qui l’en empêche)."
        )


def refuse_unapplied_erasures() -> None:
    """After the restoration of an older backup: nobody is shown whom an act had erased since."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.erasures_to_apply') IS NOT NULL")
        [(waits,)] = cursor.fetchall()
    if waits:
        raise CannotStart(
            "Une sauvegarde a été rétablie, et ce qui avait été effacé depuis ne l’est pas encore de nouveau : lancer"
            " d’abord python manage.py migrate (avec docker compose, le service migrate le fait)."
        )


def _refuse_old_server() -> None:
    connection.ensure_connection()
    version = connection.connection.info.server_version // 10_000
    if version < OLDEST_POSTGRES:
        raise CannotStart(_too_old(f" {version}"))


def _too_old(version: str) -> str:
    return (
        f"PostgreSQL{version} est trop ancien : Relais demande la version {OLDEST_POSTGRES} au moins. Faire une sauvegarde"
        f" avec l’ancienne version, installer PostgreSQL {OLDEST_POSTGRES}, puis la rétablir ({GUIDE})."
    )


def _refuse_later_tables() -> None:
    """Migrations that were done, of applications that are here, and that this version does not have."""
    if unknown := read_migration_state().newer:
        raise CannotStart(
            f"La base est celle d’une version plus récente de Relais : {_named(unknown)}. Rien n’a été changé. Démarrer"
            " cette version plus récente ; ou, pour rester à celle-ci, rétablir la sauvegarde faite avant la mise à jour"
            f" ({GUIDE}, « Revenir en arrière »)."
        )


def _named(migrations: list[tuple[str, str]]) -> str:
    return ", ".join(f"{app}.{name}" for app, name in migrations[-3:])


def _explain(error: DatabaseError) -> str:
    """By what the server said, of which nothing is repeated but the kind."""
    said, where = str(error), connection.settings_dict
    if "password authentication failed" in said or "no password supplied" in said:
        return (
            f"La base refuse le mot de passe de « {where['USER']} ». Il est fixé à la création de la base : changer .env ne"
            f" le change pas. Remettre l’ancien, ou suivre « Changer les secrets » ({GUIDE})."
        )
    if "does not exist" in said:
        return (
            f"La base « {where['NAME']} » ou le compte « {where['USER']} » n’existe pas sur {where['HOST']} : corriger"
            " DATABASE_URL, ou créer la base."
        )
    return (
        f"La base ne répond pas ({where['HOST']}, port {where['PORT'] or 5432}) : vérifier qu’elle tourne (« docker compose"
        " ps db », « docker compose logs db ») et que DATABASE_URL mène à elle."
    )


def main(*refusals: Callable[[], None]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        import django

        django.setup()
        for refuse in refusals:
            refuse()
    except (CannotStart, ImproperlyConfigured) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(refuse_database, refuse_tables_not_up_to_date, refuse_unapplied_erasures))
