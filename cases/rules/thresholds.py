"""Is a rent debt an "impayé" in law, since when, and does it open a case here.

Two legal regimes, chosen by the date of the landlord's report (décrets 2019-772 and 2026-84), both held as data. The
opening threshold is the tool's own: it comes before the law's, since the action is to help early.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from cases.rules.catalogue import Computed, DeadlineCatalogue, compute_deadline
from cases.rules.conditions import Value
from cases.rules.counting import add_months
from cases.rules.french import money
from cases.rules.reading import make_row, read_toml, refuse_faults

REFERENCE = Path(__file__).parents[1] / "reference" / "thresholds.toml"
NOTHING = Decimal()
CONSTITUTED = "arrears_constituted"
"""The dated fact from which the rules of reporting count."""


class Aid(StrEnum):
    """Whether the household gets a housing aid: without one there is no legal threshold."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class ThresholdPosition(StrEnum):
    BELOW = "below"
    AT = "at"
    ABOVE = "above"


@dataclass(frozen=True, kw_only=True)
class TenancyTerms:
    """What a tenancy costs each month, in euros. None: not known."""

    rent: Decimal | None
    charges: Decimal | None = NOTHING
    rent_reduction: Decimal = NOTHING
    """Réduction de loyer de solidarité (RLS), in social housing."""
    aid: Aid = Aid.UNKNOWN
    aid_amount: Decimal | None = None
    direct_payment: bool | None = None
    """The aid goes to the landlord (tiers payant)."""

    @property
    def gross_due(self) -> Decimal | None:
        """Rent and charges; unknown charges count for nothing, which is the earlier threshold."""
        return None if self.rent is None else self.rent + (self.charges or NOTHING)

    @property
    def deducted_aid(self) -> Decimal:
        """What the aid takes off the landlord's bill. Unless it is known to go to the tenant, it is taken off: the
        threshold is then the lower of the two, hence the earlier."""
        if self.aid is Aid.NO or self.direct_payment is False:
            return NOTHING
        return self.aid_amount or NOTHING


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What was owed on a day. A credit is negative."""

    on: date
    debt: Decimal


@dataclass(frozen=True, kw_only=True)
class Regime:
    code: str
    reports_from: date = date.min
    reference: str
    confidence: str
    at_threshold: bool
    rent_reduction: bool
    monthly_dues: Decimal | None = None
    amount: Decimal | None = None
    months_after_default: int | None = None
    aid_decided_by: str
    """Who decides whether the housing aid goes on."""


@dataclass(frozen=True, kw_only=True)
class ArrearsLaw:
    regimes: tuple[Regime, ...]
    """The oldest first."""
    order_months: int
    order_rents: Decimal
    order_announced_days: int
    """How many days ahead the partners ask a landlord to announce an order to pay."""
    opening_dues: Decimal

    def regime(self, report_date: date) -> Regime:
        return [regime for regime in self.regimes if regime.reports_from <= report_date][-1]


@dataclass(frozen=True, kw_only=True)
class Assessment:
    regime: str
    applies: bool | None
    """False without a housing aid; None when that isn't known."""
    due: Decimal | None = None
    """A monthly due as the regime counts it; None when the terms aren't known well enough."""
    threshold: Decimal | None = None
    """None when it depends on a due that isn't known, or when no threshold applies."""
    position: ThresholdPosition | None = None
    constituted: bool | None = None
    constituted_on: date | None = None
    """The first statement that shows it, since the debt was last cleared: the landlord's two months run from it."""
    steps: tuple[str, ...]
    reference: str


def assess(
    *,
    debt: Decimal,
    terms: TenancyTerms,
    report_date: date,
    law: ArrearsLaw,
    statements: Iterable[Statement] = (),
    first_default_on: date | None = None,
    on: date | None = None,
    still_owed: Decimal | None = None,
) -> Assessment:
    """Where a debt stands on a day, that of the report if no other is said; the report’s chooses the regime. `statements`
    tell since when; `first_default_on` is the first unpaid due of the present debt, else the first statement that shows it;
    `still_owed`, what is left of it on that day: a debt that was paid lasts no longer."""
    regime = law.regime(report_date)
    if terms.aid is Aid.NO:
        return _without_threshold(regime)
    owed = _since_last_cleared(statements)
    due = counted_due(terms, regime=regime)
    threshold = _threshold(regime, due)
    default = first_default_on or (owed[0].on if owed else None)
    lasting_from = _lasting_from(regime, default)
    reached = _reaches_threshold(debt, threshold, regime)
    lasts = (
        (debt if still_owed is None else still_owed) > 0
        and lasting_from is not None
        and lasting_from <= (on or report_date)
    )
    return Assessment(
        regime=regime.code,
        applies=None if terms.aid is Aid.UNKNOWN else True,
        due=due,
        threshold=threshold,
        position=_position(debt, threshold),
        constituted=True if lasts else reached,
        constituted_on=_constituted_on(owed, threshold, regime, lasting_from if lasts else None),
        steps=tuple(_steps(regime, terms, debt, threshold, due=due, lasting_since=default if lasts else None)),
        reference=regime.reference,
    )


