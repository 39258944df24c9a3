"""From reasons to a band: a name alone never merges, a contradiction always goes to a person for a look."""

from collections.abc import Iterable
from dataclasses import dataclass

from cases.matching.compare import compare_addresses, compare_births, compare_names
from cases.matching.identity import Identity, Person
from cases.matching.reasons import MatchBand, MatchReason

OWN_KEYS = {MatchReason.SAME_CAF_NUMBER, MatchReason.SAME_REFERENCE}
PLACES = {MatchReason.SAME_PHONE, MatchReason.SAME_ADDRESS}
PROOFS = OWN_KEYS | PLACES | {MatchReason.SAME_BIRTH_DATE}
CONTRADICTIONS = {MatchReason.OTHER_CAF_NUMBER, MatchReason.OTHER_BIRTH_DATE}
PLACE_OF = {reason: place for place, reason in enumerate(MatchReason)}
BEST_FIRST = (MatchBand.SAME, MatchBand.TO_CHECK, MatchBand.DIFFERENT)


@dataclass(frozen=True, kw_only=True)
class IdentityMatch:
    band: MatchBand
    reasons: tuple[MatchReason, ...]
    pair: tuple[int, int] | None = None  # which incoming person is which known person


def compare_identities(incoming: Identity, known: Identity) -> IdentityMatch:
    """The best pair of people decides; what is known of the household counts for every pair."""
    shared = household_reasons(incoming, known)
    matches = [
        IdentityMatch(
            band=decide_band(reasons), reasons=tuple(sorted(reasons, key=PLACE_OF.__getitem__)), pair=(mine, theirs)
        )
        for mine, person in enumerate(incoming.people)
        for theirs, other in enumerate(known.people)
        for reasons in [shared | person_reasons(person, other)]
    ]
    return min(matches, key=rank, default=IdentityMatch(band=MatchBand.DIFFERENT, reasons=()))


def rank(match: IdentityMatch) -> tuple[int, int]:
    return BEST_FIRST.index(match.band), -len(PROOFS.intersection(match.reasons)) - (
        MatchReason.SAME_NAME in match.reasons
    )


def household_reasons(incoming: Identity, known: Identity) -> frozenset[MatchReason]:
    reasons = set()
    if incoming.caf_numbers and known.caf_numbers:
        shared = incoming.caf_numbers & known.caf_numbers
        reasons.add(MatchReason.SAME_CAF_NUMBER if shared else MatchReason.OTHER_CAF_NUMBER)
    if incoming.references & known.references:
        reasons.add(MatchReason.SAME_REFERENCE)
    if incoming.phones & known.phones:
        reasons.add(MatchReason.SAME_PHONE)
    if place := compare_addresses(incoming, known):
        reasons.add(place)
    return frozenset(reasons)


def person_reasons(one: Person, other: Person) -> set[MatchReason]:
    """Another birth date contradicts only if the names say that it is one person: a spouse has his own."""
    name, birth = compare_names(one, other), compare_births(one, other)
    if birth is None or (
        birth == MatchReason.OTHER_BIRTH_DATE and name in {MatchReason.OTHER_NAME, MatchReason.SAME_FAMILY_NAME}
    ):
        return {name}
    return {name, birth}


def decide_band(reasons: Iterable[MatchReason]) -> MatchBand:
    """Which band a set of reasons deserves.

    The same name needs one proof; a close name needs one of the sender's or the CAF's keys, or a birth date and a place;
    another name needs a key and a birth date. A contradiction is never "same", and nothing but a contradiction is "different".
    """
    found = frozenset(reasons)
    proofs = found & PROOFS
    enough = is_enough(found)
    if found & CONTRADICTIONS:
        return MatchBand.TO_CHECK if enough or len(proofs) > 1 or found & OWN_KEYS else MatchBand.DIFFERENT
    if enough:
        return MatchBand.SAME
    return MatchBand.TO_CHECK if is_worth_a_look(found) else MatchBand.DIFFERENT


def is_enough(found: frozenset[MatchReason]) -> bool:
    born = MatchReason.SAME_BIRTH_DATE in found
    if MatchReason.SAME_NAME in found:
        return bool(found & PROOFS)
    if found & {MatchReason.CLOSE_NAME, MatchReason.SWAPPED_NAME}:
        return bool(found & OWN_KEYS or (born and found & PLACES))
    return bool(born and found & OWN_KEYS)


def is_worth_a_look(found: frozenset[MatchReason]) -> bool:
    """Homonyms who live elsewhere are two people: without more in common than the name, nobody is asked to look."""
    proofs = found & PROOFS
    if MatchReason.SAME_NAME in found:
        return MatchReason.OTHER_ADDRESS not in found or MatchReason.AGREEING_BIRTH_DATE in found
    if found & OWN_KEYS:
        return True
    if MatchReason.OTHER_NAME in found:
        return len(proofs) > 1
    return bool(proofs)
