"""Of whom may a sheet bear a code, and which codes still open something. Where it is not sure, nothing is opened.

All is asked of people, homes and participations, which the second barrier does not hold: the page of a family is read as
nobody, and finds no case (`reading_by_code`).
"""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from cases.models import (
    Beneficiary,
    FamilyCode,
    Household,
    HouseholdMember,
    LeaseDeparture,
    LegalProtection,
    Merge,
    Participation,
    ProcessingRestriction,
    SharingObjection,
)

WHOLE_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
MINDED = (
    Q(beneficiary__no_message=True)
    | Q(beneficiary__not_through_spouse=True)
    | Q(beneficiary__needs_interpreter=True)
    | ~Q(beneficiary__safe_address="")
)
"""Who has an instruction for contact, as `Beneficiary.contact_instructions` says them."""


def find_obstacles(*, on: date, here_alone: bool = False) -> dict[str, Combinable]:
    """For a query whose rows name a person and her household: why a sheet of hers bears no code.

    `here_alone`: of this household and of who lives there now, which whoever follows it may be told. Of who left, and of
    her other homes, he is not.
    """
    person, household = OuterRef("beneficiary"), OuterRef("household")
    # This household is one of her homes, or she has left it, which is an obstacle too: to ask for « this one or those » would
    # compare each person with all homes, since no index serves both at once.
    of_her_homes = Q(household__memberships__beneficiary=person)
    homes = Q(memberships__beneficiary=person)
    members = HouseholdMember.objects.all()
    if here_alone:
        of_her_homes, homes, members = Q(household=household), Q(pk=household), members.filter(until=None)
    leases = Q(tenancy__household__memberships__beneficiary=person)
    gone = Q(archived_on=None, anonymised_on=None, merged_into=None)
    return {
        # Of anybody who lives or lived with her: who lives with somebody knows her birth date.
        "minded": Exists(members.filter(of_her_homes, MINDED)),
        # Noted on the lease, by whoever helped who left: she may have given no address.
        "fled": Exists(LeaseDeparture.objects.filter(leases, ground=LeaseDeparture.Ground.VIOLENCE)),
        # One to come, too: what her guardian is to read is for him to say.
        "protected": Exists(LegalProtection.objects.filter(beneficiary=person).exclude(until__lt=on)),
        "restricted": Exists(ProcessingRestriction.objects.standing().filter(of_her_homes)),
        "opposed": Exists(SharingObjection.objects.filter(of_her_homes)),
        "gone": Exists(Household.objects.filter(homes).exclude(gone)),
        "unknown": ~Exists(
            Beneficiary.objects.filter(pk=person, merged_into=None, birth_date__regex=WHOLE_DATE).exclude(
                usual_name=""
            )
        ),
        "left": ~Exists(
            HouseholdMember.objects.filter(household=household, beneficiary=person, until=None).exclude(
                position=HouseholdMember.Position.CHILD
            )
        ),
    }


def good_codes(*, on: date) -> QuerySet[FamilyCode]:
    """Those that open their page on a day: nobody ended them, and nothing has happened since that ends them."""
    merged = Q(kept_person=OuterRef("beneficiary")) | Q(kept_household=OuterRef("household"))
    leads = Participation.objects.active(on).filter(
        case=OuterRef("case"), structure=OuterRef("structure"), part=Participation.Part.LEAD, is_open=True
    )
    return FamilyCode.objects.standing().filter(
        *(~obstacle for obstacle in find_obstacles(on=on).values()),
        ~Exists(Merge.objects.filter(merged, at__gte=OuterRef("made_at"))),
        Exists(leads),
        expires_on__gte=on,
        structure__is_active=True,
        structure__opens_family_page=True,
    )
