"""What people decided of doubtful lines."""

from dataclasses import dataclass

from cases.matching import PostalAddress as Place
from cases.models import Structure
from cases.rules import names
from workflows.imports.plan import LinePlan
from workflows.models import IdentityDecision

Address = IdentityDecision.Address


@dataclass(frozen=True)
class Decided:
    home: str = ""
    """Key of the home that it is; none of those that were near when it is empty."""
    address: str = ""
    address_key: str = ""

    def said_of(self, address_key: str) -> str:
        """What someone said of a line that gives this address."""
        return self.address if self.address and self.address_key == address_key else ""


def place_key(place: Place) -> str:
    """A dwelling as the sender writes it: the house, the building, the door."""
    return "/".join([place.key, *map(names.without_spaces, (place.building, place.door))])[:250]


def keep_decided(plan: LinePlan, sender: Structure) -> None:
    """What was decided before the line was written, « none of those » say, is now of the household that it made."""
    if plan.decided and plan.home and plan.home.household.pk:
        decisions = IdentityDecision.objects.filter(structure=sender, key=plan.decided, household=None)
        decisions.update(household=plan.home.household)


def decided_by_people(sender: Structure) -> dict[str, Decided]:
    """What people of the sender decided of doubtful identities: key of the identity → decision."""
    rows = IdentityDecision.objects.filter(structure=sender).values_list(
        "key", "household_id", "address", "address_key"
    )
    return {key: Decided(str(household or ""), address, where) for key, household, address, where in rows}
