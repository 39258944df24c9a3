"""What the catalogues of overpayments say on a day: remedies, words, letters, and the scale of withholdings."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from cases.actions.deadlines import edition_in_force, editions_in_force
from cases.models import Edition
from cases.rules.line_letters import LineLetters, read_line_letters
from cases.rules.overpayments import Overpayments, read_overpayments
from cases.rules.remedies import Matrix, read_matrix
from cases.rules.withholding import Scales, read_scales


def matrix_in_force(*, on: date, territory: str = "grigny") -> Matrix:
    return read_matrix(_parameters_in_force(Edition.Catalogue.REMEDIES, on=on, territory=territory))


def overpayments_in_force(*, on: date, territory: str = "grigny") -> Overpayments:
    return read_overpayments(_parameters_in_force(Edition.Catalogue.OVERPAYMENTS, on=on, territory=territory))


def line_letters_in_force(*, on: date, territory: str = "grigny") -> LineLetters:
    return read_line_letters(_parameters_in_force(Edition.Catalogue.OVERPAYMENT_LETTERS, on=on, territory=territory))


def scales_in_force(*, on: date, territory: str = "grigny") -> Scales:
    return read_scales(_parameters_in_force(Edition.Catalogue.WITHHOLDING, on=on, territory=territory))


class CataloguesOfTheDay:
    """Several catalogues in force on a day: one query for all, and each is read when it is asked for."""

    def __init__(self, *, on: date, territory: str, with_letters: bool = False) -> None:
        wanted = [Edition.Catalogue.REMEDIES, Edition.Catalogue.OVERPAYMENTS, Edition.Catalogue.WITHHOLDING]
        wanted += [Edition.Catalogue.OVERPAYMENT_LETTERS] if with_letters else []
        self.editions = editions_in_force(wanted, on=on, territory=territory)

    @cached_property
    def matrix(self) -> Matrix:
        return read_matrix(self.editions[Edition.Catalogue.REMEDIES].parameters)

    @cached_property
    def overpayments(self) -> Overpayments:
        return read_overpayments(self.editions[Edition.Catalogue.OVERPAYMENTS].parameters)

    @cached_property
    def scales(self) -> Scales:
        return read_scales(self.editions[Edition.Catalogue.WITHHOLDING].parameters)

    @cached_property
    def letters(self) -> LineLetters:
        return read_line_letters(self.editions[Edition.Catalogue.OVERPAYMENT_LETTERS].parameters)


def _parameters_in_force(catalogue: str, *, on: date, territory: str) -> Mapping[str, Any]:
    edition = edition_in_force(catalogue, on=on, territory=territory)
    if edition is None:
        raise LookupError(f"no edition of {catalogue}")
    parameters: Mapping[str, Any] = edition.parameters
    return parameters
