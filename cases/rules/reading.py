"""Rules held as data, in a file or an edition: read into objects, or refused with every fault at once. Pure.

The class that a row becomes says its columns: those without a default are needed, and their types say what lists, sums and
days become. What no type says (codes known elsewhere, an order), each catalogue checks with the words of this module.
"""

import tomllib
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args, get_origin

from cases.rules.conditions import BadValue

Made = TypeVar("Made")
Choice = TypeVar("Choice", bound=StrEnum)
DataRow = Mapping[str, Any]

CONFIDENCES = {"H": "lu dans le texte", "M": "source secondaire, à vérifier", "L": "à confirmer"}
"""What a confidence is called, wherever it is shown or chosen."""
EMPTY: tuple[object, ...] = (None, "", [])
UNREADABLE = (BadValue, KeyError, TypeError)
"""What the reading of a row raises: of an edition made for another version, say."""


class FaultyRules(ValueError):
    """Every fault of a file or of an edition, as French sentences: where it is, and what to do."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


def read_toml(path: Path) -> dict[str, Any]:
    """Refuses (`FaultyRules`) what is no TOML, or cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FaultyRules([f"{path.name} n’est pas un fichier TOML lisible : {error}."]) from error
    except OSError as error:
        raise FaultyRules([f"{path.name} ne se lit pas : {error.strerror}."]) from error


def refuse_faults(faults: Iterable[str]) -> None:
    """Raise `FaultyRules` with these faults, when there is one."""
    if found := tuple(faults):
        raise FaultyRules(found)


# What a row becomes


class RowShape(NamedTuple):
    """The columns of a row, as the class that it becomes says them."""

    columns: Mapping[str, Any]
    """With their types. A field says `metadata={"column": "from"}` when its column is not called as it is."""
    needed: tuple[str, ...]
    converters: Mapping[str, tuple[str, Callable[[Any], Any]]]
    """Column → field, and what makes its value."""


@cache
def shape_of(kind: Any) -> RowShape:
    found = {each.metadata.get("column", each.name): each for each in fields(kind)}
    return RowShape(
        columns={column: each.type for column, each in found.items()},
        needed=tuple(c for c, each in found.items() if each.default is MISSING and each.default_factory is MISSING),
        converters={column: (each.name, _converter(each.type)) for column, each in found.items()},
    )


def _converter(kind: Any) -> Callable[[Any], Any]:
    origin, types = get_origin(kind), (kind, *get_args(kind))
    if origin in (tuple, frozenset):
        return origin
    if Decimal in types:
        return lambda value: Decimal(str(value))
    if date in types:
        return lambda value: date.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return partial(read_choice, kind)
    return bool if kind is bool else lambda value: value


def make_row(kind: type[Made], row: DataRow, /, **given: Any) -> Made:
    """The object of a row, or KeyError. `given`: by their names in the class, what the row does not say, or not so."""
    of: Any = kind
    shape = shape_of(of)
    said = {
        name: convert(row[column])
        for column, (name, convert) in shape.converters.items()
        if name not in given and (column in row or column in shape.needed)
    }
    return kind(**said, **given)


def read_rows(kind: type[Made], rows: Sequence[DataRow], *, name: str) -> tuple[Made, ...]:
    """Rows of which nothing is to be checked but their columns. Refuses (`FaultyRules`) with every fault."""
    refuse_faults(row_faults(rows, kind, name=name))
    return tuple(make_row(kind, row) for row in rows)


# What is wrong in rows


def no_faults(row: DataRow, where: str) -> Iterable[str]:
    """What is checked of rows that have nothing else to check."""
    return ()


