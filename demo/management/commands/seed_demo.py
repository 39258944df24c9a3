"""Fills an empty database with invented people and situations."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.models import Case
from demo import progress
from demo.seed import CannotSeed, is_seeded, seed


class Command(BaseCommand):
    help = "Crée les personnes et les situations inventées de la démonstration ; ne fait rien si elles existent."

    def handle(self, *args: Any, **options: Any) -> None:
        if is_seeded():
            self.stdout.write("Les données de démonstration existent déjà : rien à faire.")
            return
        with progress.shown("Données de démonstration") as said:
            try:
                attempts = seed(at=timezone.now(), said=said)
            except CannotSeed as refusal:
                raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{Case.objects.count()} dossiers de démonstration : {attempts}")
