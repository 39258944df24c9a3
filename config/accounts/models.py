"""What opens an account besides its password, and what was done with it. No content, and no secret that can be read."""

import uuid
from typing import Any

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from cases.models import Membership, User


class CodeGenerator(models.Model):
    """An application of a person that shows six figures, others every thirty seconds (TOTP). One a person."""

    user = models.OneToOneField(User, models.PROTECT, related_name="code_generator", verbose_name="professionnel")
    secret = models.TextField("secret chiffré")
    """Sealed by `config.accounts.sealing`."""
    last_step = models.BigIntegerField("dernier code accepté", default=0)
    """The half-minute of it: a code is good once."""
    added_at = models.DateTimeField("ajouté le")
    used_at = models.DateTimeField("utilisé le", null=True, blank=True)

    class Meta:
        verbose_name = "application de codes"
        verbose_name_plural = "applications de codes"

    def __str__(self) -> str:
        return f"application de codes {self.pk}"


class Passkey(models.Model):
    """A key that a device, a telephone or a token holds for this site (WebAuthn). Here is its public half."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="passkeys", verbose_name="professionnel")
    name = models.CharField("nom", max_length=60)
    credential_id = models.BinaryField("identifiant de la clé", unique=True)
    credential = models.BinaryField("clé publique")
    sign_count = models.BigIntegerField("signatures", default=0)
    """As the key counts them; one that goes back was copied. Many keys do not count."""
    added_at = models.DateTimeField("ajoutée le")
    used_at = models.DateTimeField("utilisée le", null=True, blank=True)

    class Meta:
        verbose_name = "clé d’accès"
        verbose_name_plural = "clés d’accès"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"clé d’accès {self.pk}"


class RecoveryCode(models.Model):
    """Written on paper, good once, for the day when the telephone is lost."""

    user = models.ForeignKey(User, models.PROTECT, related_name="recovery_codes", verbose_name="professionnel")
    digest = models.CharField("empreinte", max_length=64)
    used_at = models.DateTimeField("utilisé le", null=True, blank=True)

    class Meta:
        verbose_name = "code de secours"
        verbose_name_plural = "codes de secours"
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="a_recovery_code_is_given_once")]

    def __str__(self) -> str:
        return f"code de secours {self.pk}"


class ConfirmedMembership(models.Model):
    """A manager said that this person is still there. Who said it is in the journal."""

    membership = models.ForeignKey(
        Membership, models.CASCADE, related_name="confirmations", verbose_name="rattachement"
    )
    confirmed_on = models.DateField("confirmé le")

    class Meta:
        verbose_name = "rattachement confirmé"
        verbose_name_plural = "rattachements confirmés"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"rattachement confirmé {self.pk}"


class SignInEvent(models.Model):
    """A sign-in, a failure, a change of what opens an account: whose, when, with which kind of device. Kept twelve months."""

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", "connexion"
        WRONG_PASSWORD = "wrong_password", "mot de passe refusé"
        WRONG_CODE = "wrong_code", "second facteur refusé"
        LOCKED = "locked", "essais suspendus"
        SIGNED_OUT = "signed_out", "déconnexion"
        RESET_ASKED = "reset_asked", "nouveau mot de passe demandé"
        PASSWORD_CHANGED = "password_changed", "mot de passe changé"
        FACTOR_ADDED = "factor_added", "second facteur ajouté"
        FACTOR_REMOVED = "factor_removed", "second facteur retiré"
        CODES_MADE = "codes_made", "codes de secours tirés"
        CODE_USED = "code_used", "code de secours utilisé"
        FACTORS_RESET = "factors_reset", "second facteur réinitialisé depuis le serveur"
        SESSION_ENDED = "session_ended", "session fermée à distance"

    kind = models.CharField("événement", max_length=20, choices=Kind)
    user = models.ForeignKey(
        User, models.PROTECT, related_name="sign_in_events", null=True, db_index=False, verbose_name="professionnel"
    )
    """Nobody, where what was typed is of no account: that is not written down."""
    device = models.CharField("appareil", max_length=60, blank=True)
    happened_at = models.DateTimeField("le")

    class Meta:
        verbose_name = "événement de connexion"
        verbose_name_plural = "événements de connexion"
        ordering = ["-happened_at", "-pk"]
        indexes = [
            models.Index(fields=["user", "-happened_at"], name="sign_ins_of_a_person"),
            BrinIndex(fields=["happened_at"], name="sign_ins_to_forget"),
        ]
        triggers = [pgtrigger.Protect(name="sign_ins_are_never_rewritten", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class AskedPassword(models.Model):
    """Somebody typed an address to choose a new password. What follows of it is for the worker, so that the page does the
    same, and takes as long, whether or not there is such an account. Deleted once it is done."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="asked_passwords", null=True, verbose_name="professionnel"
    )
    """Nobody, where what was typed is of no account."""
    asked_at = models.DateTimeField("demandé le")

    class Meta:
        verbose_name = "mot de passe demandé"
        verbose_name_plural = "mots de passe demandés"

    def __str__(self) -> str:
        return f"mot de passe demandé {self.pk}"


class TriedCount(models.Model):
    """How often something was tried since an instant. What was tried is a digest: no address, no account is to be read."""

    kind = models.CharField("essai", max_length=20)
    key = models.CharField("empreinte", max_length=64)
    since = models.DateTimeField("depuis le")
    count = models.PositiveIntegerField("nombre")

    class Meta:
        verbose_name = "compte d’essais"
        verbose_name_plural = "comptes d’essais"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="tries_are_counted_in_one_row")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class AccountSession(AbstractBaseSession):
    """A session, and whose it is: its person sees it and ends it. What is in it stays in it, as Django writes it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sessions", null=True, verbose_name="professionnel")
    """Nobody, before the second step of a sign-in."""
    device = models.CharField("appareil", max_length=60, blank=True)
    started_at = models.DateTimeField("ouverte le")
    seen_at = models.DateTimeField("vue pour la dernière fois le")

    class Meta:
        verbose_name = "session"

    @classmethod
    def get_session_store_class(cls) -> Any:
        from config.accounts.session_store import SessionStore

        return SessionStore
