"""What two descriptions have in common, or against them: addresses, names, births."""

from rapidfuzz.distance import JaroWinkler

from cases.matching.identity import Address, Identity, Person
from cases.matching.reasons import Reason
from cases.rules import names

CLOSE = 0.88  # of each part of the name; Mamadou and Mahamadou are close too, so close is never enough


def compare_places(one: Address, other: Address) -> Reason | None:
    """Nothing is said of an address without a number."""
    if not one.key or not other.key:
        return None
    if one.key != other.key or differ(one.postcode, other.postcode):
        return Reason.OTHER_ADDRESS
    if not (one.postcode and other.postcode) and differ(one.city, other.city):
        return Reason.OTHER_ADDRESS
    if differ(one.building, other.building) or differ(one.door, other.door):
        return Reason.OTHER_DOOR
    return Reason.SAME_ADDRESS


def differ(one: str, other: str) -> bool:
    """Both are known and are not the same."""
    left, right = names.joined(one).lstrip("0"), names.joined(other).lstrip("0")
    return bool(left and right and left != right)


def compare_addresses(incoming: Identity, known: Identity) -> Reason | None:
    found = {compare_places(one, other) for one in incoming.addresses for other in known.addresses}
    order = (Reason.SAME_ADDRESS, Reason.OTHER_DOOR, Reason.OTHER_ADDRESS)
    return next((reason for reason in order if reason in found), None)


def compare_names(one: Person, other: Person) -> Reason:
    if not (one.ordered and other.ordered):
        return compare_unordered(one, other)
    family = any(names.fits(a, b) for a in one.families for b in other.families)
    if family and names.fits(one.first_name, other.first_name):
        return Reason.SAME_NAME
    if names.name_key(one.last_name, one.first_name) == names.name_key(other.last_name, other.first_name):
        swapped = names.joined(one.last_name) == names.joined(other.first_name)
        return Reason.SWAPPED_NAME if swapped else Reason.SAME_NAME
    families_close = any(
        close(a, b) for a in (one.last_name, one.birth_last_name) for b in (other.last_name, other.birth_last_name)
    )
    if families_close and close_first_names(one.first_name, other.first_name):
        return Reason.CLOSE_NAME
    return Reason.SAME_FAMILY_NAME if family else Reason.OTHER_NAME


def compare_unordered(one: Person, other: Person) -> Reason:
    left, right = names.name_key(one.last_name, one.first_name), names.name_key(other.last_name, other.first_name)
    if left and left == right:
        return Reason.SAME_NAME
    if close(left, right):
        return Reason.CLOSE_NAME
    shared = {word for word in set(left.split()) & set(right.split()) if len(word) > 2}
    return Reason.SAME_FAMILY_NAME if shared else Reason.OTHER_NAME


def close(one: str, other: str) -> bool:
    """A slip of the pen, a lost letter, or one part of a compound name: FERREIRA, FERREIRA NOGUEIRA."""
    left, right = names.normalised(one), names.normalised(other)
    if not left or not right:
        return False
    if names.fits(left, right) or set(left.split()) <= set(right.split()) or set(right.split()) <= set(left.split()):
        return True
    return JaroWinkler.similarity(names.joined(one), names.joined(other)) >= CLOSE


def close_first_names(one: str, other: str) -> bool:
    """A missing first name and an initial go with any name they may stand for."""
    left, right = names.joined(one), names.joined(other)
    if not left or not right:
        return True
    if 1 in (len(left), len(right)):
        return left[0] == right[0]
    return close(one, other)


def compare_births(one: Person, other: Person) -> Reason | None:
    if one.birth is None or other.birth is None:
        return None
    if not one.birth.agrees(other.birth):
        return Reason.OTHER_BIRTH_DATE
    telling = one.birth.is_telling and other.birth.is_telling
    return Reason.SAME_BIRTH_DATE if telling else Reason.AGREEING_BIRTH_DATE
