"""Search before create: households that resemble what was typed, as their reader may see them.

Matching reads everything; what is shown is masked. A landlord sees his own tenants alone; a professional sees his
cases in clear, and of the others only who follows an open one: if he typed the name and the birth date of the person, a
number alone tells nobody. What he is told of so is noted in the access log, and bounded in a day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import cached_property
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import access_log
from cases.matching import (
    BirthDate,
    HouseholdCandidate,
    Identity,
    MatchBand,
    MatchReason,
    Person,
    PostalAddress,
    choose_household,
)
from cases.models import AccessEntry, Case, Household, Structure, Tenancy, User
from workflows.imports.existing_records import Home, KnownHomes, Lease
from workflows.views.case.sharing_requests import ask_address

SAME_PERSON = {MatchReason.SAME_NAME, MatchReason.SWAPPED_NAME, MatchReason.CLOSE_NAME}
SEARCHED = ("usual_name", "first_names", "birth_name", "birth_date", "caf_number", "phone", "address", "reference")
TOO_MANY_FOUND = (
    "Vous avez déjà retrouvé aujourd’hui beaucoup de ménages suivis par d’autres services : les suivants ne sont plus "
    "signalés avant demain. Continuer la saisie : à l’envoi, elle complète le dossier ouvert s’il y en a un."
)


@dataclass(frozen=True, kw_only=True)
class HouseholdMatch:
    household: Household
    tenancy: Tenancy | None
    """The lease whose open case, or whose tenant, it is; None when only the household is known."""
    name: str
    """Empty unless the reader may know it."""
    about: str
    reasons: tuple[str, ...]
    is_sure: bool
    case: Case | None
    is_readable: bool
    """May the reader open the case?"""
    ask_url: str = ""
    """Where to ask that it be shared, when he may not."""

    @property
    def key(self) -> str:
        return str(self.tenancy.public_id if self.tenancy else self.household.public_id)


def identity_of(typed: dict[str, Any], *, structure: Structure) -> Identity:
    """What the forms say so far, as matching compares it. `structure` makes the report."""
    landlord = typed.get("landlord") or structure
    address = PostalAddress(
        **{name: typed.get(name) or "" for name in ("postcode", "city", "building", "door")},
        street=typed.get("address") or "",
    )
    person = Person(
        last_name=typed.get("usual_name") or "",
        first_name=typed.get("first_names") or "",
        birth_last_name=typed.get("birth_name") or "",
        birth=BirthDate(*map(int, typed["birth_date"].split("-"))) if typed.get("birth_date") else None,
        caf_number=typed.get("caf_number") or "",
    )
    return Identity(
        people=(person,),
        references=frozenset({(landlord.code, typed["reference"])} if typed.get("reference") else ()),
        phones=frozenset({typed["phone"]} if typed.get("phone") else ()),
        addresses=(address,) if address.street else (),
    )


class Search:
    """One look at what is known. `find_matches` is for the reader; `recognise_household` is the household that can only be this one."""

    too_many_found = False
    """Is there somebody of whom the reader is not told any more today?"""

    def __init__(self, typed: dict[str, Any], *, structure: Structure, user: User, at: datetime) -> None:
        self.structure, self.user, self.at, self.today = structure, user, at, localdate(at)
        self.names_somebody = bool(typed.get("usual_name") and typed.get("birth_date"))
        self.criteria = [name for name in SEARCHED if typed.get(name)]
        identity = identity_of(typed, structure=structure)
        self.known = KnownHomes(sender=typed.get("landlord") or structure)
        self.known.load_homes_near([identity])
        self.candidates = self.known.find(identity).candidates

    def find_matches(self, *, dismissed: list[str]) -> list[HouseholdMatch]:
        return [match for match in self._matches if match.key not in dismissed]

    @cached_property
    def _matches(self) -> list[HouseholdMatch]:
        """Looked for once, and noted: whoever searches, and by what; never the words."""
        kind, right = AccessEntry.Kind.LOOKUP, AccessEntry.Right.REPORTING
        if self.criteria:
            access_log.note(
                user=self.user,
                kind=kind,
                structure=self.structure.pk,
                right=right,
                criteria=self.criteria,
                at=self.at,
            )
        return list((self._for_landlord if self.structure.is_claimant else self._for_professional)())

    def recognise_household(self, *, dismissed: list[str]) -> Household | None:
        """Among those that the reader did not set aside."""
        left = [each for each in self.candidates if not self._keys(each).intersection(dismissed)]
        found = choose_household(left)
        return self.known.homes[found.household].household if found.household else None

    def _keys(self, candidate: HouseholdCandidate) -> set[str]:
        home = self._home(candidate)
        return {str(home.household.public_id), *(str(lease.tenancy.public_id) for lease in home.leases)}

    def _home(self, candidate: HouseholdCandidate) -> Home:
        return self.known.homes[candidate.household]

    def _for_landlord(self) -> Iterator[HouseholdMatch]:
        for candidate in self.candidates:
            for lease in self._home(candidate).leases:
                if self.structure in (lease.owner, lease.tenancy.landlord):
                    yield self._match(candidate, lease=lease, is_named=True, is_readable=False)

    def _for_professional(self) -> Iterator[HouseholdMatch]:
        seen = set(
            permissions.visible_cases(self.user, at=self.today)
            .filter(household__in=[self._home(each).household for each in self.candidates])
            .values_list("household_id", "pk")
        )
        households = {household for household, _case in seen}
        told = self._told_of(households)
        for candidate in self.candidates:
            home = self._home(candidate)
            is_named = home.household.pk in households
            followed = [(lease, lease.case) for lease in home.leases if lease.case]
            for lease, case in followed:
                if is_named or case.pk in told:
                    is_readable = (home.household.pk, case.pk) in seen
                    yield self._match(candidate, lease=lease, is_named=is_named, is_readable=is_readable)
            if is_named and not followed:
                yield self._match(candidate, lease=None, is_named=True, is_readable=False)

    def _told_of(self, households: set[int]) -> frozenset[int]:
        """Ids of the open cases of others that the reader is told of."""
        masked = [
            lease.case
            for candidate in self.candidates
            if self._home(candidate).household.pk not in households and self._is_the_person(candidate)
            for lease in self._home(candidate).leases
            if lease.case
        ]
        if not masked:
            return frozenset()
        told = access_log.find_masked(user=self.user, cases=masked, structure=self.structure.pk, at=self.at)
        self.too_many_found = any(case.pk not in told for case in masked)
        return told

    def _is_the_person(self, candidate: HouseholdCandidate) -> bool:
        """A number that is somebody else’s tells nothing: the name agrees, and the birth date does not contradict."""
        reasons = set(candidate.match.reasons)
        return self.names_somebody and bool(reasons & SAME_PERSON) and MatchReason.OTHER_BIRTH_DATE not in reasons

    def _match(
        self, candidate: HouseholdCandidate, *, lease: Lease | None, is_named: bool, is_readable: bool
    ) -> HouseholdMatch:
        home = self._home(candidate)
        return HouseholdMatch(
            household=home.household,
            tenancy=lease.tenancy if lease else None,
            name=", ".join(person.full_name for person in home.people) if is_named else "",
            about=self._describe_lease(lease) if lease and is_named else "",
            reasons=tuple(reason.label for reason in candidate.match.reasons),
            is_sure=candidate.match.band is MatchBand.SAME,
            case=lease.case if lease else None,
            is_readable=is_readable,
            ask_url=self._ask_url(lease, is_readable=is_readable),
        )

    def _ask_url(self, lease: Lease | None, *, is_readable: bool) -> str:
        if lease is None or lease.case is None or is_readable:
            return ""
        if not permissions.has_right(self.user, "handle_case", self.structure.pk, at=self.today):
            return ""
        return ask_address(case=lease.case, structure=self.structure, user=self.user, on=self.today)

    def _describe_lease(self, lease: Lease) -> str:
        reference = lease.tenancy.reference and f"référence {lease.tenancy.reference}"
        return ", ".join(part for part in (lease.tenancy.one_line_address, reference) if part)
