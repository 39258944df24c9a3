"""What a further source adds to what is known."""

from dataclasses import replace

from cases.matching.compare import compare_births, compare_names
from cases.matching.identity import Identity, Person
from cases.matching.reasons import MatchReason
from cases.rules import names


def complete_identity(known: Identity, incoming: Identity) -> Identity:
    """What is known, with what was missing; nothing known is replaced."""
    people = list(known.people)
    for person in incoming.people:
        place = next((i for i, other in enumerate(people) if is_one_person(person, other)), None)
        if place is None:
            people.append(person)
        else:
            people[place] = complete_person(people[place], person)
    return Identity(
        people=tuple(people),
        references=known.references | incoming.references,
        phones=known.phones | incoming.phones,
        addresses=known.addresses + tuple(a for a in incoming.addresses if a not in known.addresses),
    )


def is_one_person(one: Person, other: Person) -> bool:
    """Inside one household the name is enough."""
    alike = compare_names(one, other) in {MatchReason.SAME_NAME, MatchReason.SWAPPED_NAME, MatchReason.CLOSE_NAME}
    return alike and compare_births(one, other) != MatchReason.OTHER_BIRTH_DATE


def complete_person(known: Person, incoming: Person) -> Person:
    """A name with a lost letter is replaced by the same name whole."""
    whole = names.LOST not in names.normalise_text(f"{incoming.last_name} {incoming.first_name}")
    lost = names.LOST in names.normalise_text(f"{known.last_name} {known.first_name}")
    birth = known.birth if known.birth and known.birth.is_full else incoming.birth or known.birth
    known = replace(known, birth=birth, caf_number=known.caf_number or incoming.caf_number)
    return replace(known, last_name=incoming.last_name, first_name=incoming.first_name) if lost and whole else known
