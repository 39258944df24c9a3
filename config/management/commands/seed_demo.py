"""Fills an empty database with invented people and situations."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.models import Case
from config.demo import progress
from config.demo.scale import multiply
from config.demo.seed import CannotSeed, analyze, is_seeded, seed


class Command(BaseCommand):
    help = "Crée les personnes et les situations inventées de la démonstration ; ne fait rien si elles existent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=int, metavar="N", help="ajouter N dossiers copiés, pour les mesures")

    def handle(self, *args: Any, scale: int | None = None, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Les données de démonstration ne se chargent jamais en production.")
        if scale is not None and scale < 1:
            raise CommandError("Indiquer combien de dossiers ajouter : --scale 10000.")
        if not is_seeded():
            with progress.shown("Données de démonstration") as said:
                try:
                    attempts = seed(at=timezone.now(), said=said)
                except CannotSeed as refusal:
                    raise CommandError(str(refusal)) from refusal
            self.stdout.write(f"{Case.objects.count()} dossiers de démonstration : {attempts}")
        elif not scale:
            self.stdout.write("Les données de démonstration existent déjà : rien à faire.")
        if scale:
            multiply(number=scale, at=timezone.now())
            analyze()
            self.stdout.write(f"{scale} dossiers ajoutés : {Case.objects.count()} en tout.")
