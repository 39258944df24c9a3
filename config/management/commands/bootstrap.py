"""First start of a real installation: tables, reference data, its first people; no demonstration data."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.timezone import localdate, now

from cases.actions import members
from cases.actions.nominations import nominable_roles
from cases.models import Membership, Role, Structure, User
from cases.rules.rights import CLAIMANTS


class Command(BaseCommand):
    help = (
        "Prépare une installation neuve et y fait entrer quelqu’un, sans aucune donnée de démonstration : le premier "
        "administrateur, puis, tant qu’il est seul, le second, un pilote ou un délégué à la protection des données."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="courriel professionnel de la personne")
        parser.add_argument("--first-name", required=True, help="son prénom")
        parser.add_argument("--last-name", required=True, help="son nom")
        parser.add_argument("--structure", required=True, help="code de sa structure, par exemple ville-grigny")
        parser.add_argument("--role", default=Role.ADMINISTRATOR, help="son rôle ; administrator si rien n’est dit")

    def handle(self, *args: Any, email: str, structure: str, role: str, **options: Any) -> None:
        email = email.strip().lower()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"« {email} » n’est pas une adresse de courriel.") from error
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        found = _structure(structure, role)
        names = {"first_name": options["first_name"], "last_name": options["last_name"]}
        with transaction.atomic():
            user = _appoint_user(email, found, role, at=now(), **names)
        self.stdout.write(f"{user} : {Role(role).label}, {found}.")
        if not user.has_usable_password():
            self.stdout.write(f"Choisir le mot de passe, une seule fois et avant demain :\n{_link(user)}")


def _structure(code: str, role: str) -> Structure:
    structures = Structure.objects.filter(is_active=True).exclude(kind__in=CLAIMANTS)
    found = structures.filter(code=code).first()
    if found is None:
        known = "\n".join(f"  {each.code} : {each.name}" for each in structures.order_by("code"))
        raise CommandError(
            f"La structure « {code} » n’existe pas, ou ne nomme personne ainsi. Choisir parmi :\n{known}"
        )
    if role not in nominable_roles(found.kind):
        raise CommandError(
            f"Le rôle « {role} » ne se donne pas ici. Choisir parmi : {', '.join(nominable_roles(found.kind))}."
        )
    return found


def _appoint_user(email: str, structure: Structure, role: str, *, at: datetime, **names: str) -> User:
    """Written in the journal, by nobody: whoever has the server did it."""
    members.lock_structure(structure)
    today = localdate(at)
    if role != Role.ADMINISTRATOR and len(members.administrator_memberships(structure.territory, on=today)[:2]) > 1:
        raise CommandError(
            "Deux administrateurs existent : la nomination se fait dans Relais, page « Administration »."
        )
    user = User.objects.filter(email=email).first()
    if user is None:
        # No password: the link lets its reader choose one.
        create = User.objects.create_superuser if role == Role.ADMINISTRATOR else User.objects.create_user
        user = create(email, **names)
    elif Membership.objects.not_over(today).filter(user=user, structure=structure, role=role).exists():
        raise CommandError(f"{user} a déjà ce rôle dans cette structure ; rien n’a été changé.")
    members.join(user=user, structure=structure, role=role, since=today, at=at)
    return user


def _link(user: User) -> str:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    return settings.BASE_URL + reverse("password_reset_confirm", kwargs={"uidb64": uid, "token": token})
