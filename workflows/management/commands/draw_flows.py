"""Draws every procedure from its code into docs/procedures/."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from workflows import diagram
from workflows.flows import FLOWS

FOLDER: Path = settings.BASE_DIR / "docs" / "procedures"


class Command(BaseCommand):
    help = "Dessine les procédures à partir de leur code, dans docs/procedures/."

    def handle(self, *args: object, **options: object) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, flow in FLOWS.items():
            (FOLDER / f"{name}.svg").write_text(diagram.draw_svg(flow), encoding="utf-8")
            self.stdout.write(f"docs/procedures/{name}.svg")
