"""How commands read what is typed."""

from argparse import ArgumentTypeError
from collections.abc import Mapping
from datetime import date

from django.core.management.base import CommandError, CommandParser

from cases.models import Territory


def iso_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            f"« {text} » n’est pas une date : l’écrire AAAA-MM-JJ, par exemple 2026-11-24."
        ) from None


def add_territory_argument(parser: CommandParser) -> None:
    parser.add_argument(
        "--territory", metavar="CODE", help="de quel territoire sont les règles ; le seul, s’il n’y en a qu’un"
    )


def read_territory(options: Mapping[str, object]) -> str:
    """The one that was typed, else the only one."""
    codes = list(Territory.objects.in_service().order_by("code").values_list("code", flat=True))
    asked = options["territory"] or (codes[0] if len(codes) == 1 else "")
    if asked not in codes:
        raise CommandError(f"Dire le territoire par --territory : {', '.join(codes)}.")
    return str(asked)
