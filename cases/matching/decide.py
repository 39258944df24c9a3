"""From reasons to a band: a name alone never merges, a contradiction always goes to a person for a look."""

from collections.abc import Iterable
from dataclasses import dataclass

from cases.matching.compare import compare_addresses, compare_births, compare_names
from cases.matching.identity import Identity, Person
from cases.matching.reasons import Band, Reason

OWN_KEYS = {Reason.SAME_CAF_NUMBER, Reason.SAME_REFERENCE}
PLACES = {Reason.SAME_PHONE, Reason.SAME_ADDRESS}
PROOFS = OWN_KEYS | PLACES | {Reason.SAME_BIRTH_DATE}
CONTRADICTIONS = {Reason.OTHER_CAF_NUMBER, Reason.OTHER_BIRTH_DATE}
PLACE_OF = {reason: place for place, reason in enumerate(Reason)}
BEST_FIRST = (Band.SAME, Band.TO_CHECK, Band.DIFFERENT)


@dataclass(frozen=True, kw_only=True)
class Match:
    band: Band
    reasons: tuple[Reason, ...]
    pair: tuple[int, int] | None = None  # which incoming person is which known person


def compare(incoming: Identity, known: Identity) -> Match:
    """The best pair of people decides; what is known of the household counts for every pair."""
    shared = household_reasons(incoming, known)
    matches = [
        Match(band=decide(reasons), reasons=tuple(sorted(reasons, key=PLACE_OF.__getitem__)), pair=(mine, theirs))
        for mine, person in enumerate(incoming.people)
        for theirs, other in enumerate(known.people)
        for reasons in [shared | person_reasons(person, other)]
    ]
    return min(matches, key=rank, default=Match(band=Band.DIFFERENT, reasons=()))


def rank(match: Match) -> tuple[int, int]:
    return BEST_FIRST.index(match.band), -len(PROOFS.intersection(match.reasons)) - (Reason.SAME_NAME in match.reasons)


def household_reasons(incoming: Identity, known: Identity) -> frozenset[Reason]:
    reasons = set()
    if incoming.caf_numbers and known.caf_numbers:
        shared = incoming.caf_numbers & known.caf_numbers
        reasons.add(Reason.SAME_CAF_NUMBER if shared else Reason.OTHER_CAF_NUMBER)
    if incoming.references & known.references:
        reasons.add(Reason.SAME_REFERENCE)
    if incoming.phones & known.phones:
        reasons.add(Reason.SAME_PHONE)
    if place := compare_addresses(incoming, known):
        reasons.add(place)
    return frozenset(reasons)


def person_reasons(one: Person, other: Person) -> set[Reason]:
    """Another birth date contradicts only if the names say that it is one person: a spouse has his own."""
    name, birth = compare_names(one, other), compare_births(one, other)
    if birth is None or (birth == Reason.OTHER_BIRTH_DATE and name in {Reason.OTHER_NAME, Reason.SAME_FAMILY_NAME}):
        return {name}
    return {name, birth}


def decide(reasons: Iterable[Reason]) -> Band:
    """Which band a set of reasons deserves.

    The same name needs one proof; a close name needs one of the sender's or the CAF's keys, or a birth date and a place;
    another name needs a key and a birth date. A contradiction is never "same", and nothing but a contradiction is "different".
    """
    found = frozenset(reasons)
    proofs = found & PROOFS
    enough = is_enough(found)
    if found & CONTRADICTIONS:
        return Band.TO_CHECK if enough or len(proofs) > 1 or found & OWN_KEYS else Band.DIFFERENT
    if enough:
        return Band.SAME
    return Band.TO_CHECK if is_worth_a_look(found) else Band.DIFFERENT


def is_enough(found: frozenset[Reason]) -> bool:
    born = Reason.SAME_BIRTH_DATE in found
    if Reason.SAME_NAME in found:
        return bool(found & PROOFS)
    if found & {Reason.CLOSE_NAME, Reason.SWAPPED_NAME}:
        return bool(found & OWN_KEYS or (born and found & PLACES))
    return bool(born and found & OWN_KEYS)


def is_worth_a_look(found: frozenset[Reason]) -> bool:
    """Homonyms who live elsewhere are two people: without more in common than the name, nobody is asked to look."""
    proofs = found & PROOFS
    if Reason.SAME_NAME in found:
        return Reason.OTHER_ADDRESS not in found or Reason.AGREEING_BIRTH_DATE in found
    if found & OWN_KEYS:
        return True
    if Reason.OTHER_NAME in found:
        return len(proofs) > 1
    return bool(proofs)
