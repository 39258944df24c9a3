"""A catalogue that an edition keeps as one in its parameters: its parts as rows, what each says, one beside the other. Pure.

A part is a list of rows that have a code, or one whole (a table, a list without codes), which is then a single row. In an
`EditableCatalogue` a row is `{"code", "part", "row"}`, with its confidence and the code of the row before it in its part.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from cases.rules.editions import TITLE, Row, Said
from cases.rules.law import LIMITED_FIELDS, PLAN_AUTHORS
from cases.rules.letters import AT_COUNTER, NEEDS, TO_FAMILY, TO_FOLLOWED
from cases.rules.overpayments import STEPS, TAKES
from cases.rules.reading import CONFIDENCES
from cases.rules.remedies import BENEFITS, OPERATORS
from cases.rules.rent_checks import HOUSING
from cases.rules.sheets import ASKED, SECTIONS
from cases.rules.tenant_letters import CONDITIONS, NEVER, ONLY
from cases.rules.tracks import load_tracks

AFTER = "after"
"""The column of a row that says after which one it is read."""


@dataclass(frozen=True, kw_only=True)
class CataloguePart:
    name: str
    """In the parameters."""
    title: str
    """Of its rows together, or of the whole."""
    prefix: str = ""
    """Before the codes of its rows, which are told apart from those of the other parts."""
    known_by: tuple[str, ...] = ("code",)
    """The columns that tell its rows apart; none: it is one whole."""

    def code_of(self, row: Row) -> str:
        return self.prefix + "-".join(str(row[column]) for column in self.known_by if row.get(column))


Parts = Sequence[CataloguePart]


def part_rows(parameters: Mapping[str, Any], parts: Parts) -> list[dict[str, Any]]:
    return [row for part in parts for row in _rows_of_part(parameters.get(part.name), part)]


def _rows_of_part(kept: Any, part: CataloguePart) -> Iterator[dict[str, Any]]:
    if kept is None:
        return
    if not part.known_by:
        yield {"code": part.name, "part": part.name, "row": deepcopy(kept), AFTER: "", **_confidence_of(kept)}
        return
    before = ""
    for row in kept:
        code = part.code_of(row)
        yield {"code": code, "part": part.name, "row": deepcopy(row), AFTER: before, **_confidence_of(row)}
        before = code


def _confidence_of(row: object) -> dict[str, str]:
    return {"confidence": row["confidence"]} if isinstance(row, Mapping) and "confidence" in row else {}


def with_part_rows(parameters: Mapping[str, Any], rows: Iterable[Row], parts: Parts) -> dict[str, Any]:
    """The parameters with these rows over those of the same codes; a new one after the one that it names, else at the end."""
    made, of = deepcopy(dict(parameters)), {part.name: part for part in parts}
    for row in rows:
        part = of[row["part"]]
        if part.known_by:
            made[part.name] = _with_row(made.get(part.name, []), row, part)
        else:
            made[part.name] = row["row"]
    return made


def _with_row(kept: list[Row], row: Row, part: CataloguePart) -> list[Row]:
    codes = [part.code_of(each) for each in kept]
    if row["code"] in codes:
        place = codes.index(row["code"])
        if row.get(AFTER, codes[place - 1] if place else "") == (codes[place - 1] if place else ""):
            return [*kept[:place], row["row"], *kept[place + 1 :]]
        kept, codes = [*kept[:place], *kept[place + 1 :]], [*codes[:place], *codes[place + 1 :]]
    place = codes.index(row[AFTER]) + 1 if row.get(AFTER) in codes else 0 if row.get(AFTER) == "" else len(kept)
    return [*kept[:place], row["row"], *kept[place:]]


def without_part_row(parameters: Mapping[str, Any], code: str, parts: Parts) -> dict[str, Any]:
    made = deepcopy(dict(parameters))
    for part in parts:
        if part.known_by:
            made[part.name] = [row for row in made.get(part.name, ()) if part.code_of(row) != code]
        elif part.name == code:
            made.pop(part.name, None)
    return made


# What a row says

COLUMNS: Mapping[str, str] = {
    "about": "Quand",
    "act": "Acte",
    "addressee": "Destinataire",
    "advice": "Conseils au professionnel",
    "after": "Après le courrier",
    "ahead": "Proposé aussi avant",
    "alone": "Signé par une seule personne",
    "amount": "Ce qui tombe de la somme",
    "asks": "Demande",
    "at_counter": "Remis au guichet",
    "benefits": "Prestations",
    "blocks": "Texte",
    "change": "Écart, en %",
    "child": "Par enfant, en parts",
    "conditions": "À condition que",
    "confidence": "Confiance",
    "counts_as": "Compte comme",
    "couple": "Couple, en parts",
    "departed": "Qui signe",
    "effect": "Ce que cela change",
    "elsewhere": "Hors de ce moment",
    "enclosures": "Pièces jointes",
    "ends": "Plus rien à payer",
    "form": "Forme",
    "holds": "il faut",
    "housing": "Logement",
    "in_letter": "Dans le courrier au juge",
    "increase": "Majoration, en %",
    "is_route": "Voie de recours",
    "known": "Quand on le sait",
    "least": "Au moins",
    "left_at_home": "Laissé au domicile",
    "look": "Où regarder",
    "lowers": "Diminue ce qui est dû",
    "missing": "Ce qu’on dit quand elle manque",
    "months": "Mois",
    "most": "Au plus",
    "moves": "Ce que la réponse change",
    "needed": "Demandée à tous",
    "needs_agreement": "Avec l’accord du ménage",
    "needs": "Il faut",
    "note": "Note",
    "operators": "Organismes",
    "read_on": "Source lue le",
    "recipient": "Adresse",
    "questions": "Aux questions",
    "reference": "Source",
    "refusal": "sinon",
    "repeat_years": "Doublée en cas de nouvelle fraude, dans les (ans)",
    "rests_on": "Repose sur",
    "share": "Part, en %",
    "single": "Personne seule, en parts",
    "source": "d’après",
    "states": "Moments de la procédure",
    "step": "Étape",
    "steps": "Étapes",
    "subject": "Objet",
    "paragraphs": "Paragraphes",
    "cases": "Dossiers dans le mois, au moins",
    "more": "De plus que le mois d’avant, au moins",
    "takes": "Avec",
    "tight": "Serré sur une page",
    "to_family": "Fiche avec code",
    "to_followed": "Remis à la personne suivie",
    "to_household": "Remis au ménage",
    "tolerance": "Écart admis, en euros",
    "unknown": "Quand on ne le sait pas",
    "when": "Si",
    "whenever": "Proposé, où qu’en soit la procédure, si",
    "whose": "De qui",
    "without_enclosure": "Sans pièce jointe",
}
"""What each column is called. A column whose name is the title, or what the row is known by, says nothing more."""
WORDS: Mapping[str, Mapping[str, str]] = {
    "act": {"notice": "notification", "decision": "décision"},
    "amount": {"all": "toute la somme", "part": "une partie", "none": "rien"},
    "asks": {code: words for code, (words, _) in ASKED.items()},
    "at_counter": AT_COUNTER,
    "benefits": BENEFITS,
    "confidence": CONFIDENCES,
    "departed": {ONLY: "seulement qui a quitté le logement", NEVER: "jamais qui a quitté le logement"},
    "holds": CONDITIONS,
    "housing": HOUSING,
    "needs": NEEDS,
    "operators": OPERATORS,
    "section": SECTIONS,
    "states": {state.code: state.title for state in load_tracks().court.states},
    "step": STEPS,
    "takes": TAKES,
    "to_family": TO_FAMILY,
    "to_followed": TO_FOLLOWED,
    "whenever": CONDITIONS,
    "whose": {"person": "de la personne", "body": "de l’organisme", "law": "de la loi", "nobody": "de personne"},
}
"""What the codes of a column are called."""
TITLES = ("title", "label", "code", "field", "author")
"""Columns that name a row: the first that it has."""


def say_part_row(row: Row, parts: Parts) -> Said:
    part, content = next(each for each in parts if each.name == row["part"]), row["row"]
    if not part.known_by:
        return {TITLE: (part.title,), **_say_whole(content)}
    name = next(column for column in TITLES if column in content)
    words = {**PLAN_AUTHORS, **LIMITED_FIELDS}.get(str(content[name]), str(content[name]))
    return {TITLE: (words,), **_say_columns({k: v for k, v in content.items() if k not in (name, "code")})}


def _say_whole(content: object) -> Said:
    if isinstance(content, Mapping) and content.keys() <= COLUMNS.keys():
        return _say_columns(content)
    return {"Contenu": tuple(_say_value("", content))}


def _say_columns(content: Row) -> dict[str, tuple[str, ...]]:
    """The text of a letter last, as it is read."""
    in_order = sorted(content.items(), key=lambda item: item[0] == "blocks")
    return {COLUMNS[column]: tuple(_say_value(column, value)) for column, value in in_order}


def _say_value(column: str, value: Any) -> Iterator[str]:
    if isinstance(value, bool):
        yield "oui" if value else "non"
    elif isinstance(value, Mapping):
        yield from (f"{name} : {' '.join(_say_value(name, each))}" for name, each in value.items())
    elif column == "blocks":
        yield from (text for block in value for text in _texts_of_block(block))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield from (", ".join(_say_parts_of(each)) for each in value)
    elif isinstance(value, list):
        yield from (WORDS.get(column, {}).get(str(each), str(each)) for each in value)
    elif value not in ("", None):
        yield WORDS.get(column, {}).get(str(value), str(value))


def _say_parts_of(row: Row) -> Iterator[str]:
    for column, value in row.items():
        words = " ".join(_say_value(column, value))
        yield words if column in TITLES else f"{COLUMNS[column]} : {words}"


def _texts_of_block(block: Row) -> Iterator[str]:
    """What is read of a block: its own text, a line for each item, the section or the rows that it repeats."""
    if section := block.get("section"):
        yield f"[{block.get('title') or SECTIONS.get(section, section)}]"
    if text := block.get("text"):
        yield text
    yield from (f"- {item}" for item in block.get("items", ()))
    if columns := block.get("columns"):
        yield " | ".join(columns)
    if each := block.get("each"):
        yield f"[{each}]"
