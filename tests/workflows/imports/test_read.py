import codecs
import datetime
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
import xlsxwriter

from tests.workflows.imports import files
from workflows.imports.read import CannotRead, ReadLimits, ReadOptions, read_table

DATA = Path(__file__).parents[2] / "data"
PEOPLE = [["Nom", "Prénom", "Dette"], ["DIALLO", "Aïssatou", "663,35"], ["ÇELIK", "Emre", "12,00"]]


def refusal(path, **options):
    with pytest.raises(CannotRead) as caught:
        read_table(path, name=options.pop("name", None), options=ReadOptions(**options))
    return str(caught.value)


def cells(table):
    return [row.cells for row in table.rows]


# Ordinary files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_a_text_is_read_in_any_usual_encoding_and_separator(tmp_path, encoding, separator):
    table = read_table(files.write_csv(tmp_path / "a.csv", PEOPLE, separator=separator, encoding=encoding))
    assert table.headings == ("Nom", "Prénom", "Dette")
    assert cells(table) == [("DIALLO", "Aïssatou", "663,35"), ("ÇELIK", "Emre", "12,00")]
    assert (table.separator, table.encoding) == (separator, encoding.removesuffix("-sig"))


def test_a_wrong_guess_of_encoding_is_corrected_by_the_sender(tmp_path):
    path = files.write_csv(tmp_path / "a.csv", PEOPLE, encoding="cp850")
    table = read_table(path, options=ReadOptions(encoding="cp850"))
    assert table.rows[1].cells[0] == "ÇELIK"


def test_a_damaged_byte_costs_a_letter_and_not_the_file(tmp_path):
    rows = PEOPLE + [["HÉBERT", "Zoé", "1"]] * 20
    for encoding, damaged in (("utf-8", b"\xff"), ("cp1252", b"\x81")):
        path = files.write_csv(tmp_path / "a.csv", [*rows, ["BA@H", "Li", "2"]] + rows * 5, encoding=encoding)
        path.write_bytes(path.read_bytes().replace(b"@", damaged))
        table = read_table(path)
        assert table.encoding == encoding
        assert [row.cells[0] for row in table.rows if row.cells[1] == "Li"] == ["BA\ufffdH"]
        assert table.rows[2].cells[:2] == ("HÉBERT", "Zoé")


def test_decimal_commas_are_not_taken_for_separators(tmp_path):
    rows = [["Nom", "Loyer", "Charges", "Dette"]] + [["BAH", "1,5", "2,5", "3,5"]] * 5
    assert read_table(files.write_csv(tmp_path / "a.csv", rows, separator="\t")).separator == "\t"


