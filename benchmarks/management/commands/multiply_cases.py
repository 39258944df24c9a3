"""Copies the cases of the demonstration until there are as many more as asked: what the measures run on."""

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from benchmarks.scale import multiply
from cases.models import Case
from demo.seed import is_seeded


class Command(BaseCommand):
    help = "Ajoute des dossiers copiés de ceux de la démonstration, qui est faite d’abord s’il n’y en a pas."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, metavar="N", help="combien de dossiers ajouter")

    def handle(self, *args: Any, number: int, **options: Any) -> None:
        if number < 1:
            raise CommandError("Indiquer combien de dossiers ajouter : multiply_cases 10000.")
        if not is_seeded():
            call_command("seed_demo", stdout=self.stdout)
        began = time.monotonic()
        for added in multiply(number=number, at=timezone.now()):
            self.stdout.write(f"{added} sur {number}, {added / (time.monotonic() - began):.0f} par seconde")
            self.stdout.flush()
        self.stdout.write(f"{number} dossiers ajoutés : {Case.objects.count()} en tout.")
