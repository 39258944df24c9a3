"""For whoever has lost telephone and recovery codes, and has no colleague who could help: above all an only administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.timezone import now

from cases import journal
from cases.models import User
from config.accounts import events, factors, limits, sessions


class Command(BaseCommand):
    help = (
        "Retire le second facteur et les codes de secours d’un compte, et ferme ses sessions ; la personne en met un "
        "autre en place à sa prochaine connexion, avec son mot de passe. Écrit au journal ; elle, les délégués à la "
        "protection des données et les administrateurs en sont prévenus."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="courriel professionnel de la personne")

    @transaction.atomic
    def handle(self, *args: Any, email: str, **options: Any) -> None:
        at = now()
        user = User.objects.select_for_update(no_key=True).filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError("Aucun compte n’a ce courriel ; rien n’a été changé.")
        if not factors.remove_all(user):
            raise CommandError("Ce compte n’a pas de second facteur ; rien n’a été changé.")
        sessions.end_others(user)
        limits.forget_tries("code", str(user.pk))
        # In nobody’s name: whoever has the server did it.
        journal.record("factors.reset", at=at, user=user.pk)
        events.record(events.Kind.FACTORS_RESET, user=user, at=at)
        self.stdout.write(
            f"{user} : second facteur retiré. À sa prochaine connexion, Relais lui en demande un autre si son rôle l’exige."
        )
