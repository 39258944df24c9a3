"""A fact that may happen several times: a form asks whether another day of it is one more, or corrects the day that is noted."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from cases.models import Case, Debt
from workflows.actions import milestones

AGAIN = "again"
ANOTHER, CORRECTION = "another", "correction"
ANSWERS = [
    (ANOTHER, "Oui, une nouvelle fois : les deux jours comptent"),
    (CORRECTION, "Non : corriger le jour déjà noté"),
]


def ask_if_another(form: forms.Form, *, case: Case, debt: Debt | None = None, on: date) -> None:
    """Asked of such a day alone, beside all that was typed: nobody else reads the question."""
    try:
        day = form.fields["happened_on"].clean(form.data.get("happened_on")) if form.is_bound else None
    except ValidationError:
        return
    known = day and milestones.find_said_before(case, form.data.get("kind", ""), day, debt=debt, on=on)
    if known:
        form.fields[AGAIN] = forms.ChoiceField(
            label=f"Déjà noté au {known.happened_on:%d/%m/%Y} : est-ce arrivé de nouveau ?",
            help_text="Des pièces demandées ou remises une seconde fois changent encore le délai de réponse."
            " Corriger efface le jour déjà noté.",
            choices=ANSWERS,
            widget=forms.RadioSelect,
            error_messages={"required": "Répondre oui ou non : le délai ne se compte pas de la même façon."},
        )


def is_another(answer: str) -> bool | None:
    """None: it was not asked."""
    return answer == ANOTHER if answer else None
