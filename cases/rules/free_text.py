"""What does not belong in a free text: a number that identifies, health, a judgement. Found to be said, never to forbid. Pure.

A word is only a sign: « assurance maladie » is no illness. Lists are short on purpose, so that the warning stays read.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from cases.rules.names import normalise_text

NIR = re.compile(r"(?<!\w)[12](?:[ .\-]?\d){4}[ .\-]?(?:\d|2)[ .\-]?[\dABab](?:[ .\-]?\d){8}(?!\w)")
IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?!\w)")
HEALTH = (
    "ALCOOLI", "ALZHEIMER", "ADDICTION", "AVORT", "BIPOLAIRE", "CANCER", "CIRRHOSE", "DEPRESSI", "DEMENCE", "DIABET",
    "ENCEINTE", "EPILEP", "GROSSESSE", "HANDICAP", "HOSPITALIS", "MALADE", "MALADIE", "MEDICAMENT", "PARKINSON",
    "PSYCHIATR", "PSYCHOTIQUE", "SCHIZOPHREN", "SCLEROSE", "SEROPOSITI", "SUICID", "TOXICOMAN", "VIH",
)  # fmt: skip
"""Beginnings of words."""
NO_ILLNESS = ("ASSURANCE MALADIE", "CAISSE PRIMAIRE MALADIE")
JUDGEMENTS = (
    "AGRESSI", "AFFABULA", "CAPRICIEU", "CASSOS", "FAINEANT", "FEIGNANT", "HYSTERI", "IDIOT", "IMMATURE", "INCAPABLE",
    "INGERABLE", "IRRESPONSABLE", "MALHONNET", "MANIPULAT", "MENTEU", "PARESSEU", "PROFITEU", "STUPIDE", "TRICHEU",
)  # fmt: skip
PHRASES = ("MAUVAISE FOI", "MAUVAISE VOLONTE", "CAS SOCIAL", "CAS SOCIAUX")
WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
JOINED = re.compile(r"[^\W\d_]+(?:['’‘ʼ][^\W\d_]+)*", re.UNICODE)
SHORTEST = 3
LITTLE = ("AUX", "CAR", "CES", "DES", "DIT", "DON", "EST", "ETE", "FIN", "LES", "LUI", "MAI", "MAL", "MES", "NON", "NUL",
          "OUI", "PAR", "PAS", "QUE", "QUI", "SES", "SON", "SUR", "TON", "UNE", "VIA", "VUE")  # fmt: skip
"""Names that are also words of any sentence, as are those of less than `SHORTEST` letters."""
COMMON = ("AIME", "BON", "CLAIR", "CLAIRE", "CONSTANT", "COURT", "FORT", "GRAND", "GROS", "HOMME", "JEUNE", "JUSTE", "LEGER",
          "LONG", "MAISON", "MARCHAND", "MOULIN", "NEUF", "NOIR", "PETIT", "PLACE", "PRUDENT", "ROSE", "SAGE", "VIEUX",
          "VILLE")  # fmt: skip
"""Names that are also words of such a text: written small and alone, they are words."""
CIVILITIES = ("M", "MR", "MME", "MLLE", "MONSIEUR", "MADAME", "MADEMOISELLE", "FAMILLE", "CONSORTS")


@dataclass(frozen=True, kw_only=True)
class Sensitive:
    nature: str
    words: str
    """As they were written; of a number, its nature alone: it is not repeated."""


def find_sensitive(text: str) -> list[Sensitive]:
    """Each once, in the order in which they stand: numbers first."""
    found = [*_find_numbers(text), *_find_words(text)]
    first: dict[tuple[str, str], Sensitive] = {}
    for each in found:
        first.setdefault((each.nature, each.words.casefold()), each)
    return list(first.values())


def warn_of(text: str) -> str:
    """The sentence that says it, as long as something was found; else nothing."""
    found = find_sensitive(text)
    if not found:
        return ""
    said = ", ".join(f"« {each.words} » ({each.nature})" if each.words else each.nature for each in found)
    return f"À relire : {said}. Restez factuel : la personne peut demander à lire."


def find_names(text: str, names: Iterable[str]) -> list[str]:
    """Those of these names that the text says, as it writes them, each once: however it writes their accents and capitals.

    One that is also a word counts beside another, or after a civility; of those in `COMMON`, with its capital too.
    """
    return list(dict.fromkeys(text[first:last] for first, last in _places_of_names(text, _words_of_names(names))))


def hide_names(text: str, names: Iterable[str]) -> str:
    """The text, with « [nom retiré] » in the place of each of these names."""
    for first, last in reversed(list(_places_of_names(text, _words_of_names(names)))):
        text = f"{text[:first]}[nom retiré]{text[last:]}"
    return text


def _words_of_names(names: Iterable[str]) -> set[str]:
    return {word for name in names for word in normalise_text(name).split()}


def _places_of_names(text: str, named: Collection[str]) -> Iterator[tuple[int, int]]:
    spans = list(_spans_of_words(text, named))
    keys = ["", *(normalise_text(text[first:last]) for first, last in spans), ""]
    plain = {key for key in named if len(key) >= SHORTEST and key not in LITTLE}
    for span, before, key, after in zip(spans, keys, keys[1:], keys[2:], strict=False):
        is_word = key in COMMON and text[slice(*span)].islower()
        if (key in plain and not is_word) or (key in named and (before in CIVILITIES or {before, after} & plain)):
            yield span


def _spans_of_words(text: str, named: Collection[str]) -> Iterator[tuple[int, int]]:
    """« N’Diaye » is one word where it is a name; « d’Ouattara » is two."""
    for each in JOINED.finditer(text):
        if normalise_text(each[0]) in named:
            yield each.span()
        else:
            yield from ((each.start() + word.start(), each.start() + word.end()) for word in WORD.finditer(each[0]))


def _find_numbers(text: str) -> Iterator[Sensitive]:
    if any(_is_nir(each[0]) for each in NIR.finditer(text)):
        yield Sensitive(nature="un numéro de sécurité sociale", words="")
    if any(_is_iban(each[0]) for each in IBAN.finditer(text.upper())):
        yield Sensitive(nature="un numéro de compte (IBAN)", words="")


def _is_nir(written: str) -> bool:
    """With its key; Corsica counts as 19 and 18."""
    plain = re.sub(r"[ .\-]", "", written).upper()
    number = plain[:13].replace("2A", "19").replace("2B", "18")
    return number.isdigit() and plain[13:].isdigit() and 97 - int(number) % 97 == int(plain[13:])


def _is_iban(written: str) -> bool:
    plain = written.replace(" ", "")
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def _find_words(text: str) -> Iterator[Sensitive]:
    written = WORD.findall(text)
    keys = [normalise_text(word) for word in written]
    for rank, (word, key) in enumerate(zip(written, keys, strict=True)):
        before = " ".join(keys[max(rank - 2, 0) : rank + 1])
        if key.startswith(HEALTH) and not before.endswith(NO_ILLNESS):
            yield Sensitive(nature="santé", words=word)
        elif key.startswith(JUDGEMENTS):
            yield Sensitive(nature="jugement", words=word)
        elif " ".join(keys[max(rank - 1, 0) : rank + 1]) in PHRASES:
            yield Sensitive(nature="jugement", words=" ".join(written[rank - 1 : rank + 1]))
