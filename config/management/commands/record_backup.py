"""Writes down what a backup came to, for the page of the services and its alert. Called by scripts/backup.sh."""

from datetime import datetime

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now

from cases.models import BackupRun


class Command(BaseCommand):
    help = "Note en base qu’une sauvegarde est faite, ou qu’elle a échoué ; scripts/backup.sh s’en sert."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--started", type=datetime.fromisoformat, required=True, help="instant ISO 8601, en UTC")
        parser.add_argument("--size", type=int, default=0, help="octets écrits")
        parser.add_argument("--verified", action="store_true", help="elle a été rétablie dans une base d’essai")
        parser.add_argument("--encrypted", action="store_true", help="elle est chiffrée")
        parser.add_argument("--fault", choices=BackupRun.Fault.values, default="", help="ce qui a manqué")

    def handle(
        self,
        *args: object,
        started: datetime,
        size: int,
        verified: bool,
        encrypted: bool,
        fault: str,
        **options: object,
    ) -> None:
        # A clock that was set back meanwhile does not lose the news.
        ended = max(now(), started)
        BackupRun.objects.create(
            started_at=started,
            ended_at=ended,
            size=size,
            is_verified=verified,
            is_encrypted=encrypted,
            fault=fault,
        )
