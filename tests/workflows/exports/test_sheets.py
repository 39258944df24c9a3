"""What a spreadsheet reads of an export: texts that run nothing, real days, sums as numbers."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from workflows.exports.sheets import write_sheet
from workflows.lists.base import Column, ColumnKind

COLUMNS = [Column("Ménage"), Column("Échéance", ColumnKind.DATE), Column("Solde", ColumnKind.MONEY)]
LINES: list[list[Any]] = [
    ["DELAUNAY Inès", date(2026, 11, 24), Decimal("1060.50")],
    ['=HYPERLINK("http://x")', None, None],
    ["", date(1999, 1, 1), Decimal(-3)],
]


def written(file_type: str, lines: list[list[Any]] = LINES, heading: str = "Situations. Filtres : aucun.") -> bytes:
    out = io.BytesIO()
    write_sheet(out, lines, file_type=file_type, heading=heading, columns=COLUMNS)
    return out.getvalue()


def rows_of(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_an_xlsx_has_the_filters_the_titles_then_days_and_numbers():
    assert rows_of(written("xlsx")) == [
        ["Situations. Filtres : aucun.", "", ""],
        ["Ménage", "Échéance", "Solde"],
        ["DELAUNAY Inès", date(2026, 11, 24), 1060.5],
        ['=HYPERLINK("http://x")', "", ""],
        ["", date(1999, 1, 1), -3.0],
    ]


def test_a_csv_opens_in_a_french_spreadsheet():
    assert written("csv").decode("utf-8-sig") == (
        "Situations. Filtres : aucun.\r\n"
        "Ménage;Échéance;Solde\r\n"
        "DELAUNAY Inès;24/11/2026;1060,50\r\n"
        '"\'=HYPERLINK(""http://x"")";;\r\n'
        ";01/01/1999;-3,00\r\n"
    )
    assert written("csv").startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("text", ["=1+1", "+33 6", "-2", "@SUM(A1)", "\tonglet", "\rretour"])
def test_no_text_is_ever_run(text: str):
    csv = written("csv", [[text, None, None]], heading=text).decode("utf-8-sig")
    assert csv.count("'" + text) == 2
    content = written("xlsx", [[text, None, None]], heading=text)
    assert b"<f>" not in content
    assert [row[0].strip() for row in rows_of(content)] == [text.strip(), "Ménage", text.strip()]


def test_what_xml_cannot_hold_is_left_out_and_what_it_reserves_is_kept():
    [_, _, line] = rows_of(written("xlsx", [["N\x0bD <&> ]]> ŞAHIN\x00 \ud800", None, None]]))
    assert line[0].strip() == "ND <&> ]]> ŞAHIN"


def test_a_text_that_a_spreadsheet_might_take_for_something_else_is_read_as_it_was_typed():
    texts = [" Espace ", "_x0041_", "<r>Bonjour & merci</r>", "a\nb", "😀", "x" * 40_000, " Espace "]
    [_, _, *lines] = rows_of(written("xlsx", [[text, None, None] for text in texts]))
    assert [line[0] for line in lines] == [*texts[:5], "x" * 32_767, " Espace "]


def test_a_list_without_lines_is_a_file_with_its_titles():
    assert rows_of(written("xlsx", [])) == [["Situations. Filtres : aucun.", "", ""], ["Ménage", "Échéance", "Solde"]]
