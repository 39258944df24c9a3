"""The texts of letters: read from data, checked, and filled with values. Pure: no letter is known by its code here.

A letter is a list of blocks (heading, paragraph, list, table, cards, signature, attachments) whose texts name merge fields.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from cases.rules.reading import DataRow, make_row, refuse_faults, row_faults
from cases.rules.texts import Filled, Repeated, TextBlock, TextGrammar, fill_blocks, names_in, texts_of

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
    "plan_made_on": "jour auquel la somme du plan est comptée",
    "plan_monthly": "mensualité",
    "plan_count": "nombre de mensualités",
    "plan_position": "accord du bailleur sur le plan",
    "next_service": "service qui prendra contact",
    "contact_when": "quand ce service prendra contact",
    "coordinator": "qui coordonne, ou que personne ne coordonne",
    "answer_by": "dernier jour de la réponse",
}
"""What a text may name, with the words that say so to whoever writes it."""

TYPED = (
    "appointment_day", "appointment_time", "appointment_place", "visit_day", "phone", "privacy_contact",
)  # fmt: skip
"""Fields that the professional fills for each letter; the case gives the others."""

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

TO_FAMILY: Mapping[str, str] = {
    "arrears": "à la personne, pour un impayé de loyer",
    "overpayment": "à la personne, pour un trop-perçu",
}
"""Procedure → the sheet that she may read again on the web, with its code: it names nobody, and no sum."""
ONLY_TO_FAMILY = frozenset({"answer_by"})
KNOWN_TO_FAMILY = ONLY_TO_FAMILY | {"reference", "structure", "professional", "today", "phone", "privacy_contact"}

NEEDS: Mapping[str, str] = {"plan": "un plan d’apurement en cours ou proposé"}
CHANNELS = ("letter", "visit")

GRAMMAR = TextGrammar(
    fields=FIELDS,
    kinds={
        "heading": ("text",),
        "paragraph": ("text",),
        "list": ("items", "each"),
        "table": ("columns", "each"),
        "cards": ("columns", "each"),
        "signature": ("items",),
        "attachments": ("items",),
    },
    repeats={"instalments": 3, "participants": 1, PAPERS: 1, "referents": 3},
)


@dataclass(frozen=True, kw_only=True)
class LetterText:
    code: str
    title: str
    """Its name in the product."""
    subject: str
    """Its heading on paper."""
    about: str
    steps: tuple[str, ...] = ()
    """The steps at which it is offered; at any when empty."""
    after: str = ""
    """Offered once this other letter was made."""
    needs: str = ""
    left_at_home: bool = False
    counts_as: str = ""
    """The channel of the attempt to reach the household that its sending is, if any."""
    at_counter: str = ""
    """To whom a counter hands it; empty for a letter that is written from a case."""
    to_followed: str = ""
    """Which sheet for a person who is followed; empty for all others."""
    to_family: str = ""
    """Of which procedure it is the sheet with a code; empty for all others."""
    blocks: tuple[TextBlock, ...]

    @property
    def field_names(self) -> tuple[str, ...]:
        """What its text names, in the order of reading."""
        return names_in([self.subject, *(text for block in self.blocks for text in block.texts)])

    @property
    def typed_fields(self) -> tuple[str, ...]:
        return tuple(field for field in TYPED if field in self.field_names)


# Reading


def read_letters(data: Mapping[str, Any]) -> dict[str, LetterText]:
    """Code → letter, in the order of the file. Refuses (`FaultyRules`) with all its faults at once."""
    rows, papers = data.get("letters", ()), data.get(PAPERS, ())
    codes = [row.get("code") for row in rows]
    choices = {
        "after": codes,
        "needs": NEEDS,
        "counts_as": CHANNELS,
        "at_counter": AT_COUNTER,
        "to_followed": TO_FOLLOWED,
        "to_family": TO_FAMILY,
    }
    faults = [*row_faults(rows, LetterText, name="Courrier", choices=choices, more=_text_faults)]
    if not rows:
        faults.append("Le catalogue ne contient aucun courrier.")
    for number, row in enumerate(papers, start=1):
        if missing := [column for column in ("label", "source", "confidence") if not row.get(column)]:
            faults.append(f"Papier à apporter n° {number} : il manque {', '.join(missing)}.")
    refuse_faults(faults)
    labels = read_papers(data)
    return {row["code"]: make_row(LetterText, row, blocks=tuple(_read_blocks(row, labels))) for row in rows}


def read_papers(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The papers to bring, in the order of the catalogue."""
    return tuple(row["label"] for row in data.get(PAPERS, ()))


def _read_blocks(row: DataRow, papers: tuple[str, ...]) -> Iterator[TextBlock]:
    for block in row["blocks"]:
        if block.get("each") == PAPERS:
            yield make_row(TextBlock, block, items=(*block.get("items", ()), *papers), each="")
        else:
            yield make_row(TextBlock, block)


def _text_faults(row: DataRow, where: str) -> Iterator[str]:
    yield from _misplaced_fields(row, where=where)
    yield from GRAMMAR.find_faults(row["subject"], blocks=row["blocks"], where=where)


def _misplaced_fields(row: DataRow, *, where: str) -> Iterator[str]:
    """A counter hands over what it knows; no other letter speaks for it."""
    at_counter, blocks = row.get("at_counter"), row["blocks"]
    for block in blocks if at_counter else ():
        if block.get("each", PAPERS) != PAPERS:
            yield f"{where} : une fiche du guichet ne reprend du dossier que les papiers à apporter."
    named = {*names_in([row["subject"], *(text for block in blocks for text in texts_of(block))])} & FIELDS.keys()
    where_to = "ne va pas dans une fiche du guichet" if at_counter else "ne va qu’au guichet"
    for name in sorted(named - KNOWN_AT_COUNTER if at_counter else named & ONLY_AT_COUNTER):
        yield f"{where} : le champ « {{{name}}} » {where_to}."
    yield from _misplaced_in_family_sheet(row, named, where=where)
    for name in sorted(named & ONLY_TO_FOLLOWED if not row.get("to_followed") else ()):
        yield f"{where} : le champ « {{{name}}} » ne va que dans la fiche d’une personne suivie."


def _misplaced_in_family_sheet(row: DataRow, named: Set[str], *, where: str) -> Iterator[str]:
    """It is read on the web: nothing of the case but its number, who answers and when."""
    if not row.get("to_family"):
        for name in sorted(named & ONLY_TO_FAMILY):
            yield f"{where} : le champ « {{{name}}} » ne va que dans une fiche avec code."
        return
    for block in row["blocks"]:
        if block.get("each", PAPERS) != PAPERS:
            yield f"{where} : une fiche avec code ne reprend du dossier que les papiers à apporter."
    for name in sorted(named - KNOWN_TO_FAMILY):
        yield f"{where} : le champ « {{{name}}} » ne va pas dans une fiche avec code."


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
        and not letter.to_family
        and (not letter.steps or not steps.isdisjoint(letter.steps))
        and (not letter.after or letter.after in made)
        and (not letter.needs or letter.needs in has)
    ]


# Filling


def fill_letter(letter: LetterText, *, values: Mapping[str, str], rows: Repeated, draft: bool = False) -> Filled:
    """The letter in words. A value that is missing is refused (`MissingValue`), or left blank in a draft."""
    if not draft:
        GRAMMAR.refuse_missing(letter.field_names, values)
    return fill_blocks(letter.subject, letter.blocks, values=values, rows=rows)
