"""Fills an empty database with invented people and situations."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.models import Case
from demo import progress
from demo.seed import CannotSeed, is_whole, seed


class Command(BaseCommand):
    stealth_options = ("when_lived",)
    help = "Crée les personnes et les situations inventées de la démonstration ; ne fait rien si elles existent."

    def handle(self, *args: Any, when_lived: Callable[[], None] | None = None, **options: Any) -> None:
        """`when_lived`: what is to be done once the stories can be read, before what is made of them."""
        if is_whole():
            self.stdout.write("Les données de démonstration existent déjà : rien à faire.")
            return
        with progress.shown("Données de démonstration") as said:
            try:
                attempts = seed(at=timezone.now(), said=said, when_lived=when_lived)
            except CannotSeed as refusal:
                raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{Case.objects.count()} dossiers de démonstration : {attempts}")
