"""A withholding is compared with the scale of its month, and the computation stays with the line."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions.rules_in_force import find_edition
from cases.models import DebtLine, Edition, Structure, User, WithholdingCheck
from cases.rules.remedies import WithholdingLaw
from cases.rules.withholding import (
    FraudLevel,
    Scales,
    Withholding,
    WithholdingInputs,
    compute_share,
    compute_withholding,
    read_scales,
)


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
    law: WithholdingLaw | None = None,
) -> WithholdingCheck:
    """Count what may be withheld in the month of that day, and keep it with its steps. `law`: what limits it there; the
    scale, where nothing is said.

    By the edition in force when one counts, whatever the month: a year’s values are often known after it has begun.
    """
    edition = find_edition(Edition.Catalogue.WITHHOLDING, on=localdate(at), territory=line.notice.case.territory)
    found = compute_allowed(
        means, law=law, scales=read_scales(edition.parameters), on=on, debt=debt, observed=observed, fraud=fraud
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


def compute_allowed(
    means: WithholdingInputs,
    *,
    law: WithholdingLaw | None,
    scales: Scales,
    on: date,
    debt: Decimal | None,
    observed: Decimal | None,
    fraud: FraudLevel,
) -> Withholding:
    """By the share of what is paid that the law sets (`means.benefits`), else by the scale."""
    if law is None or law.share is None:
        return compute_withholding(means, scales=scales, on=on, debt=debt, observed=observed, fraud=fraud)
    return compute_share(
        means.benefits,
        share=law.share,
        reference=law.reference,
        confidence=law.confidence,
        tolerance=scales.tolerance,
        debt=debt,
        observed=observed,
    )
