"""First start of a real installation: tables, reference data, one administrator; no demonstration data."""

from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from cases.models import User


class Command(BaseCommand):
    help = "Prépare une installation neuve et crée son premier administrateur, sans aucune donnée de démonstration."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="courriel professionnel de l’administrateur")
        parser.add_argument("--first-name", required=True, help="son prénom")
        parser.add_argument("--last-name", required=True, help="son nom")

    def handle(self, *args: Any, email: str, first_name: str, last_name: str, **options: Any) -> None:
        email = email.strip().lower()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"« {email} » n’est pas une adresse de courriel.") from error
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        if User.objects.filter(email=email).exists():
            raise CommandError("Un compte existe déjà pour ce courriel ; rien n’a été changé.")
        # No password: the link below lets its reader choose one.
        user = User.objects.create_superuser(email, first_name=first_name, last_name=last_name)
        self.stdout.write(f"Compte créé. Choisir le mot de passe, une seule fois et avant demain :\n{_link(user)}")


def _link(user: User) -> str:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    return settings.BASE_URL + reverse("password_reset_confirm", kwargs={"uidb64": uid, "token": token})
