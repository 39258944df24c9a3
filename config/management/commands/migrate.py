"""Django’s own, which first refuses a database that this version of Relais cannot live with, and tells in words what is wrong
in the reference files that it loads at its end."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.utils.timezone import now

from cases.actions.retention import ledger
from cases.rules.reading import FaultyRules
from config.starting import CannotStart, refuse_database


class Command(migrate.Command):
    def execute(self, *args: Any, **options: Any) -> str | None:
        """Before Django’s own checks, which ask the database what it can do."""
        try:
            refuse_database()
        except CannotStart as refusal:
            raise CommandError(str(refusal)) from refusal
        try:
            return super().execute(*args, **options)
        except FaultyRules as refusal:
            raise CommandError(
                "Les données de référence sont refusées, aucune n’est chargée. Corriger, puis recommencer :\n- "
                + "\n- ".join(refusal.faults)
            ) from refusal

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not (options.get("plan") or options.get("check_unapplied") or options.get("app_label")):
            self.apply_ledger()

    def apply_ledger(self) -> None:
        """After the restoration of an older backup: what was erased since is erased again."""
        if ledger.is_waiting():
            done = ledger.apply_waiting(at=now())
            self.stdout.write(f"Effacements repris après le rétablissement : {done}.")
