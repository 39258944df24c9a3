"""An installation that may open to data on real people: each condition true by what is really there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.db import connection
from psycopg.sql import SQL, Identifier

from cases.actions.controllers import say_controller
from cases.actions.installation import describe_installation
from cases.actions.retention.limits import confirm_limits
from cases.models import BackupRun, Installation, User
from config.accounts.models import CodeGenerator
from config.database_roles import grants
from config.models import SealCheck
from config.opening.acts import attest
from config.opening.attested import ATTESTED
from config.services.jobs import DAILY, record_job_run
from tests import factories
from tests.config.test_database_roles import ROLES
from tests.factories import NOON
from workflows.queries.controllers import find_controllers

SAID = {
    "name": "Relais",
    "help_email": "aide@ville.example",
    "help_phone": "",
    "publisher": "Ville de Grigny",
    "publisher_address": "19 route de Corbeil, 91350 Grigny",
    "publisher_phone": "+33169025353",
    "director": "Le maire de Grigny",
    "host": "Hébergeur Exemple",
    "host_address": "1 rue des Serveurs, 75001 Paris",
    "host_phone": "1007",
    "accessibility_email": "",
}
CONTROLLER = {
    "name": "Organisme",
    "address": "1 place de la Mairie, 91350 Grigny",
    "email": "",
    "phone": "",
    "officer": "",
    "officer_address": "",
    "officer_email": "dpo@ville.example",
    "officer_phone": "",
}
CODES = [
    "production", "factors", "administrators", "officers", "controllers", "legal_notices", "limits", "scanner", "backup",
    "database_role", "seals", "mail", "jobs", "registre", "aipd", "convention", "notice", "homologation", "violation",
    "hebergement", "retablissement", "formation", "essais",
]  # fmt: skip


def make_ready(settings: Any, *, clamd: str) -> tuple[User, User]:
    """An administrator and an officer who have attested everything. The caller then takes the role of the application."""
    settings.PRODUCTION, settings.SECOND_FACTOR_REQUIRED = True, True
    settings.PROOF_LASTS, settings.CLAMD_URL = timedelta(minutes=15), clamd
    anne = factories.member("ville-grigny", "administrator", first_name="Anne", last_name="Xavier")
    factories.member("ville-grigny", "administrator", first_name="Ben", last_name="Diallo")
    yves = factories.member("caf-91-pilotage", "dpo", first_name="Yves", last_name="Marchal")
    for person in User.objects.all():
        CodeGenerator.objects.create(user=person, secret="scellé", added_at=NOON)
    describe_installation(said=SAID, by=anne, at=NOON)
    for shown in find_controllers():
        say_controller(structure=shown.structure, alone=False, said=CONTROLLER, by=anne, at=NOON)
    desk = factories.structure("caf-91-pilotage")
    confirm_limits(structure=desk, reason="Registre du 3 novembre, point 7", by=yves, at=NOON)
    night = NOON - timedelta(hours=9)
    BackupRun.objects.create(started_at=night, ended_at=night, is_verified=True, is_encrypted=True)
    SealCheck.objects.create(checked_at=night, days=300, last_day=date(2026, 11, 23), head="a" * 64)
    for name in ("tick", "watch", "mail", *DAILY):
        record_job_run(name, at=NOON)
    for person in (anne, yves):
        for code in ATTESTED:
            attest(condition=code, by=person, at=NOON, **attestation())
    Installation.forget()
    return anne, yves


def attestation(**changes: Any) -> dict[str, Any]:
    said = {"done_on": date(2026, 11, 3), "done_by": "Mme Roy, DPO", "words": "Lu et signé, dans le dossier partagé."}
    return said | changes


@contextmanager
def as_application() -> Iterator[None]:
    """The pages are served by the role of the application, as in production. Undone with the transaction of the test."""
    with connection.cursor() as cursor:
        for role in ROLES[1:]:
            cursor.execute(SQL("CREATE ROLE {}").format(Identifier(role)))
        for statement in grants(ROLES, database=connection.settings_dict["NAME"]):
            cursor.execute(statement)
        cursor.execute(SQL("SET ROLE {}").format(Identifier(ROLES.application)))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
