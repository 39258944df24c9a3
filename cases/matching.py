"""Whether two descriptions are of the same household: a band and its reasons, never a bare score.

A name alone never merges; a different CAF number or birth date always goes to a person for a look.
"""

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from rapidfuzz.distance import JaroWinkler

from cases.rules import names

CLOSE = 0.88  # of each part of the name; Mamadou and Mahamadou are close too, so close is never enough


class Band(StrEnum):
    SAME = "same"
    TO_CHECK = "to_check"
    DIFFERENT = "different"


class Reason(StrEnum):
    """Why; the French words are for the screen that asks someone to decide."""

    SAME_CAF_NUMBER = "same_caf_number"
    OTHER_CAF_NUMBER = "other_caf_number"
    SAME_REFERENCE = "same_reference"
    SAME_NAME = "same_name"
    CLOSE_NAME = "close_name"
    SWAPPED_NAME = "swapped_name"
    OTHER_NAME = "other_name"
    SAME_FAMILY_NAME = "same_family_name"
    SAME_BIRTH_DATE = "same_birth_date"
    AGREEING_BIRTH_DATE = "agreeing_birth_date"
    OTHER_BIRTH_DATE = "other_birth_date"
    SAME_PHONE = "same_phone"
    SAME_ADDRESS = "same_address"
    OTHER_DOOR = "other_door"
    OTHER_ADDRESS = "other_address"
    SEVERAL_MATCHES = "several_matches"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Reason.SAME_CAF_NUMBER: "même numéro allocataire",
    Reason.OTHER_CAF_NUMBER: "autre numéro allocataire",
    Reason.SAME_REFERENCE: "même référence chez le bailleur",
    Reason.SAME_NAME: "même nom",
    Reason.CLOSE_NAME: "nom proche",
    Reason.SWAPPED_NAME: "nom et prénom inversés",
    Reason.OTHER_NAME: "autre nom",
    Reason.SAME_FAMILY_NAME: "même nom de famille",
    Reason.SAME_BIRTH_DATE: "même date de naissance",
    Reason.AGREEING_BIRTH_DATE: "dates de naissance compatibles",
    Reason.OTHER_BIRTH_DATE: "autre date de naissance",
    Reason.SAME_PHONE: "même téléphone",
    Reason.SAME_ADDRESS: "même adresse",
    Reason.OTHER_DOOR: "autre porte à cette adresse",
    Reason.OTHER_ADDRESS: "autre adresse",
    Reason.SEVERAL_MATCHES: "plusieurs foyers correspondent",
}


# What is compared


@dataclass(frozen=True, order=True)
class BirthDate:
    """A date of birth of which the day, or the day and the month, may be unknown."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def of(cls, date: datetime.date) -> "BirthDate":
        return cls(date.year, date.month, date.day)

    @property
    def is_full(self) -> bool:
        return self.day is not None

    @property
    def is_telling(self) -> bool:
        """1 January is what registers write when they only know the year: it tells no more than a year."""
        return self.is_full and (self.month, self.day) != (1, 1)

    def agrees(self, other: "BirthDate") -> bool:
        """True unless a known part differs."""
        parts = zip((self.year, self.month, self.day), (other.year, other.month, other.day), strict=True)
        return all(mine is None or theirs is None or mine == theirs for mine, theirs in parts)

    def __str__(self) -> str:
        return "-".join(f"{part:02}" for part in (self.year, self.month, self.day) if part is not None)


@dataclass(frozen=True, kw_only=True)
class Person:
    last_name: str
    first_name: str = ""
    birth_last_name: str = ""
    birth: BirthDate | None = None
    caf_number: str = ""
    ordered: bool = True  # False: the name came in one cell that does not tell which word is the family name

    @cached_property
    def families(self) -> set[str]:
        return {names.joined(name) for name in (self.last_name, self.birth_last_name) if names.joined(name)}


@dataclass(frozen=True, kw_only=True)
class Address:
    street: str  # with its number
    postcode: str = ""
    city: str = ""
    building: str = ""
    door: str = ""

    @cached_property
    def key(self) -> str:
        return address_key(self.street)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A household as one source describes it; people in the order in which they are written."""

    people: tuple[Person, ...]
    references: frozenset[tuple[str, str]] = frozenset()  # (who numbers, the number)
    phones: frozenset[str] = frozenset()  # E.164
    addresses: tuple[Address, ...] = ()

    @cached_property
    def caf_numbers(self) -> set[str]:
        return {person.caf_number for person in self.people if person.caf_number}


@dataclass(frozen=True, kw_only=True)
class Match:
    band: Band
    reasons: tuple[Reason, ...]
    pair: tuple[int, int] | None = None  # which incoming person is which known person


# Addresses


STREET_TYPES = {
    "R": "RUE",
    "AV": "AVENUE",
    "AVE": "AVENUE",
    "BD": "BOULEVARD",
    "BLD": "BOULEVARD",
    "BVD": "BOULEVARD",
    "PL": "PLACE",
    "SQ": "SQUARE",
    "ALL": "ALLEE",
    "ALLEES": "ALLEE",
    "CHE": "CHEMIN",
    "CHEM": "CHEMIN",
    "IMP": "IMPASSE",
    "CRS": "COURS",
    "RTE": "ROUTE",
    "VLA": "VILLA",
    "PASS": "PASSAGE",
    "RES": "RESIDENCE",
    "QU": "QUAI",
    "FG": "FAUBOURG",
}
KNOWN_TYPES = set(STREET_TYPES.values()) | {"COUR", "SENTE", "SENTIER", "ESPLANADE", "MAIL", "VOIE"}
WORDS = {"ST": "SAINT", "STE": "SAINTE", "GAL": "GENERAL", "MAL": "MARECHAL", "PDT": "PRESIDENT", "DR": "DOCTEUR"}
ARTICLES = {"DE", "DU", "DES", "LA", "LE", "LES", "L", "D", "AU", "AUX", "A", "ET", "EN"}
REPETITION = {"B": "BIS", "T": "TER", "Q": "QUATER"}


