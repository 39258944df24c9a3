"""Whose the open figures of a territory are, and under which licence they are used again: what administrators noted."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from cases.models import Territory


@dataclass(frozen=True, kw_only=True)
class OpenTerms:
    source: str
    """Whom who uses them again has to name."""
    licence: str
    text_url: str
    checked_on: date | None
    """None: it is still to be verified."""

    @classmethod
    def of(cls, city: Territory) -> Self:
        return cls(
            source=f"Partenaires sociaux de {city}",
            licence=city.licence,
            text_url=city.licence_source,
            checked_on=city.licence_checked_on,
        )

    @property
    def licence_words(self) -> str:
        said = f"vérifiée le {self.checked_on:%d/%m/%Y}" if self.checked_on else "à vérifier"
        return f"{self.licence} ({said})"
