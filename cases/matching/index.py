"""Among all that is known: the households near a description, and the one that it is of."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cases.matching.complete import complete_identity
from cases.matching.decide import IdentityMatch, compare_identities, rank
from cases.matching.identity import Identity
from cases.matching.reasons import MatchBand, MatchReason
from cases.rules import names

Key = tuple[str, str]


def lookup_keys(identity: Identity) -> set[Key]:
    """What a household can be looked up by; each kind is one indexed column of the database."""
    found = {("caf_number", number) for number in identity.caf_numbers}
    found |= {("reference", f"{owner}/{reference}") for owner, reference in identity.references}
    found |= {("phone", phone) for phone in identity.phones}
    found |= {("address", address.key) for address in identity.addresses if address.key}
    for person in identity.people:
        found.add(("name", names.name_key(person.last_name, person.first_name)))
        if person.birth_last_name:
            found.add(("name", names.name_key(person.birth_last_name, person.first_name)))
        if person.birth and person.birth.is_telling:
            found.add(("birth", str(person.birth)))
    return found


@dataclass(frozen=True, kw_only=True)
class HouseholdCandidate:
    household: str
    match: IdentityMatch


@dataclass(frozen=True, kw_only=True)
class MatchingResult:
    """`household` is set when the band is "same"; `candidates` are the best ones, for a person to look at."""

    band: MatchBand
    household: str | None
    candidates: tuple[HouseholdCandidate, ...] = ()


class Index:
    """Known households in memory, by key."""

    def __init__(self) -> None:
        self.identities: dict[str, Identity] = {}
        self.households: defaultdict[Key, set[str]] = defaultdict(set)

    def add_household(self, household: str, identity: Identity) -> None:
        """Adds a household, or what a further source says of it."""
        known = self.identities.get(household)
        self.identities[household] = complete_identity(known, identity) if known else identity
        for key in lookup_keys(self.identities[household]):
            self.households[key].add(household)

    def candidates(self, incoming: Identity) -> Iterator[tuple[str, Identity]]:
        near = {household for key in lookup_keys(incoming) for household in self.households.get(key, ())}
        return ((household, self.identities[household]) for household in sorted(near))


def find_household(incoming: Identity, index: Index) -> MatchingResult:
    return choose_household(
        HouseholdCandidate(household=name, match=compare_identities(incoming, known))
        for name, known in index.candidates(incoming)
    )


def choose_household(candidates: Iterable[HouseholdCandidate]) -> MatchingResult:
    """One household that is the same is it; among several, the one that bears the sender's own reference."""
    near = sorted((c for c in candidates if c.match.band != MatchBand.DIFFERENT), key=lambda c: rank(c.match))
    same = [candidate for candidate in near if candidate.match.band == MatchBand.SAME]
    if len(same) > 1:
        same = [c for c in same if MatchReason.SAME_REFERENCE in c.match.reasons]
    if len(same) == 1:
        return MatchingResult(band=MatchBand.SAME, household=same[0].household, candidates=tuple(near))
    if not near:
        return MatchingResult(band=MatchBand.DIFFERENT, household=None)
    return MatchingResult(band=MatchBand.TO_CHECK, household=None, candidates=tuple(near))
