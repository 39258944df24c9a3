"""What the catalogues of overpayments say on a day: remedies, words, letters, and the scale of withholdings."""

from datetime import date
from functools import cached_property

from cases.actions.rules_in_force import editions_in_force, find_edition
from cases.models import Edition
from cases.rules.legal_aid import AidCeilings, find_ceilings, read_ceilings
from cases.rules.line_letters import LineLetters, read_line_letters
from cases.rules.overpayments import Overpayments, read_overpayments
from cases.rules.remedies import Matrix, read_matrix
from cases.rules.withholding import Scales, read_scales


def matrix_in_force(*, on: date, territory: str) -> Matrix:
    return read_matrix(find_edition(Edition.Catalogue.REMEDIES, on=on, territory=territory).parameters)


def overpayments_in_force(*, on: date, territory: str) -> Overpayments:
    return read_overpayments(find_edition(Edition.Catalogue.OVERPAYMENTS, on=on, territory=territory).parameters)


def line_letters_in_force(*, on: date, territory: str) -> LineLetters:
    return read_line_letters(
        find_edition(Edition.Catalogue.OVERPAYMENT_LETTERS, on=on, territory=territory).parameters
    )


def scales_in_force(*, on: date, territory: str) -> Scales:
    return read_scales(find_edition(Edition.Catalogue.WITHHOLDING, on=on, territory=territory).parameters)


def aid_ceilings_known(*, of: date, on: date, territory: str) -> AidCeilings | None:
    """Those of legal aid in the year of the first day, as they are known on the second; None as long as nobody typed them."""
    kept = find_edition(Edition.Catalogue.WITHHOLDING, on=on, territory=territory).parameters
    return find_ceilings(read_ceilings(kept.get("legal_aid", ())), on=of)


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
