"""Reads one untrusted file under limits, in a process of its own: run by path, knows nothing of ours.

Usage: python -I parser_process.py FILE NAME OPTIONS_JSON; writes JSON lines: a head, then one [line, cells] a row, or {"refused": message}.
"""

import codecs
import csv
import datetime
import io
import itertools
import json
import math
import re
import resource
import sys
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import python_calamine as calamine

KINDS = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".ods": "ods"}
SEPARATORS = ";,\t|"
ENCODINGS = ("utf-8", "cp1252", "iso-8859-15", "cp850", "mac_roman", "utf-16")
NOT_A_TABLE = {
    b"\x89PNG": "une image PNG",
    b"\xff\xd8\xff": "une image JPEG",
    b"GIF8": "une image GIF",
    b"%PDF": "un document PDF",
    b"{\\rtf": "un document RTF",
    b"\x1f\x8b": "une archive gzip",
    b"7z\xbc\xaf": "une archive 7z",
    b"Rar!": "une archive RAR",
    b"\x7fELF": "un programme",
    b"MZ": "un programme",
}
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SAVE_AGAIN = "Ouvrez-le dans un tableur et enregistrez-le au format .xlsx ou .csv."
PROTECTED = "Ce fichier est protégé par un mot de passe. Enregistrez-le sans mot de passe, puis envoyez-le de nouveau."
BROKEN = "Ce fichier est abîmé ou incomplet. Enregistrez-le de nouveau dans votre tableur, puis renvoyez-le."
BOMB = "Ce fichier se décompresse en une taille démesurée : il n’a pas été ouvert. " + SAVE_AGAIN
TOO_MANY_LINES_IN_A_CELL = 50
WIDEST = 100
"""Times the columns that are taken: beyond, the empty cells at the end of a line are not looked through."""
SAMPLE = 500_000
"""Characters in which the separator is looked for."""
CELL_LENGTH = 20_000  # enough for a reader to refuse a value by its length, and to say so


class UnreadableImportFile(Exception):
    """The file cannot be read; the message is for the person who sent it."""


def main() -> None:
    path, name, options = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
    limits = options["limits"]
    for kind, most in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CPU, limits["seconds"]),
        (resource.RLIMIT_FSIZE, limits["output"]),
        (resource.RLIMIT_CORE, 0),
    ):
        _, already = resource.getrlimit(kind)
        least = most if already == resource.RLIM_INFINITY else min(most, already)
        resource.setrlimit(kind, (least, least))
    try:
        for part in read_file(path, name, options):
            sys.stdout.write(json.dumps(part, ensure_ascii=False) + "\n")
    except UnreadableImportFile as refusal:
        sys.stdout.write(json.dumps({"refused": str(refusal)}, ensure_ascii=False) + "\n")


def read_file(path: Path, name: str, options: dict[str, Any]) -> Iterator[object]:
    data = path.read_bytes()
    kind = kind_of(data)
    check_name(name, kind)
    head, rows = read_text(data, options) if kind == "csv" else read_workbook(path, kind, options)
    yield {"kind": kind, **head}
    yield from within_limits(rows, options["limits"])


def within_limits(rows: Iterable[tuple[int, Sequence[object]]], limits: dict[str, int]) -> Iterator[object]:
    cells = 0
    for count, (line, row) in enumerate(rows, start=1):
        if len(row) > WIDEST * limits["columns"]:
            raise UnreadableImportFile(too_wide(limits))
        values = [clean(value) for value in row]
        while values and values[-1] == "":
            values.pop()
        if not values:
            continue
        cells += len(values)
        if count > limits["rows"] or cells > limits["cells"]:
            raise UnreadableImportFile(
                f"Ce fichier a trop de lignes (plus de {limits['rows']}). Découpez-le en plusieurs fichiers."
            )
        if len(values) > limits["columns"]:
            raise UnreadableImportFile(too_wide(limits))
        yield [line, values]


def too_wide(limits: dict[str, int]) -> str:
    return f"Ce fichier a trop de colonnes (plus de {limits['columns']}). Ne gardez que les colonnes utiles."


# What the file is, by its content


