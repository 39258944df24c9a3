"""Copies the cases of the demonstration until there are as many more as asked: what the measures run on."""

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from benchmarks.scale import Life, multiply
from cases.models import Case
from demo.seed import is_seeded


class Command(BaseCommand):
    help = "Ajoute des dossiers copiés de ceux de la démonstration, qui est faite d’abord s’il n’y en a pas."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, metavar="N", help="combien de dossiers ajouter")
        parser.add_argument(
            "--open",
            type=int,
            metavar="N",
            help="combien d’entre eux sont ouverts ; les autres sont clos depuis deux ans au plus",
        )
        parser.add_argument(
            "--held",
            type=int,
            default=500,
            metavar="N",
            help="étapes ouvertes d’une personne, au plus (avec --open) : 500",
        )
        parser.add_argument(
            "--most",
            type=int,
            default=0,
            metavar="N",
            help="étapes d’une seule personne, qui en a trop (avec --open) : 0",
        )
        parser.add_argument(
            "--branches",
            type=int,
            default=1,
            metavar="N",
            help="combien de fois il y a les structures, avec leurs professionnels (avec --open) : 1",
        )

    def handle(self, *args: Any, number: int, held: int, most: int, branches: int, **options: Any) -> None:
        opened = options["open"]
        if number < 1:
            raise CommandError("Indiquer combien de dossiers ajouter : multiply_cases 10000.")
        if opened is not None and not (0 < opened <= number and held > 0 and most >= 0 and branches > 0):
            raise CommandError("Indiquer des nombres possibles : multiply_cases 10000 --open 500 --held 500 --most 0.")
        if opened is None and (most or branches != 1):
            raise CommandError("--most et --branches vont avec --open : multiply_cases 10000 --open 500 --most 2000.")
        life = Life(opened=opened, held=held, most=most, branches=branches) if opened else None
        if not is_seeded():
            call_command("seed_demo", stdout=self.stdout)
        began = time.monotonic()
        for added in multiply(number=number, at=timezone.now(), life=life):
            self.stdout.write(f"{added} sur {number}, {added / (time.monotonic() - began):.0f} par seconde")
            self.stdout.flush()
        self.stdout.write(f"{number} dossiers ajoutés : {Case.objects.count()} en tout.")
