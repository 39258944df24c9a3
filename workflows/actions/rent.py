"""What is known of the current rent is recorded by who follows the case."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from cases.actions import rent
from cases.models import Case, JournalEntry, RentMonth, User
from cases.refusals import NotAllowed
from workflows.actions.ledger import refuse_unless_followed


@transaction.atomic
def record_rent(*, case: Case, months: Mapping[date, str], by: User, at: datetime) -> JournalEntry | None:
    """Refuses (`NotAllowed`) who does not follow the case, and as `rent.record_rent` does."""
    refuse_unless_followed(case, by=by, at=at)
    if case.tenancy is None:
        raise NotAllowed
    return rent.record_rent(
        tenancy=case.tenancy,
        months=months,
        source=RentMonth.Source.PROFESSIONAL,
        structure=case.responsible_structure,
        by=by,
        at=at,
        case=case,
    )
