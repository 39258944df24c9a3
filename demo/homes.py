"""Households of the demonstration, their leases and what a landlord reports of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cases.actions import debts, people
from cases.matching import address_key
from cases.models import Beneficiary, Case, FactSource, Tenancy
from demo.cast import Cast
from workflows.actions.report import report_arrears


def lease(
    cast: Cast,
    *,
    holder: Beneficiary,
    at: datetime,
    landlord: str = "bailleur-a",
    spouse: Beneficiary | None = None,
    **fields: Any,
) -> Tenancy:
    """A household and its lease. Amounts may be given as text."""
    household = people.create_household(
        territory="grigny", holder=holder, others=[(spouse, "spouse")] if spouse else [], at=at
    )
    defaults = {
        "postcode": "91350",
        "city": "Grigny",
        "housing": "social",
        "aid_kind": "none",
        "direct_payment": False,
    }
    tenancy = Tenancy(household=household, landlord=cast.structures[landlord], **defaults | fields)
    tenancy.address_key = address_key(tenancy.address)
    tenancy.clean_fields()
    tenancy.save()
    return tenancy


def know(tenancy: Tenancy, *, at: datetime, source: str = FactSource.CAF, **facts: Any) -> None:
    people.record_facts(household=tenancy.household, facts=facts, source=source, known_on=at.date(), at=at)


def report(
    cast: Cast,
    tenancy: Tenancy,
    *,
    balance: str | Decimal,
    at: datetime,
    code: str = "",
    channel: str = "file",
    as_of: date | None = None,
    **details: Any,
) -> Case:
    """The landlord’s file of the month, unless another structure or channel is named."""
    structure = cast.structures[code] if code else tenancy.manager or tenancy.landlord
    done = report_arrears(
        tenancy=tenancy,
        structure=structure,
        channel=channel,
        balance=Decimal(balance),
        as_of=as_of or at.date(),
        at=at,
        **details,
    )
    return done.case


def statement(
    tenancy: Tenancy, case: Case | None, *, balance: str | Decimal, as_of: date, at: datetime, **details: Any
) -> None:
    """The balance of a later month, in the landlord’s next file."""
    debts.record_statement(
        tenancy=tenancy, source=tenancy.manager or tenancy.landlord, as_of=as_of, balance=Decimal(balance), at=at,
        case=case, **details,
    )  # fmt: skip
