"""A landlord’s settings."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.models import LandlordProfile, User
from cases.refusals import Refusal


class CannotCorrectLandlord(Refusal):
    """What the files of a landlord are read by is not corrected so."""


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


@transaction.atomic
def correct_nature(*, profile: LandlordProfile, legal_type: str, housing: str, by: User, at: datetime) -> None:
    """Of the landlord and of his dwellings: his next files are read by them. Nothing is written when nothing changes.

    Refuses (`CannotCorrectLandlord`) who does not administer the territory.
    """
    profile = LandlordProfile.objects.select_for_update(of=("self",)).select_related("structure").get(pk=profile.pk)
    territory = profile.structure.territory
    if not permissions.administered_structures(by, at=localdate(at)).filter(territory=territory).exists():
        raise CannotCorrectLandlord("Vous n’administrez pas ce territoire.")
    if (profile.legal_type, profile.housing) == (legal_type, housing):
        return
    profile.legal_type, profile.housing = legal_type, housing
    profile.save(update_fields=["legal_type", "housing"])
    journal.record(
        "landlord.nature_corrected",
        at=at,
        by=by,
        structure=profile.structure,
        legal_type=legal_type,
        housing=housing,
    )
