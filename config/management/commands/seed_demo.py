"""Fills an empty database with invented people and situations."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.models import Case
from config.demo.seed import is_seeded, seed


class Command(BaseCommand):
    help = "Crée les personnes et les situations inventées de la démonstration ; ne fait rien si elles existent."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Les données de démonstration ne se chargent jamais en production.")
        if is_seeded():
            self.stdout.write("Les données de démonstration existent déjà : rien à faire.")
            return
        seed(at=timezone.now())
        self.stdout.write(f"{Case.objects.count()} situations de démonstration.")
