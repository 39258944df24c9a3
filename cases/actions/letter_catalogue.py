"""The letters of overpayments as a catalogue that the pilot changes by pages: letters, arguments and texts in common.

They are kept as one in the parameters of their edition; here each is a row, with the part that it belongs to.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from cases.actions.editions import catalogue_in_parameters
from cases.actions.reference_files import find_file
from cases.actions.remedies import matrix_in_force
from cases.models import Edition
from cases.rules import debt_lines
from cases.rules.catalogue_parts import CataloguePart, part_rows, say_part_row, with_part_rows, without_part_row
from cases.rules.editions import TITLE, Finding, Findings, Row, Said, findings_of
from cases.rules.letter_blocks import to_text
from cases.rules.line_letters import read_line_letters
from cases.rules.reading import CONFIDENCES, FaultyRules, read_toml

LETTER, ARGUMENT, COMMON = "letters", "arguments", "shared"
PREFIX = "texte-"
SETTINGS = (
    CataloguePart(name="benefits", title="Comment nommer chaque prestation", known_by=()),
    CataloguePart(name="courts", title="Nom de chaque tribunal", known_by=()),
)
"""Words that no form changes: read by the pilot, corrected by releases."""
REFERENCE = Path(__file__).parents[1] / "reference" / "letters_overpayments.toml"


def rows_of(parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [{**deepcopy(row), "part": part} for part in (LETTER, ARGUMENT) for row in parameters.get(part, ())]
    texts = parameters.get(COMMON, {}).items()
    rows += [{"code": f"{PREFIX}{name}", "text": text, "part": COMMON} for name, text in texts]
    return rows + part_rows(parameters, SETTINGS)


def is_setting(row: Row) -> bool:
    return any(row["part"] == part.name for part in SETTINGS)


def with_rows(parameters: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """The parameters with these rows over those of the same codes; a new one at the end."""
    made = with_part_rows(parameters, filter(is_setting, rows), SETTINGS)
    for row in rows:
        if is_setting(row):
            continue
        part, content = row["part"], {name: value for name, value in row.items() if name != "part"}
        if part == COMMON:
            made[COMMON][row["code"].removeprefix(PREFIX)] = row["text"]
            continue
        codes = [each["code"] for each in made[part]]
        if row["code"] in codes:
            made[part][codes.index(row["code"])] = content
        else:
            made[part].append(content)
    return made


def without_row(parameters: Mapping[str, Any], code: str) -> dict[str, Any]:
    made = without_part_row(parameters, code, SETTINGS)
    for part in (LETTER, ARGUMENT):
        made[part] = [row for row in made[part] if row["code"] != code]
    made[COMMON].pop(code.removeprefix(PREFIX), None)
    return made


def describe_row(row: Row) -> Said:
    if is_setting(row):
        return say_part_row(row, SETTINGS)
    if row["part"] == COMMON:
        return {TITLE: (f"Texte commun « {row['code'].removeprefix(PREFIX)} »",), "Texte": (row["text"],)}
    said: dict[str, tuple[str, ...]] = {
        TITLE: (f"{row['code']}, {row['title']}" if row["part"] == LETTER else row["title"],)
    }
    if row["part"] == LETTER:
        said |= {"Objet": (row["subject"],), "Quand": (row["about"],)}
        said["Texte"] = tuple(to_text(row["blocks"]).split("\n\n"))
        said["Envoi"] = ("Avec une preuve",) if row.get("proof") else ()
    else:
        said |= {"Texte": (row["text"],), "Courriers": tuple(row["letters"])}
    return said | {"Source": (f"{row['reference']} ({CONFIDENCES.get(row['confidence'], '')})",)}


def _meaning_of_row(row: Row) -> frozenset[str]:
    """To whom a letter goes, and of what it counts as the sending, never changes."""
    return frozenset({f"{row['part']}:{row.get('to', '')}:{row.get('counts_as', '')}"})


def check(edition: Edition, rows: Sequence[Row], on: date) -> Findings:
    """Every fault of the whole, and the letters that the matrix of that day, or the machine, names and would not find."""
    kept: dict[str, Any] = {LETTER: [], ARGUMENT: [], COMMON: {}}
    try:
        letters = read_line_letters(with_rows(kept, rows)).letters
    except FaultyRules as faulty:
        return findings_of(faulty, rows)
    options = {option.letter for option in debt_lines.load_machine().options.values() if option.letter[:1] == "L"}
    lost = sorted((matrix_in_force(on=on, territory=edition.territory).letters | options) - letters.keys())
    text = "il est nommé par la matrice des recours ou par une suite possible : le remettre."
    faults = [Finding(code="", text=f"Courrier {code} : {text}") for code in lost]
    return Findings(faults=tuple(faults), doubts=())


@cache
def _rows_of_file(path: Path) -> list[Row]:
    return list(rows_of(read_toml(path)))


LINE_LETTERS = catalogue_in_parameters(
    code=Edition.Catalogue.OVERPAYMENT_LETTERS,
    rows_of=rows_of,
    with_rows=with_rows,
    without=without_row,
    say_row=describe_row,
    sense=_meaning_of_row,
    check=check,
    released=lambda territory: _rows_of_file(find_file(REFERENCE)),
)
