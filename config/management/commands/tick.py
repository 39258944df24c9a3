"""Does by hand what beat asks of the worker every thirty seconds."""

from argparse import ArgumentTypeError
from datetime import datetime

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from config import ticking


class Command(BaseCommand):
    help = "Exécute ce qui est dû : échéances, rappels, notifications, envois. Sans risque deux fois ou en parallèle."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", type=_moment, help="comme si l’on était à cet instant (ISO 8601, heure de Paris)")

    def handle(self, *args: object, at: datetime | None = None, **options: object) -> None:
        done = ticking.tick(at=at or timezone.now())
        for name, count in done.items():
            self.stdout.write(f"{name} : {count}")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"« {text} » n’est pas une date ISO 8601, par exemple 2026-11-24T08:00.") from error
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
