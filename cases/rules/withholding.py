"""How much a body may withhold each month on the benefits it pays (CSS D553-1), and whether it withholds more. Pure.

Scales are dated rows of an edition: no rate and no threshold is written here. Euros; what is not known is None.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any

from cases.rules.french import money
from cases.rules.reading import (
    DataRow,
    make_row,
    parse_amount,
    parse_day,
    refuse_faults,
    row_faults,
    wrong_confidence,
    wrong_days,
)

NOTHING = Decimal()
CENT = Decimal("0.01")
HUNDRED = Decimal(100)


class ResourcePeriod(StrEnum):
    """Over what the resources were counted."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONTHS = {ResourcePeriod.MONTH: 1, ResourcePeriod.QUARTER: 3, ResourcePeriod.YEAR: 12}


class FraudLevel(StrEnum):
    NONE = "none"
    FIRST = "first"
    REPEATED = "repeated"


class Verdict(StrEnum):
    ABOVE = "above"
    WITHIN = "within"
    BELOW = "below"
    UNSURE = "unsure"
    """The scale of that year is not known: what is counted is an estimate, and nothing is compared with it."""


@dataclass(frozen=True, kw_only=True)
class Slice:
    above: Decimal
    rate: Decimal


@dataclass(frozen=True, kw_only=True)
class WithholdingScale:
    code: str
    title: str
    since: date | None = field(default=None, metadata={"column": "from"})
    until: date | None = None
    flat: Decimal
    slices: tuple[Slice, ...]
    presumed: Decimal
    reference: str
    confidence: str

    @property
    def is_base(self) -> bool:
        """The values of the code, which a year’s replace."""
        return self.since is None

    def holds(self, on: date) -> bool:
        """Is it the law of that day? Of its year alone: the thresholds change every 1 January."""
        return self.since is not None and self.since <= on <= (self.until or date(self.since.year, 12, 31))


@dataclass(frozen=True, kw_only=True)
class Scales:
    scales: tuple[WithholdingScale, ...]
    single: Decimal
    couple: Decimal
    child: Decimal
    housing_share: Decimal
    fraud_increase: Decimal
    repeat_years: int
    revision_change: Decimal
    tolerance: Decimal

    def scale_on(self, day: date) -> WithholdingScale:
        """The scale of that day; when its year was not typed, the last one known by then, which `holds` then denies."""
        return max(
            (scale for scale in self.scales if scale.is_base or (scale.since and scale.since <= day)),
            key=lambda scale: scale.since or date.min,
        )

    def parts(self, *, is_couple: bool, children: int) -> Decimal:
        return (self.couple if is_couple else self.single) + self.child * children


@dataclass(frozen=True, kw_only=True)
class WithholdingInputs:
    """What was said of the household."""

    resources: Decimal | None
    """None: the body does not know them."""
    period: ResourcePeriod = ResourcePeriod.MONTH
    benefits: Decimal = NOTHING
    """Those of each month, without the ARS, the birth grant and what pays for child care."""
    rent: Decimal | None = None
    """Rent or loan; None: a share of the resources stands for it."""
    is_couple: bool = False
    children: int = 0


@dataclass(frozen=True, kw_only=True)
class Withholding:
    scale: WithholdingScale
    quotient: Decimal
    """Monthly income for each weighted person of the household, in euros."""
    amount: Decimal
    """What may be withheld each month."""
    steps: tuple[str, ...]
    is_estimate: bool
    """Counted by the scale of another year."""
    verdict: Verdict | None = None
    difference: Decimal = NOTHING
    """Observed, less what may be withheld; nothing when either is not known."""


def compute_withholding(
    means: WithholdingInputs,
    *,
    scales: Scales,
    on: date,
    debt: Decimal | None = None,
    observed: Decimal | None = None,
    fraud: FraudLevel = FraudLevel.NONE,
) -> Withholding:
    """What may be withheld in that month, at most what is still owed, beside what is observed."""
    scale = scales.scale_on(on)
    steps = [_say_scale(scale, on)]
    quotient = _quotient(means, scales, scale, steps)
    amount = _of_scale(quotient, scale, steps)
    amount = _with_fraud(amount, fraud, scales, steps)
    if debt is not None and amount > debt:
        steps.append(f"Il ne reste que {money(debt)} à rembourser : la retenue ne peut pas dépasser cette somme")
        amount = max(debt, NOTHING)
    is_estimate = not scale.holds(on)
    verdict, difference = _compare_observed(observed, amount, scales.tolerance, is_estimate=is_estimate)
    return Withholding(
        scale=scale,
        quotient=quotient,
        amount=amount,
        steps=tuple(steps),
        is_estimate=is_estimate,
        verdict=verdict,
        difference=difference,
    )


