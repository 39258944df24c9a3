"""What is pasted of a letter becomes lines of the form, to be corrected: nothing is recorded by reading it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from cases.models.notices import operators
from cases.rules.letter_lines import LetterLine, LetterReading, Period, UnreadText, read_letter_lines
from cases.rules.overpayments import LineBundle
from workflows.views.overpayment.notice_forms import LINE_WORDS, MOST, PASTED

NO_ROOM = f"{MOST} lignes au plus sur un courrier"
LONGEST = 60
"""Characters of what is quoted."""


@dataclass(frozen=True, kw_only=True)
class PastedLines:
    """What was read of the letter, for who goes through it."""

    lines: int
    unread: tuple[UnreadText, ...]
    aside: tuple[str, ...]
    total: Decimal | None
    """That the letter says."""

    @property
    def left_aside(self) -> list[str]:
        return [text if len(text) <= LONGEST else f"{text[:LONGEST]}…" for text in self.aside]


def pasted_in(data: QueryDict) -> str:
    return str(data.get("pasted", "")).strip()


def is_too_long(data: QueryDict) -> bool:
    """Said by the form; nothing of it is read."""
    return len(pasted_in(data)) > PASTED


def is_to_be_read(data: QueryDict) -> bool:
    """Before anything is recorded; unless nothing more can be read of it, and the author goes without."""
    pasted = pasted_in(data)
    return (
        bool(pasted)
        and not is_too_long(data)
        and not ("without_unread" in data and not read_letter_lines(pasted).lines)
    )


def place_lines(data: QueryDict, *, shown: int) -> tuple[QueryDict, PastedLines]:
    """What was typed, with the lines read in the rows that are free; what was not understood stays where it was pasted."""
    reading = read_letter_lines(pasted_in(data))
    filled, unread = data.copy(), list(reading.unread)
    for line in reading.lines:
        rank = _find_row(filled, line, shown=shown)
        if rank is None:
            unread.append(UnreadText(text=line.text, why=NO_ROOM))
            continue
        shown = max(shown, rank)
        _write_row(filled, rank, benefit=line.benefit, amount=_as_typed(line.amount), months=(line.since, line.until))
    filled["lignes"] = str(shown)
    filled["pasted"] = "\n".join(each.text for each in unread)
    _share_period(filled, reading)
    read = len(reading.lines) + len(reading.unread) - len(unread)
    return filled, PastedLines(lines=read, unread=tuple(unread), aside=reading.aside, total=reading.total)


def place_bundle(data: QueryDict, bundle: LineBundle, *, shown: int) -> QueryDict:
    """What was typed, with a row for each benefit that such a letter claims; and who sent it, unless that is said."""
    filled = data.copy()
    for benefit in bundle.benefits:
        if any(filled.get(f"ligne{rank}-benefit") == benefit for rank in range(1, shown + 1)):
            continue
        rank = _first_free(filled, shown=shown)
        if rank:
            shown = max(shown, rank)
            filled[f"ligne{rank}-benefit"] = benefit
    filled["lignes"] = str(shown)
    if not filled.get("operator"):
        filled["operator"] = bundle.operators[0]
    return filled


def offer_bundles(bundles: Iterable[LineBundle], *, operator: str) -> list[dict[str, str]]:
    """Those of the operator who wrote; of all, as long as that is not said."""
    senders = dict(operators())
    return [
        {"code": bundle.code, "label": bundle.label, "sender": " ou ".join(senders[each] for each in bundle.operators)}
        for bundle in bundles
        if operator in ("", *bundle.operators)
    ]


def _find_row(data: QueryDict, line: LetterLine, *, shown: int) -> int | None:
    """The row that waits for this benefit, else one that is free."""
    waiting = (
        rank
        for rank in range(1, shown + 1)
        if data.get(f"ligne{rank}-benefit") == line.benefit
        and not any(data.get(f"ligne{rank}-{name}") for name in ("amount", "since", "until"))
    )
    return next(waiting, None) or _first_free(data, shown=shown)


def _first_free(data: QueryDict, *, shown: int) -> int | None:
    ranks = range(1, min(shown + 1, MOST) + 1)
    return next((rank for rank in ranks if not any(data.get(f"ligne{rank}-{name}") for name in LINE_WORDS)), None)


def _write_row(data: Any, rank: int, *, benefit: str, amount: str, months: Period) -> None:
    data[f"ligne{rank}-benefit"], data[f"ligne{rank}-amount"] = benefit, amount
    _write_months(data, f"ligne{rank}", months)


def _share_period(data: Any, reading: LetterReading) -> None:
    """The months that the letter says once, unless others are typed."""
    if not data.get("toutes-since") and not data.get("toutes-until"):
        _write_months(data, "toutes", reading.period)


def _write_months(data: Any, prefix: str, months: Period) -> None:
    for name, month in zip(("since", "until"), months, strict=True):
        if month:
            data[f"{prefix}-{name}"] = f"{month:%m/%Y}"


def _as_typed(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")
