"""Writes docs/droit.md from the data of this release."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from workflows.queries.law_page import write_page

PAGE: Path = settings.BASE_DIR / "docs" / "droit.md"


class Command(BaseCommand):
    help = "Écrit docs/droit.md à partir des données du droit."

    def handle(self, *args: object, **options: object) -> None:
        PAGE.write_text(write_page(), encoding="utf-8")
        self.stdout.write("docs/droit.md")
