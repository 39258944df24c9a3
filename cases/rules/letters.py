"""The texts of letters: read from data, checked, and filled with values. Pure: no letter is known by its code here.

A letter is a list of blocks (heading, paragraph, list, table, signature, attachments) whose texts name merge fields
in braces: `{person}`. A text is words and values, nothing else: nobody writes the language of the typesetter.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from cases.refusals import Refusal

FIELDS: Mapping[str, str] = {
    "person": "nom du bénéficiaire",
    "greeting": "formule d’appel (Madame, Monsieur)",
    "reference": "numéro du dossier",
    "structure": "structure qui écrit",
    "professional": "professionnel qui écrit",
    "landlord": "bailleur",
    "home": "adresse du logement",
    "today": "date du courrier",
    "phone": "téléphone à appeler",
    "appointment_day": "jour du rendez-vous",
    "appointment_time": "heure du rendez-vous",
    "appointment_place": "lieu du rendez-vous",
    "visit_day": "jour du passage",
    "privacy_contact": "délégué à la protection des données",
    "plan_amount": "montant à apurer",
    "plan_monthly": "mensualité",
    "plan_count": "nombre de mensualités",
    "plan_position": "accord du bailleur sur le plan",
    "next_service": "service qui prendra contact",
    "contact_when": "quand ce service prendra contact",
    "coordinator": "qui coordonne, ou que personne ne coordonne",
}
"""What a text may name, with the words that say so to whoever writes it."""

TYPED = (
    "appointment_day", "appointment_time", "appointment_place", "visit_day", "phone", "privacy_contact",
)  # fmt: skip
"""Fields that the professional fills for each letter; the case gives the others."""

ROWS: Mapping[str, int] = {"instalments": 3, "participants": 1, "papers": 1, "referents": 3}
"""What a table or a list may repeat, with its number of columns."""

PAPERS = "papers"
"""The papers to bring: a list of the catalogue itself, the same for everyone."""

ONLY_AT_COUNTER = frozenset({"next_service", "contact_when"})
AT_COUNTER: Mapping[str, str] = {
    "informed": "à la personne à qui l’on a dit qui la suit et ce qui est partagé",
    "met": "à la personne à qui l’on n’a pas pu le dire",
}
"""To whom a counter hands a sheet. It names nothing of the case but its number: a counter does not see cases."""
KNOWN_AT_COUNTER = ONLY_AT_COUNTER | {
    "person", "reference", "structure", "professional", "today", "phone", "privacy_contact",
}  # fmt: skip

TO_FOLLOWED: Mapping[str, str] = {
    "plain": "à la personne, qui la suit, ce qui est partagé et ses droits",
    "easy": "la même chose, facile à lire et à comprendre",
}
"""The sheets that a référent hands to the person whom he follows; they are no letters of a case."""
ONLY_TO_FOLLOWED = frozenset({"coordinator"})

NEEDS: Mapping[str, str] = {"plan": "un plan d’apurement en cours ou proposé"}
CHANNELS = ("letter", "visit")

HOLE = re.compile(r"\{([^{}]*)\}")


class InvalidLetters(ValueError):
    """Every fault of a catalogue of letters, as French sentences."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class MissingValue(Refusal):
    """A letter cannot be made: what its text names isn’t known. The message says what."""

    def __init__(self, fields: Iterable[str]) -> None:
        self.fields = tuple(fields)
        words = ", ".join(FIELDS[field] for field in self.fields)
        super().__init__(f"Ce courrier ne peut pas encore être produit. Il manque : {words}.")


@dataclass(frozen=True, kw_only=True)
class LetterBlock:
    kind: str
    text: str = ""
    items: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    each: str = ""
    """What a table or a list repeats."""

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.text, *self.items, *self.columns)


