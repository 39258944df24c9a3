"""A withholding is compared with the scale of its month, and the computation stays with the line."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions.deadlines import find_edition
from cases.models import DebtLine, Edition, Structure, User, WithholdingCheck
from cases.rules.withholding import FraudLevel, WithholdingInputs, compute_withholding, read_scales


@transaction.atomic
def check(
    *,
    line: DebtLine,
    means: WithholdingInputs,
    observed: Decimal,
    on: date,
    debt: Decimal | None,
    fraud: FraudLevel,
    structure: Structure,
    by: User,
    at: datetime,
) -> WithholdingCheck:
    """Count what may be withheld in the month of that day, and keep it with its steps.

    By the edition in force when one counts, whatever the month: a year’s values are often known after it has begun.
    """
    edition = find_edition(Edition.Catalogue.WITHHOLDING, on=localdate(at), territory=line.notice.case.territory)
    found = compute_withholding(
        means, scales=read_scales(edition.parameters), on=on, debt=debt, observed=observed, fraud=fraud
    )
    kept = WithholdingCheck.objects.create(
        line=line,
        on=on,
        resources=means.resources,
        period=means.period,
        benefits=means.benefits,
        rent=means.rent,
        is_couple=means.is_couple,
        children=means.children,
        debt=debt,
        fraud=fraud,
        observed=observed,
        allowed=found.amount,
        verdict=str(found.verdict),  # something is observed: it is compared
        steps=list(found.steps),
        edition=edition,
        scale=found.scale.title,
        structure=structure,
        by=by,
        made_at=at,
    )
    journal.record(
        "line.withholding_checked",
        at=at,
        case=line.notice.case,
        by=by,
        structure=structure,
        line=line.pk,
        check=kept.pk,
        verdict=kept.verdict,
    )
    return kept