def address_key(street: str) -> str:
    """Number, kind and words of a street without its articles; empty when there is no number to tell a house by."""
    spaced = re.sub(r"\b([dl])['’]", r"\1 ", street, flags=re.IGNORECASE)
    words = re.sub(r"\b(\d+)([A-Z]+)\b", r"\1 \2", names.normalised(spaced)).split()
    words = words[house_number(words) :]
    if not words or not words[0].isdigit():
        return ""
    number, rest = [words[0].lstrip("0")], words[1:]
    if rest and REPETITION.get(rest[0], rest[0]) in REPETITION.values():
        number.append(REPETITION.get(rest[0], rest[0]))
        rest = rest[1:]
    if rest:
        rest[0] = STREET_TYPES.get(rest[0], rest[0])
    return " ".join(number + [WORDS.get(word, word) for word in rest if word not in ARTICLES])


def house_number(words: list[str]) -> int:
    """Where the number is: first, or after the name of an estate when a kind of street follows it."""
    for place, word in enumerate(words):
        following = [STREET_TYPES.get(other, other) for other in words[place + 1 : place + 3]]
        if following and REPETITION.get(following[0], following[0]) in REPETITION.values():
            following = following[1:]
        if word.isdigit() and (place == 0 or (following and following[0] in KNOWN_TYPES)):
            return place
    return 0


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


# Names and births


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


# The decision


OWN_KEYS = {Reason.SAME_CAF_NUMBER, Reason.SAME_REFERENCE}
PLACES = {Reason.SAME_PHONE, Reason.SAME_ADDRESS}
PROOFS = OWN_KEYS | PLACES | {Reason.SAME_BIRTH_DATE}
CONTRADICTIONS = {Reason.OTHER_CAF_NUMBER, Reason.OTHER_BIRTH_DATE}
PLACE_OF = {reason: place for place, reason in enumerate(Reason)}
BEST_FIRST = (Band.SAME, Band.TO_CHECK, Band.DIFFERENT)


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


# Among all that is known


Key = tuple[str, str]


def keys(identity: Identity) -> set[Key]:
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
class Candidate:
    household: str
    match: Match


@dataclass(frozen=True, kw_only=True)
class Found:
    """`household` is set when the band is "same"; `candidates` are the best ones, for a person to look at."""

    band: Band
    household: str | None
    candidates: tuple[Candidate, ...] = ()


class Index:
    """Known households in memory, by key."""

    def __init__(self) -> None:
        self.identities: dict[str, Identity] = {}
        self.households: defaultdict[Key, set[str]] = defaultdict(set)

    def put(self, household: str, identity: Identity) -> None:
        """Adds a household, or what a further source says of it."""
        known = self.identities.get(household)
        self.identities[household] = completed(known, identity) if known else identity
        for key in keys(self.identities[household]):
            self.households[key].add(household)

    def candidates(self, incoming: Identity) -> Iterator[tuple[str, Identity]]:
        near = {household for key in keys(incoming) for household in self.households.get(key, ())}
        return ((household, self.identities[household]) for household in sorted(near))


def find(incoming: Identity, index: Index) -> Found:
    return choose(
        Candidate(household=name, match=compare(incoming, known)) for name, known in index.candidates(incoming)
    )


def choose(candidates: Iterable[Candidate]) -> Found:
    """One household that is the same is it; among several, the one that bears the sender's own reference."""
    near = sorted((c for c in candidates if c.match.band != Band.DIFFERENT), key=lambda c: rank(c.match))
    same = [candidate for candidate in near if candidate.match.band == Band.SAME]
    if len(same) > 1:
        same = [c for c in same if Reason.SAME_REFERENCE in c.match.reasons]
    if len(same) == 1:
        return Found(band=Band.SAME, household=same[0].household, candidates=tuple(near))
    if not near:
        return Found(band=Band.DIFFERENT, household=None)
    return Found(band=Band.TO_CHECK, household=None, candidates=tuple(near))


# What a further source adds


def completed(known: Identity, incoming: Identity) -> Identity:
    """What is known, with what was missing; nothing known is replaced."""
    people = list(known.people)
    for person in incoming.people:
        place = next((i for i, other in enumerate(people) if is_one_person(person, other)), None)
        if place is None:
            people.append(person)
        else:
            people[place] = filled(people[place], person)
    return Identity(
        people=tuple(people),
        references=known.references | incoming.references,
        phones=known.phones | incoming.phones,
        addresses=known.addresses + tuple(a for a in incoming.addresses if a not in known.addresses),
    )


def is_one_person(one: Person, other: Person) -> bool:
    """Inside one household the name is enough."""
    alike = compare_names(one, other) in {Reason.SAME_NAME, Reason.SWAPPED_NAME, Reason.CLOSE_NAME}
    return alike and compare_births(one, other) != Reason.OTHER_BIRTH_DATE


def filled(known: Person, incoming: Person) -> Person:
    """A name with a lost letter is replaced by the same name whole."""
    whole = names.LOST not in names.normalised(f"{incoming.last_name} {incoming.first_name}")
    lost = names.LOST in names.normalised(f"{known.last_name} {known.first_name}")
    birth = known.birth if known.birth and known.birth.is_full else incoming.birth or known.birth
    known = replace(known, birth=birth, caf_number=known.caf_number or incoming.caf_number)
    return replace(known, last_name=incoming.last_name, first_name=incoming.first_name) if lost and whole else known
