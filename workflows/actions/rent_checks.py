"""What is checked of the debt that a landlord claims is recorded by who follows the case."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions import rent_checks
from cases.models import Case, Debt, JournalEntry, User
from cases.queries import expected_balance
from cases.refusals import NotAllowed
from cases.rules.rent_checks import RentFinding
from workflows.actions.ledger import refuse_unless_followed


@transaction.atomic
def check_rent_debt(
    *, case: Case, findings: Mapping[str, RentFinding | None], by: User, at: datetime
) -> JournalEntry | None:
    """Refuses (`NotAllowed`) who does not follow the case, and as `rent_checks.record_rent_checks` does."""
    refuse_unless_followed(case, by=by, at=at)
    if case.tenancy is None:
        raise NotAllowed
    debt = Debt.objects.filter(tenancy=case.tenancy).first()
    return rent_checks.record_rent_checks(
        case=case,
        tenancy=case.tenancy,
        findings=findings,
        owed=expected_balance(debt, on=localdate(at)) if debt else None,
        structure=case.responsible_structure,
        by=by,
        at=at,
    )
