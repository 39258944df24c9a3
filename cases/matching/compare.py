"""What two descriptions have in common, or against them: addresses, names, births."""

from rapidfuzz.distance import JaroWinkler

from cases.matching.identity import Identity, Person, PostalAddress
from cases.matching.reasons import MatchReason
from cases.rules import names

CLOSE = 0.88  # of each part of the name; Mamadou and Mahamadou are close too, so close is never enough


def compare_places(one: PostalAddress, other: PostalAddress) -> MatchReason | None:
    """Nothing is said of an address without a number."""
    if not one.key or not other.key:
        return None
    if one.key != other.key or are_known_and_different(one.postcode, other.postcode):
        return MatchReason.OTHER_ADDRESS
    if not (one.postcode and other.postcode) and are_known_and_different(one.city, other.city):
        return MatchReason.OTHER_ADDRESS
    if are_known_and_different(one.building, other.building) or are_known_and_different(one.door, other.door):
        return MatchReason.OTHER_DOOR
    return MatchReason.SAME_ADDRESS


def are_known_and_different(one: str, other: str) -> bool:
    """Both are known and are not the same."""
    left, right = names.without_spaces(one).lstrip("0"), names.without_spaces(other).lstrip("0")
    return bool(left and right and left != right)


def compare_addresses(incoming: Identity, known: Identity) -> MatchReason | None:
    found = {compare_places(one, other) for one in incoming.addresses for other in known.addresses}
    order = (MatchReason.SAME_ADDRESS, MatchReason.OTHER_DOOR, MatchReason.OTHER_ADDRESS)
    return next((reason for reason in order if reason in found), None)


def compare_names(one: Person, other: Person) -> MatchReason:
    if not (one.ordered and other.ordered):
        return compare_unordered(one, other)
    family = any(names.is_same_name(a, b) for a in one.families for b in other.families)
    if family and names.is_same_name(one.first_name, other.first_name):
        return MatchReason.SAME_NAME
    if names.name_key(one.last_name, one.first_name) == names.name_key(other.last_name, other.first_name):
        swapped = names.without_spaces(one.last_name) == names.without_spaces(other.first_name)
        return MatchReason.SWAPPED_NAME if swapped else MatchReason.SAME_NAME
    families_close = any(
        are_close_names(a, b)
        for a in (one.last_name, one.birth_last_name)
        for b in (other.last_name, other.birth_last_name)
    )
    if families_close and close_first_names(one.first_name, other.first_name):
        return MatchReason.CLOSE_NAME
    return MatchReason.SAME_FAMILY_NAME if family else MatchReason.OTHER_NAME


def compare_unordered(one: Person, other: Person) -> MatchReason:
    left, right = names.name_key(one.last_name, one.first_name), names.name_key(other.last_name, other.first_name)
    if left and left == right:
        return MatchReason.SAME_NAME
    if are_close_names(left, right):
        return MatchReason.CLOSE_NAME
    shared = {word for word in set(left.split()) & set(right.split()) if len(word) > 2}
    return MatchReason.SAME_FAMILY_NAME if shared else MatchReason.OTHER_NAME


def are_close_names(one: str, other: str) -> bool:
    """A slip of the pen, a lost letter, or one part of a compound name: FERREIRA, FERREIRA NOGUEIRA."""
    left, right = names.normalise_text(one), names.normalise_text(other)
    if not left or not right:
        return False
    if (
        names.is_same_name(left, right)
        or set(left.split()) <= set(right.split())
        or set(right.split()) <= set(left.split())
    ):
        return True
    return JaroWinkler.similarity(names.without_spaces(one), names.without_spaces(other)) >= CLOSE


def close_first_names(one: str, other: str) -> bool:
    """A missing first name and an initial go with any name they may stand for."""
    left, right = names.without_spaces(one), names.without_spaces(other)
    if not left or not right:
        return True
    if 1 in (len(left), len(right)):
        return left[0] == right[0]
    return are_close_names(one, other)


def compare_births(one: Person, other: Person) -> MatchReason | None:
    if one.birth is None or other.birth is None:
        return None
    if not one.birth.agrees(other.birth):
        return MatchReason.OTHER_BIRTH_DATE
    telling = one.birth.is_telling and other.birth.is_telling
    return MatchReason.SAME_BIRTH_DATE if telling else MatchReason.AGREEING_BIRTH_DATE