@dataclass(frozen=True, kw_only=True)
class LetterText:
    code: str
    title: str
    """Its name in the product."""
    subject: str
    """Its heading on paper."""
    about: str
    steps: tuple[str, ...]
    """The steps at which it is offered; at any when empty."""
    after: str
    """Offered once this other letter was made."""
    needs: str
    left_at_home: bool
    counts_as: str
    """The channel of the attempt to reach the household that its sending is, if any."""
    at_counter: str
    """To whom a counter hands it; empty for a letter that is written from a case."""
    to_followed: str
    """Which sheet for a person who is followed; empty for all others."""
    blocks: tuple[LetterBlock, ...]

    @property
    def field_names(self) -> tuple[str, ...]:
        """What its text names, in the order of reading."""
        texts = (self.subject, *(text for block in self.blocks for text in block.texts))
        return tuple(dict.fromkeys(name for text in texts for name in HOLE.findall(text)))

    @property
    def typed_fields(self) -> tuple[str, ...]:
        return tuple(field for field in TYPED if field in self.field_names)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A letter in words: what the preview shows and what the typesetter gets."""

    subject: str
    blocks: tuple[dict[str, Any], ...]


# Reading

_TEXT, _ITEMS, _COLUMNS, _EACH = "text", "items", "columns", "each"
KINDS: Mapping[str, tuple[str, ...]] = {
    "heading": (_TEXT,),
    "paragraph": (_TEXT,),
    "list": (_ITEMS, _EACH),
    "table": (_COLUMNS, _EACH),
    "signature": (_ITEMS,),
    "attachments": (_ITEMS,),
}
"""Kinds of blocks, with what each may hold."""

_KEYS = {
    "code", "title", "subject", "about", "steps", "after", "needs", "left_at_home", "counts_as", "at_counter", "to_followed",
    "blocks",
}  # fmt: skip
_NEEDED = ("code", "title", "subject", "about", "blocks")


def read_letters(data: Mapping[str, Any]) -> dict[str, LetterText]:
    """Code → letter, in the order of the file. Refuses (`InvalidLetters`) with all its faults at once."""
    rows: Sequence[Mapping[str, Any]] = data.get("letters", ())
    faults = [fault for row in rows for fault in _letter_faults(row, codes=[each.get("code") for each in rows])]
    if not rows:
        faults.append("Le catalogue ne contient aucun courrier.")
    faults += _paper_faults(data)
    if faults:
        raise InvalidLetters(faults)
    papers = read_papers(data)
    return {row["code"]: _read_letter(row, papers=papers) for row in rows}


def read_papers(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The papers to bring, in the order of the catalogue."""
    return tuple(row["label"] for row in data.get(PAPERS, ()))


def _read_letter(row: Mapping[str, Any], *, papers: tuple[str, ...]) -> LetterText:
    return LetterText(
        code=row["code"],
        title=row["title"],
        subject=row["subject"],
        about=row["about"],
        steps=tuple(row.get("steps", ())),
        after=row.get("after", ""),
        needs=row.get("needs", ""),
        left_at_home=row.get("left_at_home", False),
        counts_as=row.get("counts_as", ""),
        at_counter=row.get("at_counter", ""),
        to_followed=row.get("to_followed", ""),
        blocks=tuple(_read_block(each, papers=papers) for each in row["blocks"]),
    )


def _read_block(row: Mapping[str, Any], *, papers: tuple[str, ...]) -> LetterBlock:
    items, columns, each = (row.get(key, ()) for key in (_ITEMS, _COLUMNS, _EACH))
    if each == PAPERS:
        items, each = (*items, *papers), ""
    return LetterBlock(
        kind=row["kind"], text=row.get("text", ""), each=each or "", items=tuple(items), columns=tuple(columns)
    )


def _letter_faults(row: Mapping[str, Any], *, codes: list[Any]) -> Iterator[str]:
    where = f"Courrier « {row.get('code', 'sans code')} »"
    missing = [key for key in _NEEDED if not row.get(key)]
    if missing:
        yield f"{where} : il manque {', '.join(missing)}."
        return
    yield from (f"{where} : « {key} » n’est pas connu." for key in row if key not in _KEYS)
    if codes.count(row["code"]) > 1:
        yield f"{where} : ce code est donné deux fois."
    known_codes = {
        "after": codes,
        "needs": NEEDS,
        "counts_as": CHANNELS,
        "at_counter": AT_COUNTER,
        "to_followed": TO_FOLLOWED,
    }
    for key, known in known_codes.items():
        if row.get(key) and row[key] not in known:
            yield f"{where} : {key} = « {row[key]} » n’est pas connu. Valeurs possibles : {', '.join(known)}."
    yield from _misplaced_fields(row, where=where)
    yield from _unknown_fields(row["subject"], where=where)
    for number, block in enumerate(row["blocks"], start=1):
        yield from _block_faults(block, where=f"{where}, bloc {number}")