def report_by(
    assessment: Assessment, *, terms: TenancyTerms, report_date: date, catalogue: DeadlineCatalogue
) -> Computed | None:
    """Until when the landlord may report: what the deadline rules say of an impayé that is constituted."""
    if assessment.constituted_on is None:
        return None
    context: dict[str, Value] = {"report_date": report_date}
    if terms.direct_payment is not None:
        context["direct_payment"] = terms.direct_payment
    rules = catalogue.starting_on(CONSTITUTED)
    computed = [compute_deadline(rule, start=assessment.constituted_on, context=context) for rule in rules]
    return min((c for c in computed if c.legal_date), key=lambda c: c.legal_date or date.max, default=None)


def net_due(terms: TenancyTerms) -> Decimal | None:
    """What the tenant himself owes the landlord each month; None when the rent isn't known."""
    gross = terms.gross_due
    if gross is None:
        return None
    return max(gross - terms.rent_reduction - terms.deducted_aid, NOTHING)


def counted_due(terms: TenancyTerms, *, regime: Regime) -> Decimal | None:
    """A monthly due as the law counts it: the aid paid to the landlord is taken off, and in regime B the RLS too."""
    gross = terms.gross_due
    if gross is None or _lacks_the_aid(terms):
        return None
    return max(gross - _reduction(terms, regime=regime) - terms.deducted_aid, NOTHING)


def opening_threshold(terms: TenancyTerms, *, dues: Decimal) -> Decimal | None:
    """So many net dues: the debt at which a case opens."""
    due = net_due(terms)
    return None if due is None else due * dues


def opens_a_case(debt: Decimal, *, terms: TenancyTerms, dues: Decimal) -> bool | None:
    """At the threshold, or above. None: the rent isn't known, someone has to look."""
    threshold = opening_threshold(terms, dues=dues)
    if debt <= 0 or threshold is None:
        return False if debt <= 0 else None
    return debt >= threshold


@dataclass(frozen=True, kw_only=True)
class Included:
    """What a landlord’s balance counts besides what is late, as his profile says."""

    next_term: bool = False
    costs: bool = False
    expected_aid: bool = False


def late_part(balance: Decimal, *, terms: TenancyTerms, included: Included, costs: Decimal = NOTHING) -> Decimal:
    """The balance without a term still to come, costs, or an aid that the landlord has yet to receive."""
    late = balance
    if included.costs:
        late -= costs
    if included.next_term:
        late -= net_due(terms) or NOTHING
    if included.expected_aid:
        late -= terms.deducted_aid
    return max(late, NOTHING)


def order_is_signalled(
    *, debt: Decimal, rent: Decimal | None, months_unpaid: int | None, law: ArrearsLaw
) -> bool | None:
    """Must an order to pay be signalled to the CCAPEX: arrears that last, or that weigh, the rent without charges."""
    if months_unpaid is not None and months_unpaid >= law.order_months:
        return True
    if rent is not None and debt >= rent * law.order_rents:
        return True
    return None if months_unpaid is None or rent is None else False


def load_arrears_law(path: Path = REFERENCE) -> ArrearsLaw:
    return read_law(read_toml(path))


def read_law(data: Mapping[str, Any]) -> ArrearsLaw:
    """Refuses (`FaultyRules`) a regime that gives a sum and a number of dues, or neither."""
    rows = data["regimes"]
    refuse_faults(
        f"Régime {row['code']} : donner un montant ou un nombre de termes, pas les deux."
        for row in rows
        if ("amount" in row) is ("monthly_dues" in row)
    )
    order = data["order_to_pay"]
    regimes = sorted((make_row(Regime, row) for row in rows), key=lambda regime: regime.reports_from)
    return ArrearsLaw(
        regimes=tuple(regimes),
        order_months=order["months_unpaid"],
        order_rents=Decimal(str(order["monthly_rents"])),
        order_announced_days=order["announced_days_ahead"],
        opening_dues=Decimal(str(data["opening"]["net_dues"])),
    )


