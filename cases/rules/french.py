"""Numbers as a French reader expects them, for the sentences that the rules write."""

from decimal import Decimal


def money(amount: Decimal) -> str:
    """`1 234,56 €`, with the no-break spaces that keep it on one line."""
    return f"{amount:,.2f}".replace(",", "\u202f").replace(".", ",") + "\u00a0€"
