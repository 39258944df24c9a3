"""A landlord’s settings."""

from datetime import datetime

from django.db import transaction

from cases import journal
from cases.models import LandlordProfile, User


@transaction.atomic
def set_profile(*, profile: LandlordProfile, by: User, at: datetime) -> LandlordProfile:
    """Keep what holds for the landlord’s next files. `profile` is validated by its form."""
    profile.save()
    journal.record(
        "landlord.settings_changed",
        at=at,
        by=by,
        structure=profile.structure,
        opening_dues=str(profile.opening_dues),
        next_term=profile.balance_includes_next_term,
        costs=profile.balance_includes_costs,
        expected_aid=profile.balance_includes_expected_aid,
    )
    return profile