def _without_threshold(regime: Regime) -> Assessment:
    return Assessment(
        regime=regime.code,
        applies=False,
        steps=("Sans aide au logement, aucun seuil légal : une échéance impayée est un défaut de paiement",),
        reference=regime.reference,
    )


def _threshold(regime: Regime, due: Decimal | None) -> Decimal | None:
    if regime.monthly_dues is None:
        return regime.amount
    return None if due is None else due * regime.monthly_dues


def _lacks_the_aid(terms: TenancyTerms) -> bool:
    """The aid goes to the landlord, or may, and nobody knows how much it is."""
    return terms.aid is not Aid.NO and terms.direct_payment is not False and terms.aid_amount is None


def _reduction(terms: TenancyTerms, *, regime: Regime) -> Decimal:
    return terms.rent_reduction if regime.rent_reduction else NOTHING


def _position(debt: Decimal, threshold: Decimal | None) -> ThresholdPosition | None:
    if threshold is None:
        return None
    if debt == threshold:
        return ThresholdPosition.AT
    return ThresholdPosition.ABOVE if debt > threshold else ThresholdPosition.BELOW


def _reaches_threshold(debt: Decimal, threshold: Decimal | None, regime: Regime) -> bool | None:
    if debt <= 0:
        return False
    if threshold is None:
        return None
    return debt > threshold or (regime.at_threshold and debt == threshold)


def _since_last_cleared(statements: Iterable[Statement]) -> list[Statement]:
    """The statements of the present debt: only full payment starts the two months anew (CCH R824-4)."""
    owed: list[Statement] = []
    for statement in sorted(statements, key=lambda s: s.on):
        owed = [*owed, statement] if statement.debt > 0 else []
    return owed


def _lasting_from(regime: Regime, default: date | None) -> date | None:
    if regime.months_after_default is None or default is None:
        return None
    return add_months(default, regime.months_after_default)


def _constituted_on(
    owed: list[Statement], threshold: Decimal | None, regime: Regime, lasting_from: date | None
) -> date | None:
    crossings = [statement.on for statement in owed if _reaches_threshold(statement.debt, threshold, regime)]
    return min([*crossings[:1], *([lasting_from] if lasting_from else [])], default=None)


def _steps(
    regime: Regime,
    terms: TenancyTerms,
    debt: Decimal,
    threshold: Decimal | None,
    *,
    due: Decimal | None,
    lasting_since: date | None,
) -> Iterable[str]:
    yield f"Régime {regime.code} : {regime.reference}"
    if terms.aid is Aid.UNKNOWN:
        yield "Aide au logement inconnue : le seuil ne vaut que pour un allocataire"
    if due is not None:
        yield _say_due(terms, due, regime=regime)
    if threshold is None:
        yield "Seuil inconnu : il manque le loyer ou le montant de l’aide versée au bailleur"
    else:
        yield f"Seuil : {_say_threshold(regime, due)}{money(threshold)}"
        yield f"Dette de {money(debt)} : {_say_comparison(debt, threshold)}"
    if lasting_since:
        yield f"Premier défaut le {lasting_since:%d/%m/%Y}, non soldé après {regime.months_after_default} mois"


def _say_due(terms: TenancyTerms, due: Decimal, *, regime: Regime) -> str:
    parts = [f"loyer et charges {money(terms.gross_due or NOTHING)}"]
    if terms.deducted_aid:
        doubt = "" if terms.direct_payment else ", supposée versée au bailleur"
        parts.append(f"aide {money(terms.deducted_aid)}{doubt}")
    if _reduction(terms, regime=regime):
        parts.append(f"réduction de loyer {money(terms.rent_reduction)}")
    return f"Terme : {' − '.join(parts)} = {money(due)}"


def _say_threshold(regime: Regime, due: Decimal | None) -> str:
    if regime.monthly_dues is None or due is None:
        return "" if regime.at_threshold else "plus de "
    return f"{regime.monthly_dues} × {money(due)} = "


def _say_comparison(debt: Decimal, threshold: Decimal) -> str:
    if debt == threshold:
        return "égale au seuil"
    return "au-dessus du seuil" if debt > threshold else "sous le seuil"