def compute_share(
    paid: Decimal,
    *,
    share: Decimal,
    reference: str,
    confidence: str,
    tolerance: Decimal,
    debt: Decimal | None = None,
    observed: Decimal | None = None,
) -> Withholding:
    """What may be withheld of a benefit of which the law sets a share, whatever the household, at most what is owed."""
    amount = _rounded(paid * share / HUNDRED)
    steps = [f"{_number(share)} % de {money(paid)} = {money(amount)} par mois, au plus"]
    if debt is not None and amount > debt:
        steps.append(f"Il ne reste que {money(debt)} à rembourser : la retenue ne peut pas dépasser cette somme")
        amount = max(debt, NOTHING)
    limit = WithholdingScale(
        code="share", title=f"{_number(share)} % de l’allocation", flat=NOTHING, slices=(), presumed=NOTHING,
        reference=reference, confidence=confidence,
    )  # fmt: skip
    verdict, difference = _compare_observed(observed, amount, tolerance, is_estimate=False)
    return Withholding(
        scale=limit, quotient=NOTHING, amount=amount, steps=tuple(steps), is_estimate=False, verdict=verdict,
        difference=difference,
    )  # fmt: skip


def _say_scale(scale: WithholdingScale, on: date) -> str:
    if scale.holds(on):
        return f"Barème : {scale.title}"
    return f"Estimation, avec les {scale.title} : celles de {on.year} n’ont pas été saisies"


def _quotient(means: WithholdingInputs, scales: Scales, scale: WithholdingScale, steps: list[str]) -> Decimal:
    if means.resources is None:
        steps.append(f"Ressources inconnues de l’organisme : le revenu pondéré est réputé de {money(scale.presumed)}")
        return scale.presumed
    months = MONTHS[means.period]
    monthly = _rounded(means.resources / months)
    if months > 1:
        steps.append(f"Ressources : {money(means.resources)} ÷ {months} mois = {money(monthly)} par mois")
    income = monthly + means.benefits
    steps.append(f"Revenu du mois : {money(monthly)} + prestations {money(means.benefits)} = {money(income)}")
    housing = _housing(means, income, scales, steps)
    left = max(income - housing, NOTHING)
    steps.append(f"Logement déduit : {money(income)} − {money(housing)} = {money(left)}")
    parts = scales.parts(is_couple=means.is_couple, children=means.children)
    quotient = _rounded(left / parts)
    steps.append(f"Revenu pondéré : {money(left)} ÷ {_number(parts)} parts = {money(quotient)}")
    return quotient


def _housing(means: WithholdingInputs, income: Decimal, scales: Scales, steps: list[str]) -> Decimal:
    if means.rent is not None:
        return means.rent
    share = _rounded(income * scales.housing_share / HUNDRED)
    steps.append(
        f"Loyer inconnu : {_number(scales.housing_share)} % des ressources et des prestations, soit {money(share)}"
    )
    return share


def _of_scale(quotient: Decimal, scale: WithholdingScale, steps: list[str]) -> Decimal:
    total = scale.flat
    first = scale.slices[0].above
    steps.append(f"Jusqu’à {money(first)} : somme fixe de {money(scale.flat)}")
    for slice_, end in _slices(scale):
        if quotient <= slice_.above:
            break
        width = min(quotient, end) - slice_.above if end is not None else quotient - slice_.above
        taken = width * slice_.rate / HUNDRED
        upper = min(quotient, end) if end is not None else quotient
        steps.append(
            f"De {money(slice_.above)} à {money(upper)} : {_number(slice_.rate)} % de {money(width)} ="
            f" {money(_rounded(taken))}"
        )
        total += taken
    amount = _rounded(total)
    steps.append(f"Retenue du barème : {money(amount)} par mois")
    return amount


def _slices(scale: WithholdingScale) -> Iterator[tuple[Slice, Decimal | None]]:
    """Each slice, and where the next one begins."""
    ends = [*(each.above for each in scale.slices[1:]), None]
    return zip(scale.slices, ends, strict=True)