def _misplaced_fields(row: Mapping[str, Any], *, where: str) -> Iterator[str]:
    """A counter hands over what it knows; no other letter speaks for it."""
    texts = [row["subject"]]
    for block in row["blocks"]:
        texts += [block.get(_TEXT, ""), *block.get(_ITEMS, ()), *block.get(_COLUMNS, ())]
        if row.get("at_counter") and block.get(_EACH, PAPERS) != PAPERS:
            yield f"{where} : une fiche du guichet ne reprend du dossier que les papiers à apporter."
    named = {name for text in texts for name in HOLE.findall(text) if name in FIELDS}
    wrong = named - KNOWN_AT_COUNTER if row.get("at_counter") else named & ONLY_AT_COUNTER
    for name in sorted(wrong):
        where_to = "ne va pas dans une fiche du guichet" if row.get("at_counter") else "ne va qu’au guichet"
        yield f"{where} : le champ « {{{name}}} » {where_to}."
    for name in sorted(named & ONLY_TO_FOLLOWED if not row.get("to_followed") else ()):
        yield f"{where} : le champ « {{{name}}} » ne va que dans la fiche d’une personne suivie."


def _paper_faults(data: Mapping[str, Any]) -> Iterator[str]:
    for number, row in enumerate(data.get(PAPERS, ()), start=1):
        missing = [key for key in ("label", "source", "confidence") if not row.get(key)]
        if missing:
            yield f"Papier à apporter n° {number} : il manque {', '.join(missing)}."


def _block_faults(row: Mapping[str, Any], *, where: str) -> Iterator[str]:
    allowed = KINDS.get(row.get("kind", ""))
    if allowed is None:
        yield f"{where} : nature « {row.get('kind', '')} » inconnue. Natures possibles : {', '.join(KINDS)}."
        return
    given = [key for key in row if key != "kind"]
    yield from (f"{where} : « {key} » ne va pas avec {row['kind']}." for key in given if key not in allowed)
    if not any(row.get(key) for key in allowed):
        yield f"{where} : le bloc est vide."
    each = row.get("each", "")
    if (each or row["kind"] == "table") and each not in ROWS:
        yield f"{where} : each = « {each} » n’est pas connu. Valeurs possibles : {', '.join(ROWS)}."
    elif row["kind"] == "table" and len(row.get("columns", ())) != ROWS[each]:
        yield f"{where} : le tableau « {each} » a {ROWS[each]} colonnes."
    for text in (row.get("text", ""), *row.get("items", ()), *row.get("columns", ())):
        yield from _unknown_fields(text, where=where)


def _unknown_fields(text: str, *, where: str) -> Iterator[str]:
    for name in HOLE.findall(text):
        if name not in FIELDS:
            yield f"{where} : le champ « {{{name}}} » n’existe pas. Champs connus : {', '.join(FIELDS)}."
    if any(brace in HOLE.sub("", text) for brace in "{}"):
        yield f"{where} : une accolade n’est pas fermée."


# Choosing


def letters_to_offer(
    letters: Iterable[LetterText], *, steps: Set[str], made: Set[str], has: Set[str]
) -> list[LetterText]:
    """Those that apply: at a step that waits, after the one they follow, when what they speak of exists."""
    return [
        letter
        for letter in letters
        if not letter.at_counter
        and not letter.to_followed
        and (not letter.steps or not steps.isdisjoint(letter.steps))
        and (not letter.after or letter.after in made)
        and (not letter.needs or letter.needs in has)
    ]


# Filling

BLANK = "…………"
"""Stands in a preview for what isn’t known yet."""


def fill_letter(
    letter: LetterText, *, values: Mapping[str, str], rows: Mapping[str, list[tuple[str, ...]]], draft: bool = False
) -> Filled:
    """The letter in words. A value that is missing is refused (`MissingValue`), or left blank in a draft."""
    missing = [field for field in letter.field_names if not values.get(field)]
    if missing and not draft:
        raise MissingValue(missing)
    return Filled(
        subject=_fill_text(letter.subject, values),
        blocks=tuple(_fill_block(each, values, rows) for each in letter.blocks),
    )


def _fill_block(
    block: LetterBlock, values: Mapping[str, str], rows: Mapping[str, list[tuple[str, ...]]]
) -> dict[str, Any]:
    repeated = rows[block.each] if block.each else []
    items = [_fill_text(item, values) for item in block.items]
    if block.kind == "list":
        items += [" ".join(row) for row in repeated]
    return {
        "kind": block.kind,
        "text": _fill_text(block.text, values),
        "items": items,
        "columns": [_fill_text(column, values) for column in block.columns],
        "rows": [list(row) for row in repeated] if block.kind == "table" else [],
    }


def _fill_text(text: str, values: Mapping[str, str]) -> str:
    """One pass: braces inside a value are that value’s own."""
    return HOLE.sub(lambda hole: values.get(hole[1]) or BLANK, text)
