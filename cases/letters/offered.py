"""The letters that may be written about a line: to whom, until when, and the last that was made of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cases.letters.line_letter_writer import letters_for
from cases.models import DebtLine, Letter
from cases.rules.debt_line_standing import DebtLineStanding
from cases.rules.line_letter_values import LineLetterFacts, recipient_lines
from cases.rules.line_letters import LineLetter, LineLetters
from cases.rules.remedies import Remedy


@dataclass(frozen=True, kw_only=True)
class OfferedLetter:
    letter: LineLetter
    to: str
    until: date | None = None
    """The last day of what it asks, when it has one."""
    is_possible: bool = False
    """What it asks may be asked now, or it stops a withholding."""
    is_chosen: bool = False
    """Of a way that the person chose, at the step that waits now."""
    made: Letter | None = None
    """The last one that was made."""


def offered_letters(
    line: DebtLine, *, letters: LineLetters, remedy: Remedy, standing: DebtLineStanding, chosen: Mapping[str, str]
) -> list[OfferedLetter]:
    """Those of the chosen ways first, then those that stop a withholding, then what may be done now, and the rest."""
    facts = LineLetterFacts(
        person="la personne",
        operator_name=line.notice.creditor.organisation.name,
        benefit=line.benefit,
        amount=line.amount,
    )
    may = {letter.code: letter for letter in letters_for(line, letters=letters, remedy=remedy)}
    until = {each.letter: each.until for each in reversed(standing.possible) if each.letter}
    wanted = [*chosen.values(), *(alarm.letter for alarm in standing.alarms), *dict(reversed(until.items())), *may]
    made = {letter.kind: letter for letter in line.letters.order_by("pk")}
    return [
        OfferedLetter(
            letter=may[code],
            to=", ".join(recipient_lines(may[code], facts, letters=letters, remedy=remedy)),
            until=until.get(code),
            is_possible=code in until or code in {alarm.letter for alarm in standing.alarms},
            is_chosen=code in chosen.values(),
            made=made.get(code),
        )
        for code in dict.fromkeys(wanted)
        if code in may
    ]
