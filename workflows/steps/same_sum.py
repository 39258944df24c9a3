"""One decision of an operator, said twice: in its letter, which a step notes, and in its answer to a question."""

from django import forms

from cases.actions.lines import ANOTHER, SAME


def same_sum_field(help_text: str) -> forms.ChoiceField:
    """Asks of a sum whether it is the one that is deducted already. Not required: only what lowers the debt asks."""
    return forms.ChoiceField(
        label="Est-ce la somme déjà déduite\N{NO-BREAK SPACE}?",
        help_text=help_text,
        choices=[(SAME, "Oui : ne rien déduire de plus"), (ANOTHER, "Non : déduire aussi celle-ci")],
        widget=forms.RadioSelect,
        required=False,
    )
