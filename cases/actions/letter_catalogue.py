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
from cases.rules.editions import TITLE, Finding, Findings, Row, Said, findings_of
from cases.rules.letter_blocks import to_text
from cases.rules.line_letters import read_line_letters
from cases.rules.reading import FaultyRules, read_toml

LETTER, ARGUMENT, COMMON = "letters", "arguments", "shared"
PREFIX = "texte-"
REFERENCE = Path(__file__).parents[1] / "reference" / "letters_overpayments.toml"


def rows_of(parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [{**deepcopy(row), "part": part} for part in (LETTER, ARGUMENT) for row in parameters.get(part, ())]
    return rows + [
        {"code": f"{PREFIX}{name}", "text": text, "part": COMMON} for name, text in parameters.get(COMMON, {}).items()
    ]


def with_rows(parameters: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """The parameters with these rows over those of the same codes; a new one at the end."""
    made = deepcopy(dict(parameters))
    for row in rows:
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
    made = deepcopy(dict(parameters))
    for part in (LETTER, ARGUMENT):
        made[part] = [row for row in made[part] if row["code"] != code]
    made[COMMON].pop(code.removeprefix(PREFIX), None)
    return made


def describe_row(row: Row) -> Said:
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
    return said | {"Source": (f"{row['reference']} (confiance {row['confidence']})",)}


def _meaning_of_row(row: Row) -> frozenset[str]:
    """To whom a letter goes, and of what it counts as the sending, never changes."""
    return frozenset({f"{row['part']}:{row.get('to', '')}:{row.get('counts_as', '')}"})


def check(edition: Edition, rows: Sequence[Row], on: date) -> Findings:
    """Every fault of the whole, and the letters that the matrix of that day, or the machine, names and would not find."""
    kept: dict[str, Any] = {**edition.parameters, LETTER: [], ARGUMENT: [], COMMON: {}}
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
    released=lambda: _rows_of_file(find_file(REFERENCE)),
)
