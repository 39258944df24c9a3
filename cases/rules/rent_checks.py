"""Is the debt real? What is checked of what a landlord claims, read from data, and what it comes to. Pure.

What is found is an estimate by whoever checked. It never changes what the landlord declared.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cases.refusals import Refusal
from cases.rules.reading import CONFIDENCES, DataRow, make_row, refuse_faults, row_faults, wrong_confidence

DOUBTED, CLEAR = "doubted", "clear"
FINDINGS: Mapping[str, str] = {DOUBTED: "à discuter", CLEAR: "rien à redire"}
HOUSING: Mapping[str, str] = {"social": "social", "private": "privé", "epfif": "Grigny 2, EPFIF ou plan de sauvegarde"}
PARTS = ("checks",)
NOTHING = Decimal()


class CannotDoubt(Refusal):
    """What is said of the debt does not hold together."""


@dataclass(frozen=True, kw_only=True)
class RentCheckRule:
    code: str
    title: str
    look: str
    """Where one sees it."""
    effect: str
    """What it changes, for the professional."""
    in_letter: str
    """The point as the tenant says it to the judge, without its sum."""
    lowers: bool
    """What is found so may not be owed; else it is owed, but later."""
    housing: tuple[str, ...] = ()
    """Those alone; any when empty."""
    reference: str
    confidence: str

    @property
    def is_to_be_verified(self) -> bool:
        return self.confidence != "H"

    def concerns(self, housing: str) -> bool:
        """Is it about this kind of housing? Of one that nobody knows, it may be."""
        return not self.housing or not housing or housing in self.housing


@dataclass(frozen=True, kw_only=True)
class RentFinding:
    """What somebody found of one check."""

    finding: str
    amount: Decimal | None = None
    """What is to be discussed, as far as it can be told."""
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class RentDoubt:
    rule: RentCheckRule
    finding: RentFinding


@dataclass(frozen=True, kw_only=True)
class RentDoubts:
    """All that is to be discussed of a debt, in the order of the catalogue."""

    points: tuple[RentDoubt, ...]

    @property
    def total(self) -> Decimal:
        """What may not be owed, of the sums that are known."""
        return sum((each.finding.amount or NOTHING for each in self.points if each.rule.lowers), NOTHING)

    @property
    def without_sum(self) -> int:
        """How many may lower the debt by a sum that nobody has told."""
        return sum(each.rule.lowers and each.finding.amount is None for each in self.points)


def find_doubts(rules: Iterable[RentCheckRule], findings: Mapping[str, RentFinding]) -> RentDoubts:
    return RentDoubts(
        points=tuple(
            RentDoubt(rule=rule, finding=found)
            for rule in rules
            if (found := findings.get(rule.code)) and found.finding == DOUBTED
        )
    )


def refuse_senseless(
    rules: Mapping[str, RentCheckRule], findings: Mapping[str, RentFinding], *, owed: Decimal | None
) -> None:
    """Refuses (`CannotDoubt`) a sum without a doubt, a check that is not in the catalogue, more in doubt than is owed."""
    for code, found in findings.items():
        if code not in rules:
            raise CannotDoubt("Cette vérification n’est plus dans le catalogue : recharger la page.")
        if found.amount is not None and found.finding != DOUBTED:
            raise CannotDoubt(
                f"« {rules[code].title} » : une somme est saisie. Choisir « à discuter », ou effacer la somme.",
                field=f"amount_{code}",
            )
        if found.amount is not None and found.amount <= 0:
            raise CannotDoubt(
                f"« {rules[code].title} » : la somme est nulle. La laisser vide si elle n’est pas connue.",
                field=f"amount_{code}",
            )
    if owed is not None and find_doubts(rules.values(), findings).total > owed:
        raise CannotDoubt(
            "Les sommes à discuter dépassent la dette connue : vérifier chaque somme, ou relever d’abord le solde."
        )


# Reading


def read_rent_checks(data: Mapping[str, Any]) -> dict[str, RentCheckRule]:
    """Code → check, in the order of the file. Refuses (`FaultyRules`) with every fault at once."""
    rows: Sequence[DataRow] = data.get("checks", ())
    choices = {"housing": HOUSING, "confidence": CONFIDENCES}
    faults = [*row_faults(rows, RentCheckRule, name="Vérification", choices=choices, more=_own_faults)]
    if not rows:
        faults.append("Le catalogue ne contient aucune vérification.")
    refuse_faults(faults)
    return {row["code"]: make_row(RentCheckRule, row) for row in rows}


def _own_faults(row: DataRow, where: str) -> Iterator[str]:
    yield from wrong_confidence(row, where=where)
    if any(brace in row["in_letter"] for brace in "{}"):
        yield f"{where} : in_letter est un texte sans champ."
