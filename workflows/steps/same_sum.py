"""One decision of an operator, said twice: in its letter, which a step notes, and in its answer to a question."""

from django import forms

from cases.actions.lines import ANOTHER, SAME
from cases.models import LedgerEntry
from cases.rules.french import money


def same_sum_field(known: LedgerEntry) -> forms.ChoiceField:
    """Asks of a sum whether it is that one, which is deducted already. Not required: only what lowers the debt asks."""
    return forms.ChoiceField(
        label="Est-ce la somme déjà déduite ?",
        help_text=f"Depuis cette demande : {money(known.amount)} au {known.on:%d/%m/%Y} ({known.get_kind_display()}).",
        choices=[(SAME, "Oui : ne rien déduire de plus"), (ANOTHER, "Non : déduire aussi celle-ci")],
        widget=forms.RadioSelect,
        required=False,
    )
