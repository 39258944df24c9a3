"""How commands read what is typed."""

from argparse import ArgumentTypeError
from datetime import date


def iso_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            f"« {text} » n’est pas une date : l’écrire AAAA-MM-JJ, par exemple 2026-11-24."
        ) from None