def test_the_separator_that_excel_announces_is_followed(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("sep=|\r\nNom|Dette\r\nBAH|1;2;3\r\n")
    table = read_table(path)
    assert (table.headings, table.rows[0].line) == (("Nom", "Dette"), 3)


def test_lines_are_numbered_as_in_the_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('Liste\n\nNom;Dette\nBAH;1\n"SO\nW";2\n\nKAYA;3\n')
    table = read_table(path)
    assert (table.header_line, [row.line for row in table.rows]) == (3, [4, 5, 8])
    assert table.rows[1].cells == ("SO W", "2")


def test_rows_of_a_sheet_are_numbered_as_on_screen(tmp_path):
    table = read_table(files.write_xlsx(tmp_path / "a.xlsx", PEOPLE, first_cell=(6, 2)))
    assert (table.header_line, table.rows[0].line, table.headings[2:]) == (7, 8, ("Nom", "Prénom", "Dette"))


def test_hidden_sheets_are_not_read(tmp_path):
    table = read_table(files.write_xlsx(tmp_path / "a.xlsx", PEOPLE, hidden=[["Nom", "Dette"], ["SECRET", 1]]))
    assert (table.sheet, table.sheets) == ("Liste", ("Liste",))
    assert "SECRET" not in repr(table)


def workbook(path, **sheets):
    with xlsxwriter.Workbook(path) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


README = [["Extraction du parc"], ["Onglet", "Contenu"], ["Liste", "Les impayés du mois"]]


@pytest.mark.parametrize("first", [README, [], [["À lire d’abord : les soldes sont dans l’autre onglet."]]])
def test_of_a_workbook_that_begins_with_explanations_the_sheet_of_the_debts_is_read(tmp_path, first):
    path = workbook(tmp_path / "a.xlsx", Lisez=first, Liste=[["Nom", "Dette"], ["BAH", 120]])
    table = read_table(path)
    assert (table.sheet, table.sheets, table.headings) == ("Liste", ("Lisez", "Liste"), ("Nom", "Dette"))


def test_the_sheets_of_a_workbook_take_together_the_time_of_one_file(tmp_path):
    """No whole second is left once the first one is read: none of the others is looked at."""
    path = workbook(tmp_path / "a.xlsx", Lisez=README, Liste=[["Nom", "Dette"], ["BAH", 120]])
    assert read_table(path, options=ReadOptions(limits=ReadLimits(seconds=1))).sheet == "Lisez"


def test_the_sheet_that_the_sender_chooses_is_read(tmp_path):
    path = workbook(tmp_path / "a.xlsx", Lisez=README, Liste=[["Nom", "Dette"], ["BAH", 120]])
    assert read_table(path, options=ReadOptions(sheet="Lisez", header_line=2)).headings == ("Onglet", "Contenu")


def test_of_two_tables_the_first_is_read(tmp_path):
    rows = [["Nom", "Dette"], ["BAH", 120]]
    assert read_table(workbook(tmp_path / "a.xlsx", Mars=rows, Avril=rows)).sheet == "Mars"


def test_an_unknown_sheet_is_refused_with_the_visible_ones(tmp_path):
    path = files.write_xlsx(tmp_path / "a.xlsx", PEOPLE)
    assert refusal(path, sheet="Autre") == "La feuille « Autre » n’existe pas. Feuilles visibles : Liste."


def test_the_header_line_is_corrected_by_the_sender(tmp_path):
    path = files.write_csv(tmp_path / "a.csv", [["Nom", "Dette"], ["Qui", "Combien"], ["BAH", "3"]])
    assert read_table(path, options=ReadOptions(header_line=2)).headings == ("Qui", "Combien")
    assert refusal(path, header_line=9).startswith("La ligne 9 est vide ou n’existe pas")


def test_unknown_headings_are_found_by_their_shape(tmp_path):
    rows = [["Extraction du 3 mars"], ["Wer", "Wieviel", "Bis"], ["BAH", "3", "4"], ["SOW", "4", "5"]]
    assert read_table(files.write_csv(tmp_path / "a.csv", rows)).headings == ("Wer", "Wieviel", "Bis")


def test_headings_of_the_senders_mapping_are_known(tmp_path):
    rows = [["x", "y", "z"], ["Wer", "Wieviel", "Bis"], ["BAH", "3", "4"]]
    options = ReadOptions(known_headings=["WER", "wieviel"])
    assert read_table(files.write_csv(tmp_path / "a.csv", rows), options=options).header_line == 2


def test_headings_that_are_repeated_or_missing_get_a_number(tmp_path):
    path = files.write_csv(tmp_path / "a.csv", [["Nom", "Dette", "Date", "Date"], ["A", "1", "2", "3", "4"]])
    assert read_table(path).headings == ("Nom", "Dette", "Date", "Date (4)", "Colonne 5")


def test_a_title_row_that_comes_back_on_each_page_is_skipped(tmp_path):
    table = read_table(files.write_csv(tmp_path / "a.csv", [*PEOPLE, PEOPLE[0], ["SOW", "Li", "3"]]))
    assert [row.line for row in table.rows] == [2, 3, 5]


def test_a_line_with_too_many_cells_is_marked(tmp_path):
    table = read_table(files.write_csv(tmp_path / "a.csv", [*PEOPLE, ["SOW", "Li", "3", "x"]]))
    assert [row.shifted for row in table.rows] == [False, False, True]


@pytest.mark.parametrize(
    ("above", "name", "expected"),
    [
        ("Edité le 05/09/2026", "a.csv", (2026, 9, 5)),
        ("RELANCES NOVEMBRE 2026", "a.csv", (2026, 11, 1)),
        ("Liste", "bailleur_2026-10.csv", (2026, 10, 1)),
        ("Edité le 45/09/2026", "a.csv", None),
        ("Situation au 31/10/2026, éditée le 05/11/2026", "a.csv", (2026, 10, 31)),
        ("Edité le 05/11/2026. Soldes du 01/10/2026 au 31/10/2026", "a.csv", (2026, 10, 31)),
        ("Situation au 31 octobre 2026", "a.csv", (2026, 10, 31)),
        ("Arrêté au 31/10/26", "a.csv", (2026, 10, 31)),
        ("Liste", "situation au 31-10-2026.csv", (2026, 10, 31)),
        ("Liste", "impayes_31102026.csv", (2026, 10, 31)),
        ("Liste", "impayes octobre 2026.csv", (2026, 10, 1)),
        ("Liste", "2026-10-31_impayes.csv", (2026, 10, 31)),
    ],
)
def test_the_day_of_the_balances_is_read_above_the_table_or_in_the_name(tmp_path, above, name, expected):
    table = read_table(files.write_csv(tmp_path / name, [[above], *PEOPLE]))
    assert table.as_of == (datetime.date(*expected) if expected else None)


def test_the_day_of_the_balances_is_read_in_their_own_heading_but_no_month_of_another_column(tmp_path):
    rows = [["Nom", "Loyer mars 2026", "Solde au 31/10/2026"], ["SOW", "450", "1060"]]
    assert read_table(files.write_csv(tmp_path / "a.csv", rows)).as_of == datetime.date(2026, 10, 31)
    rows[0][2] = "Solde"
    assert read_table(files.write_csv(tmp_path / "a.csv", rows)).as_of is None


def test_of_headings_that_differ_by_their_date_the_latest_says_the_day_of_the_balances(tmp_path):
    rows = [["Nom", "Solde au 30/09/2026", "Solde au 31/10/2026"], ["SOW", "450", "1060"]]
    assert read_table(files.write_csv(tmp_path / "a.csv", rows)).as_of == datetime.date(2026, 10, 31)


def test_columns_of_dates_are_known_by_what_they_hold(tmp_path):
    rows = [["Nom", "Entrée", "Entrée le", "Dette"], ["SOW", "B", "01/02/2019", "10,00"], ["DIA", "", "", "12.50"]]
    assert read_table(files.write_csv(tmp_path / "a.csv", rows)).dated_headings == {"Entrée le"}


def test_a_table_without_headings_has_numbered_columns(tmp_path):
    rows = [["L1", "SOW", "Li", "1060,00"], ["L2", "DIA", "Awa", "500,00"]]
    table = read_table(files.write_csv(tmp_path / "a.csv", rows))
    assert (table.header_line, len(table.rows)) == (0, 2)
    assert table.headings == ("Colonne 1", "Colonne 2", "Colonne 3", "Colonne 4")
    said = read_table(
        files.write_csv(tmp_path / "b.csv", [["Nom", "Dette"], ["SOW", "3"]]), options=ReadOptions(header_line=0)
    )
    assert (said.headings, [row.line for row in said.rows]) == (("Colonne 1", "Colonne 2"), [1, 2])


def test_cells_are_cleaned(tmp_path):
    path = files.write_csv(tmp_path / "a.csv", [["Nom", "Dette"], [" D’HA\u200bE\u0301NE\u00a0 \n", "1\u202f000"]])
    assert read_table(path).rows[0].cells == ("D’HAÉNE", "1 000")


# Files that are refused, and the process that survives them


def test_an_empty_file_is_refused(tmp_path):
    for content in (b"", b" \r\n\r\n"):
        (tmp_path / "a.csv").write_bytes(content)
        assert refusal(tmp_path / "a.csv").startswith("Ce fichier est vide.")


def test_a_file_without_lines_under_its_headings_is_refused(tmp_path):
    assert "aucune ligne sous ses titres" in refusal(files.write_csv(tmp_path / "a.csv", PEOPLE[:1]))


def test_a_file_without_headings_is_refused(tmp_path):
    path = files.write_csv(tmp_path / "a.csv", [["1", "2"], ["3", "4"]])
    assert refusal(path).startswith("Aucune ligne de titres de colonnes")


def test_a_missing_file_is_refused(tmp_path):
    assert refusal(tmp_path / "a.csv").startswith("Ce fichier est introuvable.")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_truncated_workbook_is_refused(tmp_path, share):
    path = files.write_xlsx(tmp_path / "a.xlsx", PEOPLE * 50)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert refusal(path).startswith("Ce fichier est abîmé ou incomplet.")


def test_a_workbook_whose_content_is_damaged_is_refused(tmp_path):
    path = files.write_xlsx(tmp_path / "a.xlsx", PEOPLE * 50)
    content = bytearray(path.read_bytes())
    content[len(content) // 3 : len(content) // 2] = b"x" * (len(content) // 2 - len(content) // 3)
    path.write_bytes(content)
    assert "abîmé" in refusal(path)


def test_a_protected_workbook_is_refused():
    assert refusal(DATA / "protected.xlsx").startswith("Ce fichier est protégé par un mot de passe.")


def test_a_protected_open_document_is_refused(tmp_path):
    mime = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = b"<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    path = files.zip_of(tmp_path / "a.ods", {"mimetype": mime, "META-INF/manifest.xml": manifest})
    assert refusal(path).startswith("Ce fichier est protégé par un mot de passe.")


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.xls", "a.ods"])
def test_an_image_under_another_name_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(png())
    assert "c’est une image PNG" in refusal(tmp_path / name)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7 ...", "un document PDF"),
        (b"<html><table><tr><td>Nom</td></tr></table></html>", "page web"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "fichier XML"),
        (b"Nom;Dette\r\nBAH;1\r\n", "n’est pas ce que dit son nom"),
    ],
)
def test_what_is_called_xls_and_is_not_is_refused(tmp_path, content, says):
    (tmp_path / "a.xls").write_bytes(content)
    assert says in refusal(tmp_path / "a.xls")


