"""The remedies matrix as a catalogue that the pilot changes by pages: one row for a benefit, an operator and a regime.

The rows are kept as one in the parameters of their edition. A row has a code for the pages alone: what it is about.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from cases.actions.deadlines import catalogue_in_force
from cases.actions.editions import catalogue_in_parameters
from cases.actions.reference_files import find_file
from cases.actions.remedies import line_letters_in_force
from cases.models import Edition
from cases.rules.editions import TITLE, Findings, Row, Said, findings_of
from cases.rules.law import REMEDY_PARTS, code_of_remedy
from cases.rules.reading import CONFIDENCES, FaultyRules, read_toml
from cases.rules.remedies import BENEFITS, FRAUD, OPERATORS, PARTS, read_matrix

ROWS = "rows"
REFERENCE = Path(__file__).parents[1] / "reference" / "remedies.toml"
COLUMN_WORDS = {
    "authority": "à qui écrire",
    "addressee": "destinataire du courrier",
    "outside": "hors de l’organisme",
    "rule": "délai",
    "silent_rule": "délai après le silence",
    "months": "mois",
    "code": "tribunal",
    "court": "tribunal",
    "social": "pôle social",
    "rectification": "une rectification arrête le recouvrement",
    "recourse": "un recours arrête le recouvrement",
    "waiver": "une demande de remise arrête le recouvrement",
    "by": "qui remet",
    "criterion": "critère",
    "fraud": "en cas de fraude",
    "plea": "ce que plaide le courrier",
    "answer": "délai pour répondre",
    "reason": "pourquoi rien n’est compté",
    "share": "part de ce qui est versé, en %",
    "note": "à savoir",
    "ordinary": "années",
    "amount": "montant, en euros",
    "reference": "source",
    "confidence": "confiance",
}
STOP_WORDS = {"yes": "oui", "no": "non", "unknown": "à vérifier", "none": "cette étape n’existe pas"}


def rows_of(parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{**deepcopy(dict(row)), "code": code_of_remedy(row)} for row in parameters.get(ROWS, ())]


def with_rows(parameters: Mapping[str, object], rows: Sequence[Row]) -> dict[str, object]:
    """The parameters with these rows over those of the same codes; a new one at the end."""
    found = {row["code"]: row for row in [*rows_of(parameters), *rows]}
    return {**parameters, ROWS: list(found.values())}


def without_row(parameters: Mapping[str, object], code: str) -> dict[str, object]:
    return {**parameters, ROWS: [row for row in rows_of(parameters) if row["code"] != code]}


def title_of(row: Row) -> str:
    who = ", ".join(BENEFITS.get(code, code) for code in row["benefits"])
    days = [f"{words} le {date.fromisoformat(row[name]):%d/%m/%Y}" for name, words in _DAYS.items() if row.get(name)]
    return f"{who} : {', '.join([*(OPERATORS.get(code, code) for code in row['operators']), *days])}"


_DAYS = {"from": "depuis", "until": "jusqu’au"}


def describe_row(row: Row) -> Said:
    said: dict[str, tuple[str, ...]] = {TITLE: (title_of(row),)}
    for name in PARTS:
        said[REMEDY_PARTS[name].capitalize()] = tuple(_say_part(row.get(name, {})))
    return said | {
        "Courriers": tuple(f"{step} : {letter}" for step, letter in row.get("letters", {}).items()),
        "À lire par le professionnel": tuple(row.get("notes", ())),
    }


def _say_part(part: Row) -> Iterator[str]:
    for name, value in part.items():
        words = COLUMN_WORDS.get(name, name)
        if value is True:
            yield words
        elif value not in ("", False, None):
            yield f"{words} : {_in_words(name, value)}"


def _in_words(name: str, value: Any) -> str:
    known = {**FRAUD, **STOP_WORDS} if name in ("fraud", "rectification", "recourse", "waiver") else {}
    return str({**known, **(CONFIDENCES if name == "confidence" else {})}.get(value, value))


def check(edition: Edition, rows: Sequence[Row], on: date) -> Findings:
    """Every fault of the whole; and the delays and letters that it names and that day would not find."""
    rules = [rule.code for rule in catalogue_in_force(on=on, territory=edition.territory).rules]
    letters = line_letters_in_force(on=on, territory=edition.territory).letters
    try:
        read_matrix({ROWS: list(rows)}, rules=rules, letters=letters)
    except FaultyRules as faulty:
        return findings_of(faulty, rows)
    return Findings(faults=(), doubts=())


@cache
def _rows_of_file(path: Path) -> list[Row]:
    return list(rows_of(read_toml(path)))


REMEDIES = catalogue_in_parameters(
    code=Edition.Catalogue.REMEDIES,
    rows_of=rows_of,
    with_rows=with_rows,
    without=without_row,
    say_row=describe_row,
    sense=lambda row: frozenset(f"{benefit}:{by}" for benefit in row["benefits"] for by in row["operators"]),
    check=check,
    released=lambda territory: _rows_of_file(find_file(REFERENCE)),
)
