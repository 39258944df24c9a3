"""What a tenant hands over or sends while he may lose his home: a sheet for the hearing, letters to the judge and to others.

Each says when it is offered and what must be true before; a letter that is refused says why and by which text. All words
are data: `[je|nous]` is for one or several who sign, and a phrase says what is known, or what to say when it isn’t. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cases.refusals import Refusal
from cases.rules.reading import (
    CONFIDENCES,
    DataRow,
    make_row,
    read_rows,
    refuse_faults,
    row_faults,
    wrong_confidence,
    wrong_days,
)
from cases.rules.texts import Filled, TextBlock, TextGrammar, fill_blocks, names_in
from cases.rules.tracks import TrackPosition, load_tracks

KNOWN: Mapping[str, str] = {
    "tenants": "nom de qui signe",
    "home": "adresse du logement",
    "landlord": "bailleur",
    "reference": "numéro du dossier",
    "structure": "service qui accompagne",
    "professional": "professionnel qui accompagne",
    "today": "date du courrier",
    "hearing_day": "jour de l’audience",
    "debt": "dette de loyer connue",
    "debt_on": "date à laquelle cette dette est connue",
    "at_home": "si qui signe vit dans le logement",
    "left_on": "date à laquelle qui signe a quitté le logement",
    "released_on": "date qui met fin à la solidarité de qui signe",
    "release_missing": "ce qui manque pour que cette solidarité cesse",
    "released_by": "texte qui met fin à cette solidarité",
    "doubted": "somme à discuter dans la dette",
    "points": "nombre de points de la dette à vérifier",
    "later_points": "nombre de points de la dette à payer plus tard",
    "judged_on": "date de la décision qui met fin au bail",
    "order_to_leave_on": "date du commandement de quitter les lieux",
    "police_requested_on": "date de la demande de concours de la force publique",
    "housing_number": "numéro unique de demande de logement social",
}
"""What the case says."""
TYPED: Mapping[str, str] = {
    "court": "tribunal",
    "hearing_time": "heure de l’audience",
    "hearing_room": "salle",
    "case_number": "numéro de l’affaire au tribunal (RG)",
    "reason": "raison du report",
    "monthly_offer": "somme proposée chaque mois",
    "months": "nombre de mois demandés",
    "leave_months": "nombre de mois demandés pour quitter le logement",
    "story": "situation, dans les mots de la personne",
    "rehousing": "démarches de relogement",
    "identity": "profession, nationalité, date et lieu de naissance de chacun",
    "landlord_address": "adresse ou siège du bailleur",
    "phone": "téléphone à appeler",
}
"""What the professional types with the person."""
FIELDS: Mapping[str, str] = {**KNOWN, **TYPED}

CONDITIONS: Mapping[str, str] = {
    "hearing_ahead": "une audience est à venir",
    "rent_resumed": "le loyer courant est repris en entier",
    "eviction_ordered": "une décision met fin au bail",
    "order_to_leave_served": "un commandement de quitter les lieux a été signifié",
    "police_unanswered": "le préfet n’a pas encore répondu",
    "no_legal_aid_yet": "aucune demande d’aide juridictionnelle n’est connue",
    "no_dalo_yet": "aucun recours DALO n’est en cours",
    "rent_owed": "une dette de loyer est connue",
    "somebody_left": "un locataire du bail a quitté le logement",
    "left_for_violence": "un locataire est parti en raison de violences",
}
"""What a letter may ask to be true of the case, whose facts say whether it is."""

ONLY, NEVER = "only", "never"
POINTS, LATER_POINTS = "points", "later_points"
"""What is to be checked in the debt that the landlord claims, and what is owed, but later: lists of a letter may repeat them."""
LEFT_FOR_VIOLENCE = "left_for_violence"
"""What offers a letter that is hers alone who left for violence, whoever else left."""

NUMBER = re.compile(r"\[([^|\[\]]*)\|([^|\[\]]*)\]")


class NotOffered(Refusal):
    """A letter of the tenant does not fit the case now. The message says why, and by which text."""


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """What must be true before the letter is offered, and what is said as long as it is not."""

    holds: str
    refusal: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A sentence that says what is known; or another, or nothing, when it isn’t."""

    code: str
    needs: tuple[str, ...]
    known: str
    unknown: str = ""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What the law lets one ask for, in a field that is typed."""

    field: str
    least: int
    most: int
    reference: str


@dataclass(frozen=True, kw_only=True)
class TenantLetter:
    code: str
    title: str
    """Its name in the product."""
    subject: str
    about: str
    recipient: tuple[str, ...]
    """The first lines of the address; of what is handed to the household, its name alone."""
    to_household: bool = False
    tight: bool = False
    """Set smaller: it is to hold on one page."""
    states: tuple[str, ...] = ()
    """Where the eviction procedure stands when it is offered (`tracks.toml`)."""
    whenever: str = ""
    """The condition that offers it alone, wherever the procedure stands."""
    departed: str = ""
    """Who signs it: a tenant who left (only), one who did not (never), or any."""
    alone: bool = False
    """Each person signs her own."""
    ahead: tuple[str, ...] = ()
    """The facts to come that offer it too, as long as the judge has not decided."""
    elsewhere: str
    """What is said at any other moment."""
    conditions: tuple[Requirement, ...] = ()
    without_enclosure: str = ""
    """Why it is refused when nothing goes with it; empty when nothing must."""
    enclosures: tuple[str, ...] = ()
    """What goes with it: those that are there are ticked, and listed at its end."""
    advice: tuple[str, ...] = ()
    """For the professional: what the letter alone does not do."""
    reference: str
    read_on: date | None = None
    """When its source was last read whole; none, when it was not."""
    confidence: str
    blocks: tuple[TextBlock, ...]

    @property
    def is_to_be_verified(self) -> bool:
        return self.confidence != "H"

    @property
    def confidence_words(self) -> str:
        return CONFIDENCES[self.confidence]

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.subject, *self.recipient, *(text for block in self.blocks for text in block.texts))


@dataclass(frozen=True, kw_only=True)
class TenantSituation:
    """Where a case stands on a day, as far as its letters ask."""

    position: TrackPosition
    holds: frozenset[str]
    """Those of the conditions that are true."""


@dataclass(frozen=True, kw_only=True)
class TenantLetters:
    letters: Mapping[str, TenantLetter]
    phrases: Mapping[str, Phrase]
    limits: Mapping[str, Limit]

    def needed_fields(self, letter: TenantLetter) -> tuple[str, ...]:
        """Those without which it cannot be printed."""
        return tuple(name for name in names_in(letter.texts) if name not in self.phrases)

    def typed_fields(self, letter: TenantLetter) -> tuple[str, ...]:
        """Those that are asked, in the order of the form."""
        named = names_in(letter.texts)
        in_phrases = [need for name in named if name in self.phrases for need in self.phrases[name].needs]
        return tuple(name for name in TYPED if name in (*named, *in_phrases))

    def fill(
        self,
        letter: TenantLetter,
        *,
        values: Mapping[str, str],
        signers: Sequence[str],
        points: Mapping[str, Sequence[str]] | None = None,
        enclosures: Sequence[str] = (),
        draft: bool = False,
    ) -> Filled:
        """The letter in words. Refuses (`MissingValue`) a needed value that isn’t known, or leaves it blank in a draft."""
        if not draft:
            GRAMMAR.refuse_missing(self.needed_fields(letter), values)
        several = len(signers) > 1
        said = {
            **values,
            **{name: self._say(phrase, values, several=several) for name, phrase in self.phrases.items()},
        }
        silent = {name for name in self.phrases if not said[name]}
        listed = points or {}
        rows = {
            name: [(choose_number(point, several=several),) for point in listed.get(name, ())]
            for name in (POINTS, LATER_POINTS)
        }
        told = [block for block in letter.blocks if not block.each or rows[block.each]]
        blocks = [each for block in told if (each := _without_silence(block, silent)) is not None]
        filled = fill_blocks(
            choose_number(letter.subject, several=several),
            [_in_number(block, several=several) for block in blocks],
            values=said,
            rows=rows,
        )
        return replace(filled, blocks=tuple(_with_ending(filled.blocks, letter, signers, enclosures)))

    def recipient_lines(self, letter: TenantLetter, values: Mapping[str, str]) -> tuple[str, ...]:
        named = [line for line in letter.recipient if all(values.get(name) for name in names_in([line]))]
        return tuple(fill_blocks(line, (), values=values, rows={}).subject for line in named)

    def _say(self, phrase: Phrase, values: Mapping[str, str], *, several: bool) -> str:
        known = all(values.get(name) for name in phrase.needs)
        text = choose_number(phrase.known if known else phrase.unknown, several=several)
        return fill_blocks(text, (), values=values, rows={}).subject


def choose_number(text: str, *, several: bool) -> str:
    """« [Je demande|Nous demandons] » for the one or the several who sign."""
    return NUMBER.sub(lambda found: found[2 if several else 1], text)


def _in_number(block: TextBlock, *, several: bool) -> TextBlock:
    return replace(
        block,
        text=choose_number(block.text, several=several),
        items=tuple(choose_number(item, several=several) for item in block.items),
    )


def _without_silence(block: TextBlock, silent: set[str]) -> TextBlock | None:
    """The block without the items, or nothing when it is one text, that are a phrase with nothing to say."""
    alone = {f"{{{name}}}" for name in silent}
    if block.text in alone:
        return None
    return replace(block, items=tuple(item for item in block.items if item not in alone))


def _with_ending(
    blocks: Sequence[dict[str, Any]], letter: TenantLetter, signers: Sequence[str], enclosures: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """What goes with the letter stands before its last words, and those who sign it after them."""
    for block in blocks:
        if enclosures and block["kind"] == "closing":
            items = ["Pièces jointes :", *(f"– {label}" for label in enclosures)]
            yield {"kind": "attachments", "text": "", "items": items, "columns": [], "rows": []}
        yield block
    if not letter.to_household:
        yield {"kind": "signature", "text": "", "items": list(signers), "columns": [], "rows": []}


# Choosing


def refusal_of(letter: TenantLetter, situation: TenantSituation) -> str:
    """Why the letter is not offered now, with the text that says so; empty when it is."""
    if not is_moment(letter, situation):
        return f"{letter.elsewhere} ({letter.reference})"
    unmet = next((each for each in letter.conditions if each.holds not in situation.holds), None)
    return f"{unmet.refusal} ({unmet.reference})" if unmet else ""


def is_moment(letter: TenantLetter, situation: TenantSituation) -> bool:
    position = situation.position
    if letter.whenever:
        return letter.whenever in situation.holds
    is_ahead = not position.is_judged and any(fact.kind in letter.ahead for fact in position.coming)
    return is_ahead or position.code in letter.states


def letters_at_moment(letters: Iterable[TenantLetter], situation: TenantSituation) -> list[tuple[TenantLetter, str]]:
    """Those of the moment, each with what refuses it, if anything does: the ones that may be written first."""
    found = [(letter, refusal_of(letter, situation)) for letter in letters if is_moment(letter, situation)]
    return sorted(found, key=lambda each: bool(each[1]))


# Reading

PARTS = ("letters", "phrases", "limits")
GRAMMAR = TextGrammar(
    fields=FIELDS,
    kinds={"heading": ("text",), "paragraph": ("text",), "closing": ("text",), "list": ("items", "each")},
    repeats={POINTS: 1, LATER_POINTS: 1},
)


def read_tenant_letters(data: Mapping[str, Any]) -> TenantLetters:
    """The checked catalogue, or `FaultyRules` with every fault at once."""
    rows, phrases, limits = (data.get(part, ()) for part in PARTS)
    grammar = replace(GRAMMAR, fields={**FIELDS, **{str(row.get("code")): "phrase" for row in phrases}})
    faults = [*_letter_faults(rows, grammar), *_phrase_faults(phrases)]
    faults += row_faults(limits, Limit, name="Limite", choices={"field": TYPED}, key=lambda row: row.get("field"))
    if not rows:
        faults.append("Le catalogue ne contient aucun courrier.")
    refuse_faults(faults)
    return TenantLetters(
        letters={row["code"]: _read_letter(row) for row in rows},
        phrases={row["code"]: make_row(Phrase, row) for row in phrases},
        limits={row["field"]: make_row(Limit, row) for row in limits},
    )


def _read_letter(row: DataRow) -> TenantLetter:
    return make_row(
        TenantLetter,
        row,
        conditions=read_rows(Requirement, row.get("conditions", ()), name="Condition"),
        blocks=tuple(make_row(TextBlock, block) for block in row["blocks"]),
    )


def _letter_faults(rows: Sequence[DataRow], grammar: TextGrammar) -> Iterator[str]:
    states = {state.code for state in load_tracks().court.states}

    def own_faults(row: DataRow, where: str) -> Iterator[str]:
        for condition in row.get("conditions", ()):
            if condition.get("holds") not in CONDITIONS:
                known = ", ".join(CONDITIONS)
                yield f"{where} : condition « {condition.get('holds')} » inconnue. Conditions connues : {known}."
            yield from (f"{where} : une condition dit {word}." for word in _missing_words(condition))
        yield from wrong_confidence(row, where=where)
        yield from wrong_days(row, ("read_on",), where=where)
        yield from grammar.find_faults(row["subject"], *row["recipient"], blocks=row["blocks"], where=where)

    return row_faults(
        rows,
        TenantLetter,
        name="Courrier",
        choices={"states": states, "whenever": CONDITIONS, "departed": (ONLY, NEVER)},
        more=own_faults,
    )


def _missing_words(condition: DataRow) -> list[str]:
    words = {"refusal": "pourquoi le courrier est refusé", "reference": "selon quel texte"}
    return [said for column, said in words.items() if not condition.get(column)]


def _phrase_faults(rows: Sequence[DataRow]) -> Iterator[str]:
    def own_faults(row: DataRow, where: str) -> Iterator[str]:
        yield from (f"{where} : le champ « {name} » n’existe pas." for name in row["needs"] if name not in FIELDS)
        named = names_in([row["known"]])
        yield from (
            f"{where} : « {name} » est nommé sans être dans needs." for name in named if name not in row["needs"]
        )
        if names_in([row.get("unknown", "")]):
            yield f"{where} : ce qui se dit sans rien savoir ne nomme aucun champ."

    return row_faults(rows, Phrase, name="Phrase", more=own_faults)
