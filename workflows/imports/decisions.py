"""What people decided of doubtful lines."""

from cases.models import Structure
from workflows.models import IdentityDecision


def decided_by_people(sender: Structure) -> dict[str, str]:
    """Key of an identity → key of the home that it is, or "" for none of those that were near."""
    rows = IdentityDecision.objects.filter(structure=sender).values_list("key", "household_id")
    return {key: str(household or "") for key, household in rows}
