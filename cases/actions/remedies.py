"""What the catalogues of overpayments say on a day: remedies, words, letters, and the scale of withholdings."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from cases.actions.deadlines import edition_in_force, editions_in_force
from cases.models import Edition
from cases.rules.line_letters import LineLetters, read_line_letters
from cases.rules.overpayments import Overpayments, read_overpayments
from cases.rules.remedies import Matrix, read_matrix
from cases.rules.withholding import Scales, read_scales


def matrix_in_force(*, on: date, territory: str = "grigny") -> Matrix:
    return read_matrix(_parameters(Edition.Catalogue.REMEDIES, on=on, territory=territory))


def overpayments_in_force(*, on: date, territory: str = "grigny") -> Overpayments:
    return read_overpayments(_parameters(Edition.Catalogue.OVERPAYMENTS, on=on, territory=territory))


def line_letters_in_force(*, on: date, territory: str = "grigny") -> LineLetters:
    return read_line_letters(_parameters(Edition.Catalogue.OVERPAYMENT_LETTERS, on=on, territory=territory))


def scales_in_force(*, on: date, territory: str = "grigny") -> Scales:
    return read_scales(_parameters(Edition.Catalogue.WITHHOLDING, on=on, territory=territory))


def matrix_and_words_in_force(*, on: date, territory: str = "grigny") -> tuple[Matrix, Overpayments]:
    """Both in one query."""
    both = (Edition.Catalogue.REMEDIES, Edition.Catalogue.OVERPAYMENTS)
    found = editions_in_force(both, on=on, territory=territory)
    matrix, words = (found[catalogue].parameters for catalogue in both)
    return read_matrix(matrix), read_overpayments(words)


def _parameters(catalogue: str, *, on: date, territory: str) -> Mapping[str, Any]:
    edition = edition_in_force(catalogue, on=on, territory=territory)
    if edition is None:
        raise LookupError(f"no edition of {catalogue}")
    parameters: Mapping[str, Any] = edition.parameters
    return parameters
