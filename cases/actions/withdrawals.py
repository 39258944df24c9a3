"""What waits beside a case is withdrawn when it closes: each application says it of its own tables, as of `purges`."""

from collections.abc import Callable
from datetime import datetime

from cases.models import Case, JournalEntry, User

Withdrawal = Callable[[Case, User | None, datetime, JournalEntry], None]
WITHDRAWALS: dict[str, Withdrawal] = {}


def register_withdrawal(name: str, withdraw: Withdrawal) -> None:
    if WITHDRAWALS.setdefault(name, withdraw) is not withdraw:
        raise ValueError(f"{name} is withdrawn in two ways")


def withdraw_what_waits(*, case: Case, by: User | None, at: datetime, cause: JournalEntry) -> None:
    """Withdraw, for a case that ends, what still waits in the tables of other applications."""
    for withdraw in WITHDRAWALS.values():
        withdraw(case, by, at, cause)
