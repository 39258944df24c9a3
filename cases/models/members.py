"""Who works where: users and their dated memberships of structures."""

import uuid
from datetime import date
from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from cases.models.structures import Structure


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A professional who signs in. What he may do comes from memberships, never from this row."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(
        "courriel professionnel", unique=True, error_messages={"unique": "Un compte existe déjà pour ce courriel."}
    )
    first_name = models.CharField("prénom", max_length=80)
    last_name = models.CharField("nom", max_length=80)
    phone = models.CharField("téléphone professionnel", max_length=20, blank=True)
    is_staff = models.BooleanField("accède à l’administration technique", default=False)
    is_active = models.BooleanField("compte actif", default=True)
    closed_at = models.DateTimeField("fermé le", null=True, blank=True, editable=False)
    """When he worked nowhere any more (`config.accounts.closing`): invited again, it opens again."""
    failing_email = models.EmailField("courriel en échec", blank=True, editable=False)
    failing_since = models.DateTimeField("en échec depuis le", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("créé le", db_default=Now(), editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        verbose_name = "professionnel"
        ordering = ["last_name", "first_name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=models.functions.Lower("email")),
                name="email_is_lower_case",
                violation_error_message="Le courriel s’écrit en minuscules.",
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name

    @property
    def address_fails(self) -> bool:
        """Does his address refuse what is written to it? A corrected one is another address."""
        return self.failing_email == self.email


class Role(models.TextChoices):
    AGENT = "agent", "professionnel"
    MANAGER = "manager", "responsable"
    CORRESPONDENT = "correspondent", "correspondant"
    FRONT_DESK = "front_desk", "accueil"
    PILOT = "pilot", "pilote"
    DPO = "dpo", "délégué à la protection des données"
    ADMINISTRATOR = "administrator", "administrateur"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self, on: date) -> Self:
        return self.filter(since__lte=on, user__is_active=True).filter(Q(until=None) | Q(until__gte=on))

    def not_over(self, on: date) -> Self:
        """Those of that day, and those to come."""
        return self.filter(Q(until=None) | Q(until__gte=on))


class Membership(models.Model):
    """A user's role in a structure for a period; the guardian group that carries its rights follows it."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="professionnel")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="memberships", verbose_name="structure")
    role = models.CharField("rôle", max_length=20, choices=Role)
    group = models.ForeignKey(Group, models.PROTECT, related_name="memberships", verbose_name="groupe de droits")
    since = models.DateField("depuis le")
    until = models.DateField("jusqu’au", null=True, blank=True, help_text="Dernier jour inclus.")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "rattachement"
        ordering = ["structure", "user"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="membership_ends_after_it_starts",
                violation_error_message="La fin du rattachement doit suivre son début.",
            ),
            models.UniqueConstraint(
                fields=["user", "structure", "role"],
                condition=Q(until=None),
                name="one_open_membership_per_role",
                violation_error_message="Cette personne a déjà ce rôle dans la structure.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.structure_id}"


class NominationQuerySet(models.QuerySet["Nomination"]):
    def waiting(self) -> Self:
        return self.filter(confirmed_at=None, withdrawn_at=None)


class Nomination(models.Model):
    """An administrator proposes somebody for a role that only administrators grant; another one confirms it.

    It gives no right: once confirmed, the person joins the structure, or is invited to it.
    """

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="nominations", verbose_name="professionnel")
    called = models.CharField("nom donné", max_length=161, blank=True, db_default="")
    """By who proposed it, who may not know the name of an account that is used elsewhere."""
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="nominations", verbose_name="structure")
    role = models.CharField("rôle", max_length=20, choices=Role)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="nominations_asked", verbose_name="proposée par")
    asked_at = models.DateTimeField("proposée le")
    confirmed_by = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="nominations_confirmed",
        null=True,
        blank=True,
        verbose_name="confirmée par",
    )
    confirmed_at = models.DateTimeField("confirmée le", null=True, blank=True)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)

    objects = NominationQuerySet.as_manager()

    class Meta:
        verbose_name = "nomination"
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "structure", "role"],
                condition=Q(confirmed_at=None, withdrawn_at=None),
                name="one_waiting_nomination_per_role",
                violation_error_message="Cette personne est déjà proposée pour ce rôle.",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, withdrawn_at=None),
                name="a_nomination_is_confirmed_or_withdrawn",
                violation_error_message="Une nomination confirmée ne se retire plus.",
            ),
            models.CheckConstraint(
                condition=~Q(confirmed_by=F("asked_by")) & ~Q(user=F("asked_by")) & ~Q(user=F("confirmed_by")),
                name="a_nomination_takes_two_others",
                violation_error_message="Une nomination se confirme par un autre administrateur.",
            ),
        ]

    def __str__(self) -> str:
        return f"nomination {self.pk}"

    @property
    def shown_name(self) -> str:
        return self.called or str(self.user)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> Self:
        """Neither accepted nor withdrawn; its link may have expired."""
        return self.filter(accepted_at=None, withdrawn_at=None)


class Invitation(models.Model):
    """A structure offers a role to somebody who has no password yet. It gives no right: accepting it does."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="invitations", verbose_name="professionnel")
    called = models.CharField("nom donné", max_length=161, blank=True, db_default="")
    """By who sent it, who may not know the name of an account that is used elsewhere."""
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="invitations", verbose_name="structure")
    role = models.CharField("rôle", max_length=20, choices=Role)
    last_day = models.DateField("dernier jour", null=True, blank=True)
    sent_at = models.DateTimeField("envoyée le")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        ordering = ["-sent_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "structure"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="one_waiting_invitation_per_structure",
                violation_error_message="Cette personne est déjà invitée dans la structure.",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="an_invitation_is_accepted_or_withdrawn",
                violation_error_message="Une invitation acceptée ne se retire plus.",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def shown_name(self) -> str:
        return self.called or str(self.user)
