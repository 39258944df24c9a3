"""Sign-in by ProConnect: from which establishments, as whom, and who waits for an administrator."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q

from cases.models.members import User
from cases.models.structures import Structure
from cases.rules.sirets import spaced_siret


class Establishment(models.Model):
    """Whoever ProConnect says to work in this establishment may enter the structure, once invited or accepted there."""

    siret = models.CharField("SIRET", max_length=14)
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="establishments", verbose_name="structure")

    class Meta:
        verbose_name = "établissement admis"
        verbose_name_plural = "établissements admis"
        ordering = ["siret", "structure"]
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "siret"],
                name="an_establishment_is_admitted_once_in_a_structure",
                violation_error_message="Cet établissement est déjà admis dans la structure.",
            ),
            models.CheckConstraint(
                condition=Q(siret__regex=r"^[0-9]{14}$"),
                name="a_siret_has_fourteen_digits",
                violation_error_message="Un SIRET a 14 chiffres.",
            ),
        ]

    def __str__(self) -> str:
        return spaced_siret(self.siret)


class ProConnectIdentity(models.Model):
    """The account that a `sub` of ProConnect opens. It is bound once, and matched by nothing else from then on.

    ProConnect gives a person one `sub` for each identity provider: who changes provider is bound again by an administrator.
    """

    user = models.OneToOneField(User, models.PROTECT, related_name="proconnect_identity", verbose_name="professionnel")
    sub = models.CharField("identifiant ProConnect", max_length=255, unique=True)
    siret = models.CharField("établissement de la dernière connexion", max_length=14)
    acr = models.CharField("niveau de la dernière connexion", max_length=100, blank=True)
    bound_at = models.DateTimeField("liée le")
    used_at = models.DateTimeField("dernière connexion")

    class Meta:
        verbose_name = "identité ProConnect"
        verbose_name_plural = "identités ProConnect"

    def __str__(self) -> str:
        return f"identité ProConnect {self.pk}"


class AccessRequestQuerySet(models.QuerySet["AccessRequest"]):
    def waiting(self) -> Self:
        return self.filter(declined_at=None)


class AccessRequest(models.Model):
    """Somebody whom nobody invited signed in by ProConnect, from an admitted establishment. It gives no right.

    Accepted, the row goes: the account says the same. Declined or left alone, it goes after `KEEP_REQUESTS`.
    """

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    sub = models.CharField("identifiant ProConnect", max_length=255, unique=True)
    siret = models.CharField("SIRET", max_length=14)
    email = models.EmailField("courriel professionnel")
    first_name = models.CharField("prénom", max_length=80)
    last_name = models.CharField("nom", max_length=80)
    asked_at = models.DateTimeField("faite le")
    declined_at = models.DateTimeField("refusée le", null=True, blank=True)

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande d’accès"
        verbose_name_plural = "demandes d’accès"
        ordering = ["asked_at", "pk"]

    def __str__(self) -> str:
        return f"demande d’accès {self.pk}"

    @property
    def shown_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def shown_siret(self) -> str:
        return spaced_siret(self.siret)
