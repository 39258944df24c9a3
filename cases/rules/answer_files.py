"""The file of questions that an operator fills in and gives back: its columns, and how it is read. Pure, from bytes."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from cases.refusals import Refusal
from cases.rules.names import normalise_text

KEY = "Référence (ne pas changer)"
ANSWER, DECIDED_ON, AMOUNT = "Réponse", "Décidé le", "Somme qui n’est plus réclamée"
DAY, HOUR, TEXT = "Jour du rendez-vous", "Heure du rendez-vous", "Précision de la réponse"
TO_FILL = (ANSWER, DECIDED_ON, AMOUNT, DAY, HOUR, TEXT)
MOST = 500
"""Questions of one file."""
MAX_BYTES = 1024 * 1024


class UnreadableAnswers(Refusal):
    """A file of answers is not read."""


@dataclass(frozen=True, kw_only=True)
class AnsweredRow:
    number: int
    """Of the line, as a spreadsheet counts."""
    key: str
    cells: Mapping[str, str]
    """By the names of `TO_FILL`."""

    @property
    def is_empty(self) -> bool:
        return not any(self.cells.values())


def read_answers(content: bytes) -> list[AnsweredRow]:
    """As a French spreadsheet writes it, whatever the order of its columns, and with others added. Refuses
    (`UnreadableAnswers`) what is no such file."""
    if len(content) > MAX_BYTES:
        raise UnreadableAnswers("Ce fichier dépasse 1 Mo : déposer celui qui a été téléchargé, rempli.")
    text = _decode_text(content)
    if "\0" in text:
        raise UnreadableAnswers("Ce fichier n’est pas du texte : l’enregistrer au format CSV, puis le déposer.")
    for delimiter in ";,\t":
        rows = _split_cells(text, delimiter)
        for place, row in enumerate(rows):
            if normalise_text(KEY) in map(normalise_text, row):
                return _read_rows(rows[place + 1 :], titles=row, first=place + 2)
    raise UnreadableAnswers(
        f"La colonne « {KEY} » manque : déposer le fichier téléchargé ici, enregistré au format CSV."
    )


def _decode_text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _split_cells(text: str, delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableAnswers(
            "Ce fichier ne se lit pas : une cellule est trop longue, ou un guillemet n’est pas refermé."
        ) from error


def _read_rows(rows: list[list[str]], *, titles: list[str], first: int) -> list[AnsweredRow]:
    known = {normalise_text(name): name for name in (KEY, *TO_FILL)}
    places = {known[key]: place for place, title in enumerate(titles) if (key := normalise_text(title)) in known}
    missing = [f"« {name} »" for name in (ANSWER, DECIDED_ON) if name not in places]
    if missing:
        raise UnreadableAnswers(f"Il manque {' et '.join(missing)} parmi les colonnes du fichier.")
    found = []
    for number, row in enumerate(rows, start=first):
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
        if any(row):
            found.append(AnsweredRow(number=number, key=cells.pop(KEY), cells=cells))
    if len(found) > MOST:
        raise UnreadableAnswers(f"Ce fichier a plus de {MOST} lignes : le découper.")
    return found
