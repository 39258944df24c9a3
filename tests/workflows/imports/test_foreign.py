"""Files of senders never seen before, one per format: their own headings, a mapping, and nothing else."""

import datetime
from decimal import Decimal

from cases.matching import BirthDate, Person
from tests.workflows.imports import files
from workflows.imports.columns import check_mapping, fitted_mapping
from workflows.imports.read import ReadOptions, read_table
from workflows.imports.rows import ReadingOutcome, read_rows

TODAY = datetime.date(2026, 11, 24)


def read(path, mapping):
    table = read_table(path, options=ReadOptions(known_headings=mapping))
    mapping = fitted_mapping(mapping, table.headings)
    assert check_mapping(mapping, table.headings) == []
    return table, list(read_rows(table, mapping, today=TODAY))


def test_a_pipe_separated_text_of_an_old_machine(tmp_path):
    rows: files.Table = [
        ["OFFICE PUBLIC", "", "", "", "", ""],
        ["ÉTAT 114", "", "", "", "", ""],
        ["LOC#", "QUI", "NAISS.J", "ENDROIT", "EN ATTENTE", "PROC"],
        ["0001", "BELKACEM YOUCEF", "19800304", "RES DU PARC 4 AV DE L'EUROPE 91000 EVRY", "1.234,56-", ""],
        ["0002", "GARCIA LOPEZ MARÍA", "19751231", "9 R. DE LA PAIX 91000 EVRY", "2.001,10", "20261103"],
        ["", "TOTAUX", "", "", "3.235,66", ""],
    ]
    mapping = {
        "LOC#": "tenant_reference",
        "QUI": "full_name",
        "NAISS.J": "birth_date",
        "ENDROIT": "address",
        "EN ATTENTE": "debt",
        "PROC": "order_to_pay_on",
    }
    table, read_in = read(files.write_csv(tmp_path / "etat114.txt", rows, separator="|", encoding="cp1252"), mapping)
    assert (table.separator, table.encoding, table.header_line) == ("|", "cp1252", 3)
    assert [(row.line, row.outcome, row.reason and row.reason.label) for row in read_in] == [
        (4, ReadingOutcome.IGNORED, "solde créditeur"),
        (5, None, None),
        (6, ReadingOutcome.IGNORED, "ligne de total"),
    ]
    assert read_in[1].values == {
        "tenant_reference": "0002",
        "full_name": (Person(last_name="GARCIA", first_name="Lopez María", ordered=False),),
        "birth_date": BirthDate(1975, 12, 31),
        "street": "9 R. DE LA PAIX",
        "postcode": "91000",
        "city": "EVRY",
        "debt": Decimal("2001.10"),
        "order_to_pay_on": datetime.date(2026, 11, 3),
    }


def test_an_xlsx_workbook_with_its_table_in_a_corner(tmp_path):
    rows: files.Table = [
        ["Kontonummer", "Family", "Given", "Owed", "Since when", "Cell", "Remarks"],
        [100200300, "OKONKWO", "Ngozi", 1840.2, datetime.date(2026, 6, 1), 612345678, "malade"],
    ]
    mapping = {
        "kontonummer": "tenant_reference",
        "family": "last_name",
        "given": "first_name",
        "owed": "debt",
        "since when": "first_unpaid_on",
        "cell": "phone",
    }
    table, read_in = read(files.write_xlsx(tmp_path / "a.xlsx", rows, first_cell=(9, 3)), mapping)
    assert (table.kind, table.header_line, read_in[0].line) == ("xlsx", 10, 11)
    assert read_in[0].values == {
        "tenant_reference": "100200300",
        "last_name": "OKONKWO",
        "first_name": "Ngozi",
        "debt": Decimal("1840.20"),
        "first_unpaid_on": datetime.date(2026, 6, 1),
        "phone": "+33612345678",
    }
    assert "malade" not in repr(read_in)


def test_an_xls_workbook_of_an_agency(tmp_path):
    rows: files.Table = [
        ["Gestion Immo Sud"],
        [],
        ["Mandant n°", "Preneur", "Exigible", "Retard (mois)", "Entrée", "Huissier"],
        ["SCI Les Lilas", "Mlle LE BIHAN Rozenn & M. KOUAMÉ Yao", 2210.5, 3.0, datetime.date(2019, 5, 1), "-"],
        ["M. Roux", "Mme ABADI Sara", "néant", 0, datetime.date(2027, 1, 1), "-"],
    ]
    mapping = {
        "Mandant n°": "landlord",
        "Preneur": "full_name",
        "Exigible": "debt",
        "Retard (mois)": "months_unpaid",
        "Entrée": "lease_date",
        "Huissier": "order_to_pay_on",
    }
    table, read_in = read(files.write_xls(tmp_path / "agence.xls", rows), mapping)
    assert (table.kind, table.sheet) == ("xls", "Impayés")
    assert read_in[0].values == {
        "landlord": "SCI Les Lilas",
        "full_name": (Person(last_name="LE BIHAN", first_name="Rozenn"), Person(last_name="KOUAMÉ", first_name="Yao")),
        "debt": Decimal("2210.50"),
        "months_unpaid": Decimal(3),
        "lease_date": datetime.date(2019, 5, 1),
    }
    assert (read_in[1].outcome, read_in[1].reason.label) == (ReadingOutcome.REJECTED, "date de bail à venir")


def test_an_open_document_of_a_small_landlord(tmp_path):
    rows: files.Table = [
        ["Famille", "Petit nom", "Manque", "Dernière fois", "Où"],
        ["da silva", "josé", 890, datetime.date(2026, 10, 2), "3 bis square Rodin"],
        ["Nguyễn", "Thị", "1 020,00 €", "03/11/2026", "5 square Rodin"],
    ]
    mapping = {
        "Famille": "last_name",
        "Petit nom": "first_name",
        "Manque": "debt",
        "Dernière fois": "last_payment_on",
        "Où": "address",
    }
    table, read_in = read(files.write_ods(tmp_path / "a.ods", rows), mapping)
    assert table.kind == "ods"
    assert [row.values["debt"] for row in read_in] == [Decimal(890), Decimal(1020)]
    assert [row.values["last_payment_on"] for row in read_in] == [
        datetime.date(2026, 10, 2),
        datetime.date(2026, 11, 3),
    ]
    assert [row.values["street"] for row in read_in] == ["3 bis square Rodin", "5 square Rodin"]
