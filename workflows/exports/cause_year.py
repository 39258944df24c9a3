"""The causes of a year on paper and as an open table, from the same numbers as the page."""

import csv
from io import StringIO
from typing import Any

from cases.letters.typeset import typeset_page
from cases.templatetags.relais import long_date
from workflows.indicators.formatting import SMALL
from workflows.indicators.papers.pdf import PAGE
from workflows.queries.causes import CauseYear, CauseYearRow

CONTENT_TYPE = "text/csv; charset=utf-8"
SHORT_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
HALVES = (slice(0, 6), slice(6, 12))
"""Six months a table: twelve would not be read on a page."""
HEADINGS = ("organisme", "annee", "etat", "periode", "motif", "lignes", "masque", "arrete_au")


def number_words(number: int | None) -> str:
    return SMALL if number is None else str(number)


def reading_words(found: CauseYear) -> str:
    counted = "Lignes de trop-perçu que les professionnels ont saisies, à l’année et au mois du courrier."
    if found.is_plain:
        return f"{counted} Chiffres de travail du pilote : les petits nombres s’y lisent, ne pas diffuser."
    return (
        f"{counted} Un nombre inférieur à {found.shown_from} n’est pas montré, ni ce qui permettrait de le retrouver, ici ou "
        "dans le bilan d’un mois : « petit nombre »."
    )


def build_year_pdf(found: CauseYear) -> bytes:
    subject, day = f"Trop-perçus par motif, {found.words}", found.on
    return typeset_page(
        PAGE,
        {
            "subject": subject,
            "structure": found.structure.name,
            "dated": f"Compté le {long_date(day)}",
            "day": [day.year, day.month, day.day],
            "footer": f"{subject} · {found.structure.name} · interne au partenariat",
            "blocks": _build_blocks(found),
        },
    )


def _build_blocks(found: CauseYear) -> list[dict[str, Any]]:
    if found.is_empty and not found.has_before:
        return [{"kind": "paragraph", "text": empty_words(found)}]
    blocks: list[dict[str, Any]] = [
        {"kind": "paragraph", "text": reading_words(found)},
        {
            "kind": "table",
            "columns": ["Motif", found.words, str(found.year_before)],
            "sums": 2,
            "rows": [_totals(row) for row in found.rows],
            "total": _totals(found.whole),
        },
    ]
    if found.is_empty:
        return [{"kind": "note", "text": empty_words(found)}, *blocks]
    blocks.append({"kind": "chapter", "text": "Par mois"})
    blocks += [_months_table(found, half) for half in HALVES]
    return blocks


def _months_table(found: CauseYear, half: slice) -> dict[str, Any]:
    whole = found.whole
    return {
        "kind": "table",
        "columns": ["Motif", *SHORT_MONTHS[half]],
        "sums": 6,
        "rows": [[row.label, *map(number_words, row.months[half])] for row in found.rows],
        "total": [whole.label, *map(number_words, whole.months[half])],
    }


def _totals(row: CauseYearRow) -> list[str]:
    return [row.label, number_words(row.total), number_words(row.before)]


def empty_words(found: CauseYear) -> str:
    return f"Aucune ligne de trop-perçu de cet organisme n’a été saisie pour {found.year}."


def build_year_csv(found: CauseYear) -> bytes:
    """One line a number: opened by a double click in France."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    state = "en cours" if found.is_running else "terminée"
    for row in (*found.rows, found.whole):
        periods = [("année", row.total), *zip(SHORT_MONTHS, row.months, strict=True)]
        for period, number in periods:
            cells = ("", "oui") if number is None else (str(number), "non")
            writer.writerow([found.structure.name, found.year, state, period, row.label, *cells, found.on.isoformat()])
    return text.getvalue().encode("utf-8-sig")
