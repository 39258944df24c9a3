"""A day more than a year away is more often a slip of the year than the truth: a form asks."""

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError

FAR = timedelta(days=366)
IS_FAR = "is_far"


def ask_if_that_far(form: forms.Form, name: str, *, on: date) -> None:
    """Asked of such a day alone, beside all that was typed: nobody else reads the question."""
    try:
        day = form.fields[name].clean(form.data.get(name)) if form.is_bound else None
    except ValidationError:
        return
    if day and abs(day - on) > FAR:
        form.fields[IS_FAR] = forms.BooleanField(
            label=f"C’est bien le {day:%d/%m/%Y}",
            help_text="Ce jour est à plus d’un an d’aujourd’hui.",
            error_messages={"required": "Vérifier l’année : la corriger, ou cocher cette case."},
        )
