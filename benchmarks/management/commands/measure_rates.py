"""Prints how many acts a second several processes carry out together. What they do stays: for a database made for measures."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from benchmarks.acts import KINDS, count_a_second
from demo.seed import is_seeded


class Command(BaseCommand):
    help = "Compte les actes par seconde de plusieurs processus, sur les dossiers de la démonstration. Ce qu’ils font reste."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--processes", type=int, default=2, metavar="N", help="combien de processus : 2")
        parser.add_argument("--seconds", type=float, default=10, metavar="S", help="combien de secondes : 10")

    def handle(self, *args: Any, processes: int, seconds: float, **options: Any) -> None:
        if not is_seeded():
            raise CommandError("Faire d’abord la démonstration : manage.py seed_demo.")
        for kind in KINDS:
            found = count_a_second(kind, processes=processes, seconds=seconds)
            self.stdout.write(f"{kind} : {found.a_second:.3g} par seconde, de {processes} processus")
            for words, times in found.refused.most_common():
                self.stdout.write(f"  {times} × refusé : {words}")
