"""The debt of a case in words: its movements, and the statements that differ from what was expected."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.text import capfirst

from cases.models import Case, LedgerEntry
from cases.queries import terms_of
from cases.rules import thresholds
from cases.rules.ledger import Gap
from cases.templatetags.relais import NO_BREAK, euros, short_date
from workflows.queries.account import DebtAccount, DebtMovement


@dataclass(frozen=True, kw_only=True)
class MovementRow:
    on: date
    what: str
    amount: Decimal
    """As it changes what is owed: negative when it lowers it."""
    source: str
    correct_url: str


def build_movement_rows(case: Case, account: DebtAccount, *, may_correct: bool) -> list[MovementRow]:
    """The movements of a debt as the page shows them, the newest first."""
    return [_build_movement_row(case, moved, may_correct=may_correct) for moved in reversed(account.movements)]


def _build_movement_row(case: Case, moved: DebtMovement, *, may_correct: bool) -> MovementRow:
    stands = not moved.is_corrected and moved.corrects is None
    url = reverse("case_movement_correct", args=[case.public_id, moved.public_id])
    return MovementRow(
        on=moved.on,
        what=_movement_words(moved),
        amount=-moved.amount,
        source=_source(moved),
        correct_url=url if may_correct and stands else "",
    )


def _movement_words(moved: DebtMovement) -> str:
    if moved.corrects:
        reason = LedgerEntry.Reason(moved.reason).label
        return f"Annulation : {LedgerEntry.Kind(moved.corrects).label} ({reason})"
    words = str(LedgerEntry.Kind(moved.kind).label)
    return capfirst(words) + (", annulé" if moved.is_corrected else "")


def _source(moved: DebtMovement) -> str:
    if moved.source:
        return f"relevé de {moved.source} arrêté au {short_date(moved.as_of)}, par {moved.by}"
    return f"{moved.by}, le {short_date(moved.recorded_on)}"


def describe_statement_gap(case: Case, account: DebtAccount) -> list[str]:
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
    terms = _count_monthly_terms(case, gap.difference)
    if terms:
        plural = "s" if terms > 1 else ""
        yield f" C’est {terms}{NO_BREAK}terme{plural} : le loyer courant n’a peut-être pas été payé."
    elif gap.difference < 0:
        yield " Un règlement n’est peut-être pas encore enregistré."


def _count_monthly_terms(case: Case, difference: Decimal) -> int:
    """How many monthly dues a difference makes, when it makes that, to the nearest euro."""
    due = thresholds.net_due(terms_of(case.tenancy)) if case.tenancy else None
    if not due or difference <= 0:
        return 0
    count = round(difference / due)
    return count if count and abs(difference - count * due) <= 1 else 0
