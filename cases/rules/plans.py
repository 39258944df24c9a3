"""What a repayment plan says, and how long it may last. The limits are those of an edition: none is written here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from cases.rules.french import money
from cases.rules.instalments import CannotSplit, PlannedInstalment, split_by, split_in
from cases.rules.reading import refuse_faults

NOTHING = Decimal(0)
AUTHORS = ("landlord", "caf", "fsl", "judge", "social_worker")
"""Who may draw up a plan."""


@dataclass(frozen=True, kw_only=True)
class PlanLimits:
    """For how many months a plan may last, at most."""

    of_author: Mapping[str, int]
    under_protocol: int
    """With a protocole de cohésion sociale, whoever is the author."""
    default_plan: int
    """The plan that the law proposes when nobody has agreed on another."""

    def max_months(self, author: str, *, under_protocol: bool) -> int:
        return self.under_protocol if under_protocol else self.of_author[author]


@dataclass(frozen=True, kw_only=True)
class PlanTerms:
    """What is proposed. The monthly sum or the number of months, not both."""

    owed: Decimal
    first_due_on: date
    monthly: Decimal | None = None
    months: int | None = None
    author: str = "social_worker"
    fsl_share: Decimal = NOTHING
    aid_share: Decimal = NOTHING
    under_protocol: bool = False
    rent_commitment: bool = True
    counts_after: date | None = None
    """Of an amendment that was lowered to a statement, or that amends such a one: the day until which the statement has
    what was paid."""

    @property
    def amount(self) -> Decimal:
        """What the household repays by instalments."""
        return self.owed - self.fsl_share - self.aid_share


def describe_shares(*, owed: Decimal, fsl_share: Decimal, aid_share: Decimal, names_payers: bool = True) -> str:
    """Who is to pay what of the debt, so that the sums make it; empty when the household pays it all.

    A landlord reads the sums and not whom the household asks: without `names_payers`.
    """
    others = fsl_share + aid_share
    if not others:
        return ""
    said = [(fsl_share, "attendus du FSL"), (aid_share, "attendus d’un rappel d’aide au logement")]
    if not names_payers:
        said = [(others, "attendus par ailleurs")]
    parts = [f"{money(owed - others)} par le ménage", *(f"{money(share)} {words}" for share, words in said if share)]
    return f"Dette de {money(owed)} : {', '.join(parts)}."


def schedule_instalments(terms: PlanTerms, limits: PlanLimits) -> tuple[PlannedInstalment, ...]:
    """The instalments. Refuses (`CannotSplit`) what no plan can be, and says what would fit."""
    if terms.fsl_share < 0 or terms.aid_share < 0 or terms.amount <= 0:
        raise CannotSplit(
            "La part du FSL et le rappel d’aide attendus couvrent toute la dette : il ne reste rien à répartir en"
            " mensualités. Suivre plutôt ces mesures."
        )
    limit = limits.max_months(terms.author, under_protocol=terms.under_protocol)
    if terms.months is not None:
        return split_in(terms.amount, instalments=terms.months, first_due_on=terms.first_due_on, limit=limit)
    if terms.monthly is None:
        raise CannotSplit("Saisir une mensualité, ou un nombre de mensualités.")
    return split_by(terms.amount, monthly=terms.monthly, first_due_on=terms.first_due_on, limit=limit)


def relief_beyond(share: Decimal, *, received: Decimal, since: Decimal) -> Decimal:
    """What takes instalments off, of what another paid: what exceeds the share left to him. Of it, only what came
    `since` the statement to which the plan was lowered: what that statement had fills the share, and no more."""
    return min(since, max(received - share, NOTHING))


def read_limits(parameters: Mapping[str, Any]) -> PlanLimits:
    """The limits of an edition. Refuses (`FaultyRules`) one that lacks an author or names a length that is none."""
    of_author = {row["author"]: row["months"] for row in parameters["limits"]}
    protocol, default = parameters["protocol"]["months"], parameters["default_plan"]["months"]
    missing = [author for author in AUTHORS if author not in of_author]
    wrong = [months for months in (*of_author.values(), protocol, default) if not 1 <= months <= 120]
    faults = [f"Durées des plans : il manque la limite de {', '.join(missing)}."] if missing else []
    faults += [f"Durées des plans : {months} mois n’est pas une durée possible (de 1 à 120)." for months in wrong]
    refuse_faults(faults)
    return PlanLimits(of_author=of_author, under_protocol=protocol, default_plan=default)
