"""Six notices as people bring them, read with the matrix, the deadlines and the machine. What each must give is typed by hand."""

from dataclasses import dataclass
from datetime import date

import pytest

from cases.reference_data import FOLDER
from cases.rules.catalogue_reading import load_catalogue
from cases.rules.debt_line_standing import DebtLineStanding
from cases.rules.debt_lines import load_machine
from cases.rules.known_lines import DebtLineFacts, DebtLineLaw
from cases.rules.line_letters import read_line_letters
from cases.rules.reading import read_toml
from cases.rules.remedies import Remedy, read_matrix
from cases.rules.tracks import DatedFact

CATALOGUE, MACHINE = load_catalogue(), load_machine()
LETTERS = read_line_letters(read_toml(FOLDER / "letters_overpayments.toml"))
MATRIX = read_matrix(read_toml(FOLDER / "remedies.toml"), letters=LETTERS.letters)

PCD, CRA = "président du conseil départemental", "commission de recours amiable"


@dataclass(frozen=True, kw_only=True)
class Opened:
    remedy: Remedy
    found: DebtLineStanding

    def until(self, option: str) -> str | None:
        possible = self.found.find_possible(option)
        return possible.until.isoformat() if possible and possible.until else None


def opened(
    benefit: str, operator: str, received: str, *, fact: str = "notice_received", fraud: bool | None = None
) -> Opened:
    """The line, on the day its letter was received."""
    day = date.fromisoformat(received)
    remedy = MATRIX.remedy_for(benefit=benefit, operator=operator, on=day)
    line = DebtLineFacts(benefit=benefit, operator=operator, facts=(DatedFact(fact, day),), fraud=fraud)
    return Opened(
        remedy=remedy, found=MACHINE.standing(line, on=day, law=DebtLineLaw(catalogue=CATALOGUE, remedy=remedy))
    )


@pytest.mark.parametrize(
    ("benefit", "operator", "received", "authority", "rectification", "recourse", "court"),
    [
        # 1. The CAF claims three benefits at once: three lines, three authorities.
        ("rsa", "caf", "2026-10-22", PCD, "2026-11-11", "2026-12-22", "ta"),
        ("prime_activite", "caf", "2026-10-22", CRA, "2026-11-11", "2026-12-22", "ta"),
        ("apl", "caf", "2026-10-22", "directeur de la CAF, avis de la CRA", "2026-11-11", "2026-12-22", "ta"),
        # 2. The CAF: AAH and family benefits.
        ("aah", "caf", "2026-11-05", CRA, "2026-11-25", "2027-01-05", "tj"),
        ("prestations_familiales", "caf", "2026-11-05", CRA, "2026-11-25", "2027-01-05", "tj"),
        # 3. France Travail: ARE.
        ("are", "france_travail", "2026-10-30", "recours gracieux, directeur général de France Travail", None,
         "2026-12-30", "tj"),
        # 5. The CPAM: daily allowances.
        ("ij", "cpam", "2026-11-12", CRA, "2026-12-02", "2027-01-12", "tj"),
        # 6. The CAF: RSA and prime de Noël; a false declaration was qualified.
        ("rsa", "caf", "2026-11-07", PCD, "2026-11-27", "2027-01-07", "ta"),
    ],
)  # fmt: skip
def test_each_line_of_the_notices_has_its_authority_its_two_dates_and_its_judge(
    benefit: str, operator: str, received: str, authority: str, rectification: str | None, recourse: str, court: str
):
    line = opened(benefit, operator, received)
    assert line.remedy.contest.authority == authority
    assert line.remedy.court.code == court
    assert (line.until("rectification"), line.until("recourse")) == (rectification, recourse)


def test_the_constraint_of_the_fourth_notice_presses_most_until_the_first_of_december():
    line = opened("are", "france_travail", "2026-11-16", fact="constraint_served")
    assert line.found.label == "Contrainte : opposition à former"
    assert line.until("opposition") == "2026-12-01"
    assert line.found.possible[0].option.urgent
    assert line.remedy.court.code == "tj"


def test_the_prime_de_noel_of_the_sixth_notice_goes_to_the_court_at_once():
    line = opened("prime_noel", "caf", "2026-11-07", fraud=True)
    assert line.remedy.contest.authority == ""
    assert line.remedy.court.code == "ta"
    # Two months, franc: Friday 8 January 2027.
    assert line.until("court_directly") == "2027-01-08"


def test_the_withholding_that_the_second_notice_announces_for_december_is_allowed_unless_a_rectification_waits():
    received = date(2026, 11, 5)
    law = DebtLineLaw(catalogue=CATALOGUE, remedy=MATRIX.remedy_for(benefit="aah", operator="caf", on=received))
    seen = DatedFact("withholding_seen", date(2026, 12, 5))
    for facts, alarms in (((), 0), ((DatedFact("rectification_asked", date(2026, 11, 20)),), 1)):
        line = DebtLineFacts(
            benefit="aah", operator="caf", facts=(DatedFact("notice_received", received), seen, *facts)
        )
        assert len(MACHINE.standing(line, on=date(2026, 12, 6), law=law).alarms) == alarms
