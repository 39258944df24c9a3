"""What has an age at which it goes, and that the application itself may not delete (`config/database_roles.py`)."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from cases.actions import access_log
from cases.actions.retention.anonymise import forget_past_rows, redact_journal
from config.accounts import events


class Command(BaseCommand):
    help = "Efface les mois d’accès et les connexions dont le temps est passé, et ce que le journal dirait encore de qui est anonymisé. À lancer chaque jour ; sans risque, même en double."

    def handle(self, *args: Any, **options: Any) -> None:
        at = now()
        access_log.make_parts(at=at)
        self.stdout.write(f"mois d’accès oubliés : {access_log.forget(at=at)}")
        self.stdout.write(f"connexions oubliées : {events.forget(at=at)}")
        self.stdout.write(f"lignes du journal réduites : {redact_journal()}")
        self.stdout.write(f"lignes passées oubliées : {forget_past_rows()}")
