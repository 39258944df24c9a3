"""Counts the sealed traces again, and names the first day that is not what it was."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from cases.actions import seals


class Command(BaseCommand):
    help = (
        "Recompte le journal et les accès de chaque jour scellé. Code de sortie 1, avec le premier jour qui diffère. "
        "Sans --head, ne prouve rien contre qui possède la base : donner un sceau reçu par courriel."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="SCEAU",
            help="sceau relevé hors de la base (courriel, journaux, manifeste d’une sauvegarde) ; plusieurs fois si besoin",
        )

    def handle(self, *args: Any, head: list[str], **options: Any) -> None:
        verdict = seals.verify(at=now(), known=head)
        if verdict.fault:
            day, words = verdict.fault.day, verdict.fault.words
            raise CommandError(f"Le {day:%d/%m/%Y} diffère de ce qui a été scellé : {words}.")
        if verdict.head is None:
            self.stdout.write("Aucun jour n’est scellé.")
            return
        self.stdout.write(f"{verdict.days} jours conformes, jusqu’au {verdict.head.day:%d/%m/%Y}.")
        self.stdout.write(verdict.head.seal)