def kind_of(data: bytes) -> str:
    if not data.strip():
        raise UnreadableImportFile("Ce fichier est vide. Vérifiez l’extraction, puis envoyez-le de nouveau.")
    for signature, what in NOT_A_TABLE.items():
        if data.startswith(signature):
            raise UnreadableImportFile(
                f"Ce fichier n’est pas un tableau : c’est {what}. Envoyez un fichier .csv, .xlsx, .xls ou .ods."
            )
    if data.startswith(b"PK"):
        return kind_of_zip(data)
    if data.startswith(OLE2):
        return kind_of_ole(data)
    start = data[:2000].lstrip(codecs.BOM_UTF8 + b" \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        raise UnreadableImportFile("Ce fichier est une page web ou un fichier XML, pas un tableau. " + SAVE_AGAIN)
    return "csv"


def kind_of_zip(data: bytes) -> str:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UnreadableImportFile(BROKEN) from error
    refuse_bomb(entries)
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" in names:
        if not any(name.startswith("xl/") for name in names):
            raise UnreadableImportFile(
                "Ce fichier est un document de traitement de texte ou une présentation, pas un tableau."
            )
        return "xlsx"
    if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype")[:100]:
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise UnreadableImportFile(PROTECTED)
        return "ods"
    raise UnreadableImportFile(
        "Ce fichier est une archive, pas un tableau. Envoyez le tableau lui-même (.csv, .xlsx, .xls ou .ods)."
    )


def refuse_bomb(entries: list[zipfile.ZipInfo]) -> None:
    """Looks at the directory only: nothing is decompressed."""
    packed = sum(entry.compress_size for entry in entries) or 1
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > 2_000 or unpacked > 400_000_000 or (unpacked > 40_000_000 and unpacked > 60 * packed):
        raise UnreadableImportFile(BOMB)


def kind_of_ole(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise UnreadableImportFile(PROTECTED)
    if any(stream.encode("utf-16-le") in data for stream in ("Workbook", "Book")):
        return "xls"
    raise UnreadableImportFile("Ce fichier n’est pas un tableau. Envoyez un fichier .csv, .xlsx, .xls ou .ods.")


def check_name(name: str, kind: str) -> None:
    suffix = Path(name).suffix.lower()
    if KINDS.get(suffix) == kind:
        return
    what = "un fichier texte" if kind == "csv" else f"un classeur .{kind}"
    if suffix not in KINDS:
        raise UnreadableImportFile(
            f"Le nom de ce fichier ne finit pas par .csv, .xlsx, .xls ou .ods. C’est {what} : renommez-le en .{kind}."
        )
    raise UnreadableImportFile(
        f"Ce fichier n’est pas ce que dit son nom : il finit par {suffix} mais c’est {what}. Renommez-le en .{kind}."
    )


# Text


def read_text(data: bytes, options: dict[str, Any]) -> tuple[dict[str, Any], Iterator[tuple[int, list[str]]]]:
    encoding, text = decode(data, options.get("encoding"), usual=options.get("usual_encoding"))
    controls = sum(unicodedata.category(c) == "Cc" and c not in "\t\r\n\f\v" for c in text[:100_000])
    if "\0" in text or controls > len(text[:100_000]) / 200:
        raise UnreadableImportFile(
            "Ce fichier contient des données illisibles : ce n’est pas un tableau. " + SAVE_AGAIN
        )
    announced = re.match(r"sep=(.)\r?\n", text)
    separator = options.get("separator") or (announced[1] if announced else best_separator(text))
    rows = csv_rows(text, separator)
    if announced:
        next(rows, None)
    return {"encoding": encoding, "separator": separator, "sheet": "", "sheets": []}, rows


def decode(data: bytes, wanted: str | None, *, usual: str | None = None) -> tuple[str, str]:
    """Byte-order mark, else UTF-8, else the sender’s usual encoding or cp1252: what guesses by frequency takes à for
    another letter.

    A few damaged bytes cost a letter each, not the file.
    """
    if wanted and wanted not in ENCODINGS:
        raise UnreadableImportFile(f"Encodage inconnu : {wanted}. Encodages possibles : {', '.join(ENCODINGS)}.")
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in [wanted] if wanted else ["utf-16"] if marked else ["utf-8", usual or "cp1252"]:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
        lost = text.count("\ufffd")
        others = sum(character > "\x7f" for character in text) - lost
        if lost == 0 or (10 * lost < others if encoding == "utf-8" else 1000 * lost < len(text)):
            return encoding, text.removeprefix("\ufeff")
    raise UnreadableImportFile(
        "Les caractères de ce fichier sont illisibles. Enregistrez-le en « CSV UTF-8 », puis renvoyez-le."
    )


def best_separator(text: str) -> str:
    """The separator that cuts most lines into the same number of cells, more cells first."""
    sample = "".join(text[:SAMPLE].splitlines(keepends=True)[:200])
    return max(SEPARATORS, key=lambda separator: regularity(sample, separator))


def regularity(sample: str, separator: str) -> float:
    try:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if row)
    except csv.Error:
        return 0
    return max((width * (count / widths.total()) ** 2 for width, count in widths.items() if width > 1), default=0)


def csv_rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(10_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableImportFile(
                f"Ligne {line} : cette ligne est illisible. Corrigez-la, puis renvoyez le fichier."
            ) from error
        if reader.line_num - line > TOO_MANY_LINES_IN_A_CELL:
            raise UnreadableImportFile(
                f"Ligne {line} : un guillemet ouvert n’est jamais refermé. Corrigez-le, puis renvoyez le fichier."
            )
        yield line, row


# Workbooks


def read_workbook(
    path: Path, kind: str, options: dict[str, Any]
) -> tuple[dict[str, Any], Iterator[tuple[int, list[object]]]]:
    try:
        workbook = calamine.CalamineWorkbook.from_path(path)
        visible = [sheet.name for sheet in workbook.sheets_metadata if is_visible(sheet)]
        sheet = chosen_sheet(workbook, visible, options.get("sheet"))
        limits = options["limits"]
        if sheet.height > limits["rows"] or (sheet.end and sheet.end[1] >= limits["columns"]):
            raise UnreadableImportFile(
                "Cette feuille a trop de lignes ou de colonnes. Ne gardez que le tableau, dans un nouveau fichier."
            )
        rows = sheet_rows(sheet)
    except calamine.PasswordError as error:
        raise UnreadableImportFile(PROTECTED) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise UnreadableImportFile(BROKEN) from error
    return {"encoding": "", "separator": "", "sheet": sheet.name, "sheets": visible}, rows


def is_visible(sheet: calamine.SheetMetadata) -> bool:
    return bool(sheet.visible == calamine.SheetVisibleEnum.Visible and sheet.typ == calamine.SheetTypeEnum.WorkSheet)


def chosen_sheet(
    workbook: calamine.CalamineWorkbook, visible: list[str], wanted: str | None
) -> calamine.CalamineSheet:
    if wanted and wanted not in visible:
        raise UnreadableImportFile(
            f"La feuille « {wanted} » n’existe pas. Feuilles visibles : {', '.join(visible) or 'aucune'}."
        )
    for name in [wanted] if wanted else visible:
        sheet = workbook.get_sheet_by_name(name)
        if wanted or sheet.height > 1:
            return sheet
    raise UnreadableImportFile("Ce classeur n’a aucune feuille visible qui contienne un tableau.")


def sheet_rows(sheet: calamine.CalamineSheet) -> Iterator[tuple[int, list[object]]]:
    """Row numbers as the spreadsheet shows them, even when the first rows or columns are empty."""
    first_row, first_column = sheet.start or (0, 0)
    for line, row in enumerate(sheet.to_python(skip_empty_area=True), start=first_row + 1):
        yield line, list(itertools.chain([""] * first_column, row))


# Cells


def clean(value: object) -> object:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime.datetime):
        return {"date": value.date().isoformat()}
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()}
    if isinstance(value, datetime.time | datetime.timedelta):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def clean_text(text: str) -> str:
    """One line, ordinary spaces, no invisible character, accents in one code point."""
    text = unicodedata.normalize("NFC", text[:CELL_LENGTH])
    shown = (
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in {"Cc", "Cf", "Cs"}
    )
    return " ".join("".join(shown).split())


if __name__ == "__main__":
    main()
