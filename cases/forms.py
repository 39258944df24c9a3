"""Form fields that read what French people type."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

SPACES = str.maketrans("", "", " \u00a0\u202f€")


class MoneyField(forms.DecimalField):
    """Euros: `1 234,56`, `1234.56 €`, with any kind of space. Never negative unless said so."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", Decimal(0))
        kwargs.setdefault("max_digits", 9)
        kwargs.setdefault("decimal_places", 2)
        kwargs.setdefault("error_messages", {"invalid": "Saisir un montant en euros, par exemple 1 234,56."})
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A known amount is shown as French people write it."""
        return f"{value:.2f}".replace(".", ",") if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str):
            value = value.translate(SPACES)
            if "," in value:
                value = value.replace(".", "").replace(",", ".")
        return super().to_python(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}


class DayField(forms.DateField):
    """A day, by the browser’s own calendar; typed without one, in the French form or as ISO."""

    default_error_messages = {"invalid": "Date impossible : l’écrire jour/mois/année, par exemple 24/11/2026."}

    def __init__(self, **kwargs: Any) -> None:
        # Only an ISO value fills the browser’s calendar, whatever the language of the page.
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d/%m/%Y"])
        super().__init__(**kwargs)


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files chosen at once: a list, empty when none was."""

    def __init__(self, *, accept: str, **kwargs: Any) -> None:
        super().__init__(widget=FilesInput(attrs={"accept": accept}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        if not data:
            super().clean(None, initial)  # says so when a file is required
            return []
        return [super(FilesField, self).clean(file, initial) for file in data]