def row_faults(
    rows: Iterable[DataRow],
    kind: Any,
    *,
    name: str,
    choices: Mapping[str, Collection[Any]] | None = None,
    more: Callable[[DataRow, str], Iterable[str]] = no_faults,
    key: Callable[[DataRow], Hashable] = lambda row: row.get("code"),
    says_each: bool = False,
) -> Iterator[str]:
    """What each lacks or should not hold, a code given twice, codes that are not known; then `more`, of whole rows.

    `says_each`: one sentence for each column that lacks, rather than one for all.
    """
    shape, rows = shape_of(kind), list(rows)
    keys = [key(row) for row in rows]
    for row, own in zip(rows, keys, strict=True):
        where = f"{name} « {row.get('code', 'sans code')} »"
        lacking = _lacking_columns(row, shape)
        if lacking and not says_each:
            yield f"{where} : il manque {', '.join(lacking)}."
        yield from missing_columns(lacking if says_each else (), where=where)
        yield from unknown_columns(row, shape.columns, where=where)
        if own is not None and keys.count(own) > 1:
            yield f"{where} : ce code est donné deux fois."
        yield from unknown_codes(row, {c: known for c, known in (choices or {}).items() if row.get(c)}, where=where)
        if not lacking:
            yield from more(row, where)


def _lacking_columns(row: DataRow, shape: RowShape) -> list[str]:
    """Those needed that are not there, or empty: a no and a zero are answers, where they may be."""
    return [
        column
        for column in shape.needed
        if row.get(column) in EMPTY or (shape.columns[column] not in (bool, int) and not row[column])
    ]


def missing_columns(columns: Iterable[str], *, where: str) -> Iterator[str]:
    return (f"{where} : il manque « {column} »." for column in columns)


def unknown_columns(row: DataRow, known: Collection[str], *, where: str) -> Iterator[str]:
    return (f"{where} : « {column} » n’est pas connu." for column in row if column not in known)


def unknown_codes(row: DataRow, choices: Mapping[str, Collection[object]], *, where: str) -> Iterator[str]:
    """Of columns that hold one code, or a list of codes."""
    for column, known in choices.items():
        said = row.get(column)
        for value in said if isinstance(said, list) and said else [said] if column in row else ():
            if value not in known:
                yield (
                    f"{where} : {column} = « {value} » n’est pas connu. Valeurs possibles : "
                    f"{', '.join(map(str, known))}."
                )


def wrong_confidence(row: DataRow, *, where: str) -> Iterator[str]:
    if row["confidence"] not in CONFIDENCES:
        yield f"{where} : la confiance « {row['confidence']} » n’est pas H, M ou L."


def wrong_days(row: DataRow, columns: Iterable[str], *, where: str) -> Iterator[str]:
    for column in columns:
        if column in row and parse_day(row[column]) is None:
            yield f'{where} : {column} = « {row[column]} » n’est pas une date : l’écrire "AAAA-MM-JJ", entre guillemets.'


def repeated_codes(codes: Sequence[str]) -> list[str]:
    return [f"Règle {code} : elle figure deux fois." for code in sorted({c for c in codes if codes.count(c) > 1})]


# Values


def parse_day(raw: object) -> date | None:
    """None for what is no day, written "2026-11-24"."""
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None


def parse_amount(raw: object) -> Decimal | None:
    """None for what is no number, zero or more, written "77.50"."""
    try:
        value = Decimal(raw) if isinstance(raw, str) else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() and value >= 0 else None


def is_count(raw: object, *, least: int = 0) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool) and raw >= least


def read_choice(choices: type[Choice], raw: object) -> Choice:
    """Refuses (`BadValue`) what is none of them."""
    try:
        return choices(str(raw))
    except ValueError:
        raise BadValue(f"« {raw} » est inconnu, choisir parmi {', '.join(choices)}.") from None


# Rows that are refused at their first fault, each


def read_each(
    rows: Iterable[DataRow], read: Callable[[DataRow], Made], *, name: str = "Règle"
) -> tuple[list[Made], list[str]]:
    """Those that can be read, and what is wrong in the others."""
    found, faults = [], []
    for position, row in enumerate(rows, start=1):
        try:
            found.append(read(row))
        except UNREADABLE as error:
            faults.append(f"{name} {row.get('code') or f'n° {position}'} : {_say_error(error)}")
    return found, faults


def _say_error(error: Exception) -> str:
    if isinstance(error, BadValue):
        return str(error)
    return f"le champ « {error.args[0]} » manque." if isinstance(error, KeyError) else f"valeur illisible ({error})."


def refuse_unknown_columns(row: DataRow, known: Collection[str]) -> None:
    """`BadValue`, for a column that no row has."""
    if unknown := sorted(column for column in row if column not in known):
        raise BadValue(f"champ inconnu « {', '.join(unknown)} ».")
