"""Form fields that read what French people type."""

import re
from collections.abc import Mapping, MutableMapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict

from cases.acting import Away
from cases.models import User
from cases.refusals import Refusal
from cases.rules.french import MONTHS, SHORT_MONTHS, has_number_to_call
from cases.rules.names import normalise_text
from cases.rules.parameters import EARLIEST, LATEST
from cases.templatetags.relais import birth_date

SPACES = str.maketrans("", "", " \u00a0\u202f€")
FormData = Mapping[str, object] | None
"""What was sent to a form; None of one that is only shown."""
FormFiles = MultiValueDict[str, UploadedFile[Any]] | None


class FormOptions(TypedDict, total=False):
    """What Django’s forms take besides, of what ours are given."""

    initial: MutableMapping[str, Any]
    prefix: str


def show_refusal(form: forms.Form, refusal: Refusal) -> None:
    """Say a refusal in the form that asked for the act: beside the field that it is about, if the form has it."""
    for field, words in refusal.faults:
        form.add_error(field if field in form.fields else None, words)


class MoneyField(forms.DecimalField):
    """Euros: `1 234,56`, `1234.56 €`, with any kind of space. Never negative unless said so."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", Decimal(0))
        kwargs.setdefault("max_digits", 9)
        kwargs.setdefault("decimal_places", 2)
        kwargs.setdefault("error_messages", {"invalid": "Saisir un montant en euros, par exemple 1 234,56."})
        super().__init__(**kwargs)

    def prepare_value(self, value: object) -> object:
        """A known amount is shown as French people write it."""
        return f"{value:.2f}".replace(".", ",") if isinstance(value, Decimal) else value

    def to_python(self, value: object) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str):
            value = value.translate(SPACES)
            if "," in value:
                value = value.replace(".", "").replace(",", ".")
        return super().to_python(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, object]:
        return {"inputmode": "decimal", "autocomplete": "off"}


class DayField(forms.DateField):
    """A day, by the browser’s own calendar; typed without one, in the French form or as ISO."""

    default_error_messages = {"invalid": "Date impossible : l’écrire jour/mois/année, par exemple 24/11/2026."}

    def __init__(self, *, earliest: date = EARLIEST, latest: date = LATEST, **kwargs: Any) -> None:
        self.earliest, self.latest = earliest, latest
        # Only an ISO value fills the browser’s calendar, whatever the language of the page.
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d/%m/%Y"])
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        """Refuses a day out of bounds: those around which something can be counted, unless the field has nearer ones."""
        day = super().to_python(value)
        if day and not self.earliest <= day <= self.latest:
            raise ValidationError(
                f"Vérifier l’année : les dates vont du {self.earliest:%d/%m/%Y} au {self.latest:%d/%m/%Y}.",
                code="out_of_range",
            )
        return day


class PastDayField(DayField):
    """A day that has come. `future`: what is said of another one. `today`: the reader’s, given here or by `say_today`.

    Given here, the browser’s calendar ends there.
    """

    def __init__(self, *, future: str, today: date | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.future, self.today = future, today
        if today:
            self.widget.attrs["max"] = today.isoformat()

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and self.today and value > self.today:
            raise ValidationError(self.future)


def say_today(form: forms.Form, today: date) -> None:
    """Tell a form’s fields of days that have come which day it is."""
    for field in form.fields.values():
        if isinstance(field, PastDayField):
            field.today = today


class Unfolds:
    """A choice under which stand the fields that it alone calls for (`UnfoldingForm` gives them)."""

    unfolded: dict[str, list[forms.BoundField]] = {}

    def create_option(self, name: str, value: object, *args: Any, **kwargs: Any) -> dict[str, object]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]  # a mixin
        return option | {"unfolded": self.unfolded.get(str(value), [])}


class UnfoldingRadio(Unfolds, forms.RadioSelect):
    pass


class UnfoldingCheckboxes(Unfolds, forms.CheckboxSelectMultiple):
    pass


class UnfoldingSelect(forms.Select):
    """All that its choices unfold stands after it; each of these choices unfolds the whole."""

    unfolded: dict[str, list[forms.BoundField]] = {}

    def create_option(self, name: str, value: object, *args: Any, **kwargs: Any) -> dict[str, object]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.unfolded:
            option["attrs"]["data-unfolds"] = True
        return option

    def get_context(self, *args: Any) -> dict[str, object]:
        context = super().get_context(*args)
        context["widget"]["unfolded"] = next(iter(self.unfolded.values()), [])
        return context


class FreeTextField(forms.CharField):
    """A line in which one writes what one wants, of people too: its author is told what does not belong there, as for a
    text of several lines."""


class UnfoldingForm(forms.Form):
    """A form in which some fields concern one choice only: they are drawn under it, and shown once it is made.

    The style sheet folds them, so that nothing depends on a script, nor on what is shown: an old browser shows all.
    """

    unfolds: ClassVar[dict[str, dict[str, tuple[str, ...]]]] = {}
    """Field → choice → the fields that it calls for. One of the widgets above draws it."""

    def get_context(self) -> dict[str, object]:
        for name, called in self.unfolds.items():
            if name in self.fields:
                widget: Any = self.fields[name].widget
                widget.unfolded = {value: self._unfold_fields(names) for value, names in called.items()}
        return super().get_context()

    def _unfold_fields(self, names: tuple[str, ...]) -> list[forms.BoundField]:
        found = [self[name] for name in names if name in self.fields]
        for each in found:
            each.is_unfolded = True  # type: ignore[attr-defined]  # read by django/forms/div.html
        return found


class ColleagueField(forms.ModelChoiceField[User]):
    """A colleague, each with how much he has, if that was said, and until when he is away."""

    away: Mapping[int, Away] = {}
    load: Mapping[int, int] | None = None

    def offer_colleagues(
        self, people: QuerySet[User], *, away: Mapping[int, Away], load: Mapping[int, int] | None = None
    ) -> None:
        self.queryset, self.away, self.load = people, away, load

    def label_from_instance(self, obj: User) -> str:
        notes = []
        if self.load is not None:
            cases = self.load.get(obj.pk, 0)
            notes.append(f"{cases} dossiers" if cases > 1 else f"{cases} dossier")
        if obj.pk in self.away:
            notes.append(str(self.away[obj.pk]))
        return f"{obj} ({', '.join(notes)})" if notes else str(obj)


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


class PhoneToCallField(forms.CharField):
    """A number that a letter prints, kept as it is typed."""

    widget = forms.TextInput(attrs={"type": "tel"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: object) -> str:
        text: str = super().clean(value)
        if text and not has_number_to_call(text):
            raise ValidationError("Ce numéro ne s’appelle pas : dix chiffres, par exemple 01 69 02 53 53.")
        return text


class PartialDateField(forms.CharField):
    """A day, or only its month or its year, as people remember them: 12/03/2026, 03/2026, 03/26, mars 2026, sept 2026, 2026.

    Kept as ISO (2026-03), like the dates of birth. Never after `latest`, when there is one.
    """

    default_error_messages = {
        "invalid": "Date illisible : l’écrire JJ/MM/AAAA, MM/AAAA ou AAAA.",
        "future": "Cette date est à venir : saisir une date passée.",
    }
    FORMS = (
        re.compile(r"(?:(?:(?P<day>\d{1,2})(?:ER)? )?(?P<month>\d{1,2}) )?(?P<year>\d{4})"),
        re.compile(r"(?P<year>\d{4}) (?P<month>\d{2})(?: (?P<day>\d{2}))?"),
        # A month and its year in two figures; but « 05/12 » may be a day of an unsaid year, and is not guessed at.
        re.compile(r"(?P<day>)(?P<month>\d{1,2}) (?P<year>1[3-9]|[2-9]\d)"),
    )
    """As `normalised` leaves what was typed: its marks are spaces."""
    OLDEST = 1950

    def __init__(self, *, latest: date | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)
        self.latest = latest

    def prepare_value(self, value: object) -> object:
        return birth_date(value) if isinstance(value, str) and re.fullmatch(r"\d{4}(-\d\d){0,2}", value) else value

    def clean(self, value: object) -> str:
        written = normalise_text(super().clean(value) or "")
        if not written:
            return ""
        for number, (name, cut) in enumerate(zip(MONTHS, SHORT_MONTHS, strict=True), start=1):
            names = "|".join(normalise_text(each) for each in (name, *cut))
            written = re.sub(rf"\b(?:{names})\b", str(number), written)
        found = next(filter(None, (form.fullmatch(written) for form in self.FORMS)), None)
        parts = [int(part) for part in (found["year"], found["month"], found["day"]) if part] if found else []
        if parts and parts[0] < 100:
            parts[0] = self._in_full(parts[0])
        try:
            day = date(*(parts + [1] * (3 - len(parts)))) if parts else None
        except ValueError:
            day = None
        if day is None or day.year < self.OLDEST:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if self.latest and day > self.latest:
            raise ValidationError(self.error_messages["future"], code="future")
        return "-".join([f"{parts[0]:04}", *(f"{part:02}" for part in parts[1:])])

    def _in_full(self, year: int) -> int:
        """26 → 2026, 84 → 1984: of this century, unless it would be to come."""
        is_to_come = 2000 + year > self.latest.year if self.latest else year >= self.OLDEST % 100
        return (1900 if is_to_come else 2000) + year
