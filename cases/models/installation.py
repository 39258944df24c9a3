"""What the installation says of itself: its name, whom to ask for help, who publishes it and who hosts it."""

import time
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

KEPT_FOR = 30
"""Seconds for which a process shows what it has read: all of them agree within a minute, without a query a page."""


class Installation(models.Model):
    """One row, written by administrators; until they have, what the environment says (`RELAIS_BRAND`)."""

    name = models.CharField("nom affiché", max_length=40)
    help_email = models.EmailField("courriel d’aide", blank=True)
    help_phone = models.CharField("téléphone d’aide", max_length=20, blank=True)
    publisher = models.CharField("éditeur", max_length=120, blank=True)
    publisher_address = models.CharField("siège de l’éditeur", max_length=200, blank=True)
    publisher_phone = models.CharField("téléphone de l’éditeur", max_length=20, blank=True)
    director = models.CharField("directeur de la publication", max_length=120, blank=True)
    host = models.CharField("hébergeur", max_length=120, blank=True)
    host_address = models.CharField("adresse de l’hébergeur", max_length=200, blank=True)
    host_phone = models.CharField("téléphone de l’hébergeur", max_length=20, blank=True)
    accessibility_email = models.EmailField("courriel pour l’accessibilité", blank=True)
    real_data_since = models.DateTimeField("ouverte aux données réelles depuis le", null=True, blank=True)
    """Empty: each page says that it is a trial. Written by `config.opening.acts` alone, once its conditions are true."""

    _kept: ClassVar[tuple[float, "Installation"] | None] = None

    class Meta:
        verbose_name = "installation"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="there_is_one_installation"),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="an_installation_has_a_name",
                violation_error_message="Donner un nom à l’installation.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Installation":
        """As this process read it, less than thirty seconds ago. For the pages and the e-mails, which change nothing of it."""
        if cls._kept is None or time.monotonic() - cls._kept[0] > KEPT_FOR:
            cls.keep(cls.read())
        assert cls._kept is not None  # noqa: S101 - just read
        return cls._kept[1]

    @classmethod
    def read(cls) -> Self:
        """As it stands in the database."""
        return cls.objects.filter(pk=1).first() or cls.initial()

    @classmethod
    def initial(cls) -> Self:
        brand = settings.RELAIS_BRAND
        return cls(pk=1, name=(brand["name"] or "Relais")[:40], help_email=brand["contact"])

    @classmethod
    def keep(cls, found: "Installation") -> None:
        cls._kept = (time.monotonic(), found)

    @classmethod
    def forget(cls) -> None:
        """What this process has read; the others do within thirty seconds."""
        cls._kept = None

    @classmethod
    def brand(cls) -> dict[str, str]:
        """For templates, with what only the environment says."""
        found = cls.current()
        return {**settings.RELAIS_BRAND, "name": found.name, "contact": found.help_email, "phone": found.help_phone}

    @property
    def accessibility_contact(self) -> str:
        return self.accessibility_email or self.help_email

    @property
    def missing(self) -> list[str]:
        """What is to be said before people come, in words."""
        publisher = (self.publisher, self.publisher_address, self.publisher_phone, self.director)
        wanted = {
            "le contact d’aide": self.help_email or self.help_phone,
            "l’éditeur et le directeur de la publication": all(publisher),
            "l’hébergeur": self.host and self.host_address and self.host_phone,
            "le contact pour l’accessibilité": self.accessibility_contact,
        }
        return [words for words, said in wanted.items() if not said]
