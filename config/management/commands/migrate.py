"""Django’s own, which first refuses a database that this version of Relais cannot live with."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate

from config.starting import CannotStart, refuse_database


class Command(migrate.Command):
    def execute(self, *args: Any, **options: Any) -> str | None:
        """Before Django’s own checks, which ask the database what it can do."""
        try:
            refuse_database()
        except CannotStart as refusal:
            raise CommandError(str(refusal)) from refusal
        return super().execute(*args, **options)
