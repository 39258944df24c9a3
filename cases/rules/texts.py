"""Texts with merge fields, of letters and of sheets: their blocks checked, then filled with values. Pure.

A text is words and values, nothing else: fields stand in braces, `{person}`, and nobody writes the language of the typesetter.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cases.refusals import Refusal
from cases.rules.reading import DataRow, no_faults

HOLE = re.compile(r"\{([^{}]*)\}")
BLANK = "…………"
"""Stands in a draft for what isn’t known yet."""
_SHOWN = {"references": "attachments"}
"""Kinds that the typesetter knows under another name."""
WITH_COLUMNS = ("table", "cards")
"""A card says a row in as many lines as a table has columns: it is for who does not read a table."""
Repeated = Mapping[str, Sequence[Sequence[str]]]
"""What a table or a list may repeat: its rows, by its name."""


class MissingValue(Refusal):
    """A letter cannot be made: what its text names isn’t known. The message says what."""


@dataclass(frozen=True, kw_only=True)
class TextBlock:
    kind: str
    text: str = ""
    title: str = ""
    section: str = ""
    """Of the diagnosis, in its sheets."""
    items: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    each: str = ""
    """What a table or a list repeats."""

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.text, *self.items, *self.columns)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A letter in words: what the preview shows and what the typesetter gets."""

    subject: str
    blocks: tuple[dict[str, Any], ...]


def names_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The fields that texts name, in the order of reading."""
    return tuple(dict.fromkeys(name for text in texts for name in HOLE.findall(text)))


def texts_of(block: DataRow) -> tuple[str, ...]:
    """Those of a block as a file holds it."""
    return (block.get("text", ""), block.get("title", ""), *block.get("items", ()), *block.get("columns", ()))


# Checking


@dataclass(frozen=True, kw_only=True)
class TextGrammar:
    """What the texts of a catalogue may say."""

    fields: Mapping[str, str]
    """With the words that say so to whoever writes them."""
    kinds: Mapping[str, tuple[str, ...]]
    """Kinds of blocks, with what each may hold."""
    repeats: Mapping[str, int] = field(default_factory=dict)
    """What a table or a list may repeat, with its number of columns."""

    def text_faults(self, *texts: str, where: str) -> Iterator[str]:
        for text in texts:
            for name in HOLE.findall(text):
                if name not in self.fields:
                    known = ", ".join(self.fields)
                    yield f"{where} : le champ « {{{name}}} » n’existe pas. Champs connus : {known}."
            if any(brace in HOLE.sub("", text) for brace in "{}"):
                yield f"{where} : une accolade n’est pas fermée."

    def find_faults(
        self,
        *texts: str,
        blocks: Iterable[DataRow],
        where: str,
        more: Callable[[DataRow, str], Iterable[str]] = no_faults,
    ) -> Iterator[str]:
        """Of the texts that stand before the blocks, then of each block; `more`: what is of this catalogue alone."""
        yield from self.text_faults(*texts, where=where)
        for number, block in enumerate(blocks, start=1):
            yield from self._block_faults(block, where=f"{where}, bloc {number}", more=more)

    def _block_faults(
        self, block: DataRow, *, where: str, more: Callable[[DataRow, str], Iterable[str]]
    ) -> Iterator[str]:
        kind = block.get("kind", "")
        allowed = self.kinds.get(kind)
        if allowed is None:
            yield f"{where} : nature « {kind} » inconnue. Natures possibles : {', '.join(self.kinds)}."
            return
        yield from (f"{where} : « {key} » ne va pas avec {kind}." for key in block if key not in ("kind", *allowed))
        if allowed and not any(block.get(key) for key in allowed):
            yield f"{where} : le bloc est vide."
        yield from self._repeat_faults(block, where=where)
        yield from more(block, where)
        yield from self.text_faults(*texts_of(block), where=where)

    def _repeat_faults(self, block: DataRow, *, where: str) -> Iterator[str]:
        each, has_columns = block.get("each", ""), block["kind"] in WITH_COLUMNS
        if self.repeats and (each or has_columns) and each not in self.repeats:
            yield f"{where} : each = « {each} » n’est pas connu. Valeurs possibles : {', '.join(self.repeats)}."
        elif has_columns and len(block.get("columns", ())) != self.repeats[each]:
            yield f"{where} : « {each} » a {self.repeats[each]} colonnes."

    def refuse_missing(self, names: Iterable[str], values: Mapping[str, str]) -> None:
        """`MissingValue`, when one of these fields has none."""
        if missing := [name for name in names if not values.get(name)]:
            said = ", ".join(self.fields[name] for name in missing)
            raise MissingValue(f"Ce courrier ne peut pas encore être produit. Il manque : {said}.")


# Filling


def fill_blocks(subject: str, blocks: Iterable[TextBlock], *, values: Mapping[str, str], rows: Repeated) -> Filled:
    """The text in words; what isn’t known is left blank."""
    return Filled(subject=fill_text(subject, values), blocks=tuple(_fill_block(each, values, rows) for each in blocks))


def _fill_block(block: TextBlock, values: Mapping[str, str], known: Repeated) -> dict[str, Any]:
    repeated = known[block.each] if block.each else []
    items = [fill_text(item, values) for item in block.items]
    if block.kind == "list":
        items += [" ".join(row) for row in repeated]
    columns = [fill_text(column, values) for column in block.columns]
    rows: list[list[Any]] = []
    if block.kind == "table":
        rows = [list(row) for row in repeated]
    if block.kind == "cards":
        rows = [[[words, cell] for words, cell in zip(columns, row, strict=True) if cell] for row in repeated]
    return {
        "kind": _SHOWN.get(block.kind, block.kind),
        "text": fill_text(block.text, values),
        "items": items,
        "columns": columns,
        "rows": rows,
    }


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """One pass: braces inside a value are that value’s own."""
    return HOLE.sub(lambda hole: values.get(hole[1]) or BLANK, text)


def non_empty_lines(*lines: str | None) -> tuple[str, ...]:
    """The lines of a text (an address) that hold something, stripped."""
    return tuple(line for line in lines if line)
