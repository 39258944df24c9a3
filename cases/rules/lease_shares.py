"""What each of several tenants owes where nothing binds them to the whole: as the lease, a judgment or an account says. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

WHOLE = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class TenantShare:
    """A part in percent, or a sum on a day."""

    percent: Decimal | None = None
    owed: Decimal | None = None
    owed_on: date | None = None
    source: str = ""


def part_of(balance: Decimal, percent: Decimal) -> Decimal:
    return (balance * percent / WHOLE).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def sum_parts(shares: Iterable[TenantShare]) -> Decimal:
    return sum((share.percent for share in shares if share.percent is not None), Decimal())
