"""A letter or a sheet on paper: an accessible PDF (PDF/UA-1), set by typst from a page of ours and from data.

Typst runs what it reads as source: values never become source. They go through `sys_inputs`, as one JSON text, and
the sheet shows them as strings.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import typst

from cases.refusals import Refusal
from cases.rules.texts import Filled
from cases.templatetags.relais import long_date

HERE = Path(__file__).parent
BLOCKS, LETTER, SHEET = HERE / "blocks.typ", HERE / "letter.typ", HERE / "sheet.typ"


class CannotTypeset(Refusal):
    """The letter holds what the fonts cannot print."""

    def __init__(self) -> None:
        super().__init__(
            "Ce courrier contient un caractère qui ne peut pas être imprimé : "
            "l’écrire en lettres latines dans les textes saisis, le nom ou l’adresse."
        )


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What a letter prints around its text: who writes, to whom, which reference, on which day."""

    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    reference: str
    made_on: date


def typeset(letter: Filled, *, envelope: Envelope, tight: bool = False, large: bool = False) -> bytes:
    """The PDF. The same letter gives the same bytes. `tight`: smaller margins and print, for what is to hold on one page;
    `large`: large print, for who reads with difficulty."""
    return _compile(LETTER, data_of(letter, envelope) | {"tight": tight, "large": large})


def data_of(letter: Filled, envelope: Envelope) -> dict[str, object]:
    """All that the page of letters shows."""
    return _common_data(letter, envelope) | {"recipient": envelope.recipient}


def typeset_sheet(sheet: Filled, *, sender: tuple[str, ...], reference: str, made_on: date, mark: str = "") -> bytes:
    """A sheet for a service, without an envelope; `mark` says that it is only a draft."""
    head = Envelope(sender=sender, recipient=(), reference=reference, made_on=made_on)
    return _compile(SHEET, _common_data(sheet, head) | {"mark": mark})


def typeset_page(page: Path, data: dict[str, object]) -> bytes:
    """A page of another module, set after the blocks: what it shows is all in `data`."""
    return _compile(page, data)


def _common_data(letter: Filled, envelope: Envelope) -> dict[str, object]:
    day = envelope.made_on
    return {
        "subject": letter.subject,
        "structure": envelope.sender[0],
        "sender": envelope.sender,
        "dated": f"Le {long_date(day)}",
        "day": [day.year, day.month, day.day],
        "footer": " · dossier ".join(filter(None, (envelope.sender[0], envelope.reference))),
        "blocks": letter.blocks,
    }


def _compile(source: Path, data: dict[str, object]) -> bytes:
    compiler = typst.Compiler(ignore_system_fonts=True)
    try:
        made = compiler.compile(
            BLOCKS.read_bytes() + source.read_bytes(),
            format="pdf",
            sys_inputs={"letter": json.dumps(data)},
            pdf_standards=["ua-1"],
            timestamp=0,
        )
    except typst.TypstError as error:
        # Its message quotes the text: personal data, which no trace may carry.
        if "could not be displayed" in error.message:
            raise CannotTypeset from None
        raise RuntimeError("the sheet of letters does not compile") from None
    if not isinstance(made, bytes):
        raise TypeError("typst gave no PDF")
    return made