def _with_fraud(amount: Decimal, fraud: FraudLevel, scales: Scales, steps: list[str]) -> Decimal:
    if fraud is FraudLevel.NONE:
        return amount
    increase = scales.fraud_increase * (2 if fraud is FraudLevel.REPEATED else 1)
    most = _rounded(amount * (1 + increase / HUNDRED))
    steps.append(f"Fraude qualifiée : jusqu’à {_number(increase)} % de plus, soit {money(most)} au plus")
    return most


def _compare_observed(
    observed: Decimal | None, amount: Decimal, tolerance: Decimal, *, is_estimate: bool
) -> tuple[Verdict | None, Decimal]:
    if observed is None:
        return None, NOTHING
    if is_estimate:
        return Verdict.UNSURE, NOTHING
    difference = observed - amount
    if difference > tolerance:
        return Verdict.ABOVE, difference
    return (Verdict.BELOW if -difference > tolerance else Verdict.WITHIN), difference


def is_to_be_revised(before: Decimal, after: Decimal, *, scales: Scales) -> bool:
    """Did the result move enough for the body to count again?"""
    return abs(after - before) * HUNDRED >= before * scales.revision_change


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",")


# Reading

_AMOUNTS = {
    "single": ("household", "single"),
    "couple": ("household", "couple"),
    "child": ("household", "child"),
    "housing_share": ("housing", "share"),
    "fraud_increase": ("fraud", "increase"),
    "revision_change": ("revision", "change"),
    "tolerance": ("observed", "tolerance"),
}
"""What does not change from year to year, with its table and its key."""


def read_scales(data: Mapping[str, Any]) -> Scales:
    """The checked scales, or `FaultyRules` with every fault at once."""
    rows = data.get("scales", ())
    amounts = {name: parse_amount(data.get(table, {}).get(key)) for name, (table, key) in _AMOUNTS.items()}
    faults = [
        f"{table}, {key} : donner un nombre positif, entre guillemets."
        for name, (table, key) in _AMOUNTS.items()
        if amounts[name] is None
    ]
    faults += row_faults(rows, WithholdingScale, name="Barème", more=_scale_faults)
    if sum("from" not in row for row in rows) != 1:
        faults.append("Un barème, et un seul, est sans date : celui du code.")
    refuse_faults(faults)
    scales = tuple(
        make_row(WithholdingScale, row, slices=tuple(make_row(Slice, each) for each in row["slices"])) for row in rows
    )
    refuse_faults(_overlap_faults(scales))
    known: Mapping[str, Any] = amounts
    return Scales(scales=scales, repeat_years=data["fraud"]["repeat_years"], **known)


def _scale_faults(row: DataRow, where: str) -> Iterator[str]:
    yield from wrong_confidence(row, where=where)
    for key in ("flat", "presumed"):
        if not parse_amount(row[key]):
            yield f"{where} : {key} = « {row[key]} » n’est pas un montant."
    yield from _slice_faults(row["slices"], where)
    yield from wrong_days(row, ("from", "until"), where=where)
    first, last = parse_day(row.get("from")), parse_day(row.get("until"))
    if first and last and first.year != last.year:
        yield f"{where} : il vaut pour une seule année, les valeurs changent chaque 1er janvier. En saisir un par année."


def _slice_faults(rows: Any, where: str) -> Iterator[str]:
    values = [(parse_amount(row.get("above")), parse_amount(row.get("rate"))) for row in rows]
    if any(above is None or rate is None or rate > HUNDRED for above, rate in values):
        yield f"{where} : chaque tranche donne « above », en euros, et « rate », de 0 à 100."
        return
    bounds = [above for above, _ in values if above is not None]
    if bounds != sorted(set(bounds)):
        yield f"{where} : les tranches vont de la plus basse à la plus haute, chacune une fois."


def _overlap_faults(scales: tuple[WithholdingScale, ...]) -> Iterator[str]:
    dated = sorted((scale for scale in scales if scale.since), key=lambda scale: scale.since or date.min)
    for before, after in pairwise(dated):
        if after.since and (before.until or date.max) >= after.since:
            yield f"Barèmes « {before.code} » et « {after.code} » : ils valent tous deux le {after.since:%d/%m/%Y}."
