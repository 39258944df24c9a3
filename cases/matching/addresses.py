"""Addresses as people write them, reduced to what can be compared."""

import re
from functools import lru_cache

from cases.rules import names

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


@lru_cache(maxsize=names.REMEMBERED)
def address_key(street: str) -> str:
    """Number, kind and words of a street without its articles; empty when there is no number to tell a house by."""
    spaced = re.sub(r"\b([dl])['’]", r"\1 ", street, flags=re.IGNORECASE)
    words = re.sub(r"\b(\d+)([A-Z]+)\b", r"\1 \2", names.normalise_text(spaced)).split()
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
