"""Prints what pages and acts ask of the processor, Python and PostgreSQL apart, on whatever data is there. Nothing is kept."""

import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from benchmarks.processor import measure
from config.garbage import spare_loaded_code

EVERYBODY = 10_000


class Command(BaseCommand):
    help = "Compte le processeur que demandent les pages et les actes, pour chaque personne. Ne garde rien."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=EVERYBODY, metavar="N", help="combien de personnes, au plus")

    def handle(self, *args: Any, people: int, **options: Any) -> None:
        spare_loaded_code()  # as where pages are served
        host = next(iter(settings.ALLOWED_HOSTS), "localhost").strip(".*") or "localhost"
        logging.disable()  # of the pages that somebody may not open
        try:
            with transaction.atomic():
                for line in measure(host, most=people):
                    self.stdout.write(line)
                transaction.set_rollback(True)
        finally:
            logging.disable(logging.NOTSET)
