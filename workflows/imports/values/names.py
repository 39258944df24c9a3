"""Names, and everyone named in one cell."""

import re

from cases.matching import Person
from cases.rules.names import normalise_text
from workflows.imports.values.cells import Cell, RejectionReason, Unreadable, as_text, text

TITLE = r"(?:M(?:ME)?S?|MR|MLLE|MM|MONSIEUR|MADAME|MADEMOISELLE|MESDAMES|MESSIEURS)"
CIVILITY = re.compile(rf"^{TITLE}(?:\.\s*|\s+)", re.IGNORECASE)  # not the M of M’BAYE
COUPLE = re.compile(rf"^{TITLE}\.?\s*(?:et|ou|/|&)\s*{TITLE}(?:\.\s*|\s+)", re.IGNORECASE)
BETWEEN_PEOPLE = re.compile(r"\s*(?:[/;&+]|\bet\b)\s*", re.IGNORECASE)  # "ou" is also a family name
MAIDEN = {"NEE", "NE"}
MARRIED = {"EPOUSE", "EP", "EPSE", "VEUVE", "VVE"}
PARTICLES = {
    "DE",
    "DU",
    "DA",
    "DOS",
    "DAS",
    "DI",
    "DEL",
    "EL",
    "AL",
    "BEN",
    "BOU",
    "LE",
    "LA",
    "VAN",
    "VON",
    "DEN",
    "SAINT",
    "D",
}
LONGEST_NAME = 100


def people(cell: Cell) -> tuple[Person, ...]:
    """Everyone in one cell: “M. MARTIN Thi-Hoa / Mme MARTIN Wei”, “DUPONT Jean et Marie”, “M. et Mme DUPONT”."""
    written = COUPLE.sub("", text(3 * LONGEST_NAME)(cell))
    found: list[Person] = []
    for part in BETWEEN_PEOPLE.split(written):
        name = CIVILITY.sub("", part)
        if not any(map(str.isalpha, name)):
            continue
        alone = found and len(name.split()) == 1 and not name.isupper()
        found.append(Person(last_name=found[0].last_name, first_name=name) if alone else split_name(name))
    if not found:
        raise Unreadable(RejectionReason.MISSING_NAME, "nom illisible : aucune lettre. Corrigez-le dans le fichier.")
    return tuple(found)


def split_name(written: str) -> Person:
    """Capitals are the family name; without them the order is a guess, and the person says so."""
    too_long(written)
    words = written.split()
    capitals = [is_family_word(word) for word in words]
    if all(capitals) or not any(capitals):
        cut = 1
        while cut < len(words) and normalise_text(words[cut - 1]) in PARTICLES:
            cut += 1
        return with_birth_name(words[:cut], words[cut:], ordered=len(words) == 1)
    family = [
        word
        for word, capital in zip(words, capitals, strict=True)
        if capital or normalise_text(word) in MAIDEN | MARRIED
    ]
    first = [word for word in words if word not in family]
    return with_birth_name(family, first, ordered=True)


def is_family_word(word: str) -> bool:
    """Mostly capitals; a lost letter tells nothing, and an initial is a first name."""
    letters = [letter for letter in word if letter.isalpha()]
    return len(letters) > 1 and all(letter.isupper() for letter in letters)


def with_birth_name(family: list[str], first: list[str], *, ordered: bool) -> Person:
    """“MARTIN née DUPONT” and “DUPONT épouse MARTIN” are one person with two family names."""
    first_name = written_first_name(" ".join(first))
    for place, word in enumerate(family):
        before, after = " ".join(family[:place]), " ".join(family[place + 1 :])
        if before and after and normalise_text(word) in MAIDEN:
            return Person(last_name=before, birth_last_name=after, first_name=first_name, ordered=ordered)
        if before and after and normalise_text(word) in MARRIED:
            return Person(last_name=after, birth_last_name=before, first_name=first_name, ordered=ordered)
    return Person(last_name=" ".join(family), first_name=first_name, ordered=ordered)


def family_name(cell: Cell) -> Person:
    written = name_part(cell)
    return with_birth_name(CIVILITY.sub("", written).split() or [written], [], ordered=True)


def first_name(cell: Cell) -> str:
    return written_first_name(name_part(cell))


def name_part(cell: Cell) -> str:
    written = as_text(cell)
    too_long(written)
    if not any(map(str.isalpha, written)):
        raise Unreadable(RejectionReason.MISSING_NAME, "nom illisible : aucune lettre. Corrigez-le dans le fichier.")
    return written


def too_long(written: str) -> None:
    if len(written) > LONGEST_NAME:
        raise Unreadable(
            RejectionReason.TOO_LONG,
            f"nom de {len(written)} caractères ; {LONGEST_NAME} au plus. Corrigez-le dans le fichier.",
        )


def written_first_name(name: str) -> str:
    """JEAN-PIERRE becomes Jean-Pierre; what has small letters is kept as typed."""
    return re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), name) if name.isupper() else name
