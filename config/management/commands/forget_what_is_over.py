"""What has an age at which it goes, and that the application itself may not delete (`config/database_roles.py`)."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from cases.actions import readings


class Command(BaseCommand):
    help = "Efface les traces de lecture dont le temps est passé. À lancer chaque jour ; sans risque, même en double."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"lectures oubliées : {readings.forget(at=now())}")