def test_a_workbook_under_a_wrong_name_is_refused_with_the_right_one(tmp_path):
    path = files.write_xlsx(tmp_path / "a.csv", PEOPLE)
    assert refusal(path).endswith("il finit par .csv mais c’est un classeur .xlsx. Renommez-le en .xlsx.")
    assert "Renommez" not in read_table(path, name="a.xlsx").kind


def test_a_name_without_a_known_ending_is_refused(tmp_path):
    assert "renommez-le en .csv" in refusal(files.write_csv(tmp_path / "liste", PEOPLE))


def test_a_text_document_and_an_archive_are_refused(tmp_path):
    document = files.zip_of(tmp_path / "a.xlsx", {"[Content_Types].xml": b"", "word/document.xml": b""})
    assert "traitement de texte" in refusal(document)
    assert "une archive" in refusal(files.zip_of(tmp_path / "b.xlsx", {"liste.csv": b"Nom;Dette"}))


def test_binary_rubbish_is_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(bytes(range(1, 256)) * 20)
    assert "illisibles" in refusal(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_bytes(b"Nom;Dette\nBA\0H;1\n")
    assert "illisibles" in refusal(tmp_path / "b.csv")


def test_a_file_too_large_is_refused_before_it_is_opened(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(20_000_001)
    assert refusal(path).startswith("Ce fichier est trop gros (20 Mo)")


def test_a_zip_bomb_is_refused_without_unpacking(tmp_path):
    entries = {"[Content_Types].xml": b"", "xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b" " * 100_000_000}
    assert "taille démesurée" in refusal(files.zip_of(tmp_path / "a.xlsx", entries))


def test_a_bomb_that_lies_about_its_size_stays_in_the_child(tmp_path):
    """The directory says a few bytes; the content is two hundred megabytes of cells."""
    path = files.write_xlsx(tmp_path / "a.xlsx", PEOPLE)
    cell = b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + b"x" * 200_000_000 + b"</t></is></c></row>"
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + cell
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    entries["xl/worksheets/sheet1.xml"] = sheet + b"</sheetData></worksheet>"
    files.zip_of(path, entries)
    content = path.read_bytes()
    size = struct.pack("<I", len(entries["xl/worksheets/sheet1.xml"]))
    assert size in content
    path.write_bytes(content.replace(size, struct.pack("<I", 900)))
    assert refusal(path, limits=ReadLimits(memory=400_000_000)).startswith("Ce fichier")


def test_a_cell_at_the_end_of_the_world_stays_in_the_child(tmp_path):
    path = files.write_far_cells(tmp_path / "a.xlsx")
    assert path.stat().st_size < 10_000
    assert refusal(path).startswith("Ce fichier n’a pas pu être lu")


def test_a_file_that_takes_too_long_is_refused(tmp_path):
    path = files.write_csv(tmp_path / "a.csv", PEOPLE * 100_000)
    assert refusal(path, limits=ReadLimits(seconds=1, rows=10_000_000, cells=100_000_000)).startswith("Ce fichier")


def test_too_many_lines_or_columns_are_refused(tmp_path):
    path = files.write_csv(tmp_path / "a.csv", PEOPLE * 50)
    assert refusal(path, limits=ReadLimits(rows=100)).startswith("Ce fichier a trop de lignes (plus de 100).")
    assert refusal(path, limits=ReadLimits(columns=2)).startswith("Ce fichier a trop de colonnes (plus de 2).")
    book = files.write_xlsx(tmp_path / "a.xlsx", PEOPLE * 50)
    assert refusal(book, limits=ReadLimits(rows=100)).startswith("Cette feuille a trop de lignes")


def test_a_quote_that_never_closes_is_refused_with_its_line(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('Nom;Dette\nBAH;1\n"SOW;2\n' + "KAYA;3\n" * 100)
    assert refusal(path).startswith("Ligne 3 : un guillemet ouvert n’est jamais refermé.")


def test_an_encoding_that_does_not_fit_is_refused(tmp_path):
    path = files.write_csv(tmp_path / "a.csv", PEOPLE, encoding="cp1252")
    assert refusal(path, encoding="utf-8").startswith("Les caractères de ce fichier sont illisibles.")
    assert refusal(path, encoding="klingon").startswith("Encodage inconnu : klingon.")


def test_a_mark_in_front_of_the_text_is_no_part_of_the_first_heading(tmp_path):
    (tmp_path / "a.csv").write_bytes(codecs.BOM_UTF8 + b"Nom,Dette\nBAH,1\n")
    assert read_table(tmp_path / "a.csv").headings == ("Nom", "Dette")
