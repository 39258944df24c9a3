"""The debt of a case in words: its movements, and the statements that differ from what was expected."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse

from cases.models import Case, LedgerEntry
from cases.rules.ledger import Gap
from cases.templatetags.relais import NO_BREAK, euros, short_date
from workflows.queries.account import Account
from workflows.queries.threshold import terms_of


@dataclass(frozen=True, kw_only=True)
class Movement:
    on: date
    what: str
    amount: Decimal
    """As it changes what is owed: negative when it lowers it."""
    source: str
    correct_url: str


def movements(case: Case, account: Account, *, may_correct: bool) -> list[Movement]:
    """The newest first."""
    return [_movement(case, entry, may_correct=may_correct) for entry in reversed(account.movements)]


def _movement(case: Case, entry: LedgerEntry, *, may_correct: bool) -> Movement:
    corrected = hasattr(entry, "corrected_by")
    is_correction = entry.corrects is not None
    what = entry.get_kind_display()
    if entry.corrects:
        what = f"annulation : {entry.corrects.get_kind_display()} ({entry.get_reason_display()})"
    elif corrected:
        what = f"{what}, annulé"
    url = reverse("case_movement_correct", args=[case.public_id, entry.public_id])
    return Movement(
        on=entry.on,
        what=what[0].upper() + what[1:],
        amount=-entry.amount,
        source=_source(entry),
        correct_url=url if may_correct and not corrected and not is_correction else "",
    )


def _source(entry: LedgerEntry) -> str:
    if entry.statement:
        return f"relevé de {entry.statement.source} arrêté au {short_date(entry.statement.as_of)}, par {entry.by}"
    return f"{entry.by}, le {short_date(entry.recorded_at)}"


def gaps(case: Case, account: Account) -> list[str]:
    """The last statement beside what was expected, when the two differ."""
    if not account.statements:
        return []
    last = account.statements[-1]
    found = account.gaps.get(last.pk)
    if found is None or not found.difference:
        return []
    return ["".join(_gap_words(case, found, on=last.as_of))]


def _gap_words(case: Case, gap: Gap, *, on: date) -> Iterable[str]:
    side = "de plus" if gap.difference > 0 else "de moins"
    yield (
        f"Le relevé du {short_date(on)} dit {euros(gap.said)}, les mouvements connus {euros(gap.expected)} :"
        f" écart {euros(abs(gap.difference))} {side}."
    )
    terms = _terms(case, gap.difference)
    if terms:
        plural = "s" if terms > 1 else ""
        yield f" C’est {terms}{NO_BREAK}terme{plural} : le loyer courant n’a peut-être pas été payé."
    elif gap.difference < 0:
        yield " Un règlement n’est peut-être pas encore enregistré."


def _terms(case: Case, difference: Decimal) -> int:
    """How many monthly dues a difference makes, when it makes that, to the nearest euro."""
    terms = terms_of(case.tenancy) if case.tenancy else None
    due = terms.gross_due - terms.deducted_aid if terms and terms.gross_due else Decimal(0)
    if due <= 0 or difference <= 0:
        return 0
    count = round(difference / due)
    return count if count and abs(difference - count * due) <= 1 else 0
