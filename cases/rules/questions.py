"""What may be shared with an operator who is asked, and the numbers of its channel. Pure, from data."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cases.rules.reading import read_toml

REFERENCE = Path(__file__).parents[1] / "reference" / "questions.toml"

SHARED: Mapping[str, str] = {
    "name": "Nom et prénoms",
    "birth_date": "Date de naissance",
    "file_number": "Numéro de dossier",
    "benefit": "Prestation",
    "amount": "Montant notifié",
    "period": "Période",
    "letter_date": "Date du courrier",
}
"""All that an operator may be shown of a line, field by field. Whatever is not here is never shown to it."""

PRESET = ("name", "birth_date", "file_number", "benefit", "amount", "period", "letter_date")
"""What it takes to find the debt, and to date what is decided of it: never before the letter."""


@dataclass(frozen=True, kw_only=True)
class QuestionLimits:
    alert_from: int
    """Cases of one month with the same cause, from which a cause is told to all."""
    shown_from: int
    """Smaller numbers are hidden."""


@cache
def load_question_limits(path: Path = REFERENCE) -> QuestionLimits:
    data = read_toml(path)
    return QuestionLimits(alert_from=data["alert"]["cases"], shown_from=data["report"]["shown_from"])
