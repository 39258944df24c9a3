"""The forms of the blocks: what is typed, in French forms, with a question when a sum looks wrong."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.utils.text import capfirst

from cases.diagnosis.context import DiagnosisContext
from cases.forms import DayField, FormData, MoneyField, PartialDateField
from cases.models import Diagnostic
from cases.models.diagnosis import COLUMNS, PARTIAL_DATES, Block, column_of
from cases.templatetags.relais import euros

UNSAID = "Non renseigné"
NO_HEALTH = "Pas de donnée de santé ni de jugement : la personne peut lire ce texte."


def field_for_column(name: str, model: type[models.Model] = Diagnostic, **options: Any) -> forms.Field:
    """The field of a column: its label and choices, and nothing that one must answer."""
    source = column_of(name, model)
    options = {"label": capfirst(source.verbose_name), "required": False} | options
    if source.choices:
        return forms.ChoiceField(choices=[("", UNSAID), *source.choices], **options)
    if isinstance(source, models.DecimalField):
        return MoneyField(**options)
    if isinstance(source, models.DateField):
        return DayField(**options)
    if isinstance(source, models.BooleanField):
        return forms.BooleanField(**options)
    if isinstance(source, models.IntegerField):
        return forms.IntegerField(min_value=0, **options)
    if isinstance(source, models.TextField):
        options.setdefault("help_text", NO_HEALTH)
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=source.max_length, **options)
    if name in (*PARTIAL_DATES, "since", "asked_on", "decided_on"):
        return PartialDateField(**options)
    return forms.CharField(**{"max_length": source.max_length} | options)


class DiagnosticLineForm(forms.Form):
    """One line of a table. Left blank, it counts for nothing."""

    needed: ClassVar[Mapping[str, str]] = {}
    """Field → what to say when the line has something else and not it."""
    once: ClassVar[str] = ""
    """The field whose value stands on one line only."""

    def __init__(
        self, *args: Any, setting: DiagnosisContext, known: frozenset[Any], confirmed: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.setting = setting
        self.known = known
        """What was saved already: it isn’t asked about again."""
        self.confirmed = confirmed
        self.doubts: list[str] = []

    @property
    def is_blank(self) -> bool:
        return not any(self.data.get(self.add_prefix(name), "").strip() for name in self.significant_fields)

    @property
    def significant_fields(self) -> list[str]:
        """The fields whose filling means that there is a line."""
        return list(self.fields)

    @property
    def row(self) -> dict[str, Any]:
        """The values of the line, by the names of their columns."""
        return dict(self.cleaned_data)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.is_blank:
            for name, words in self.needed.items():
                if cleaned.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, words)
        return cleaned

    def doubt_above(self, name: str, most: int, words: str) -> None:
        value = self.cleaned_data.get(name)
        if value is not None and value > most and value not in self.known and not self.confirmed:
            self.doubts.append(name)
            self.add_error(name, f"{euros(value)} {words} : vérifier.")

    @classmethod
    def initial_from_line(cls, line: Any) -> dict[str, Any]:
        """What the form shows of a line that was saved."""
        return {name: getattr(line, name) for name in cls.base_fields}


class DiagnosticLineFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """The lines of a table: those already there, and some to fill."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Blank or not, a line is read: only its form knows what is missing in it."""
        return super().get_form_kwargs(index) | {"empty_permitted": False, "use_required_attribute": False}

    def clean(self) -> None:
        once = self.form.once
        seen: set[str] = set()
        for form in self.filled_forms if once else ():
            value = form.cleaned_data.get(once)
            if value and value in seen:
                form.add_error(once, "Cette réponse est déjà sur une autre ligne : n’en garder qu’une.")
            seen.add(value)

    @property
    def filled_forms(self) -> list[Any]:
        return [form for form in self.forms if not form.is_blank]

    @property
    def headings(self) -> list[str]:
        return [str(field.label) for field in self.form.base_fields.values()]


class BlockForm(forms.Form):
    """A block: fields named like the columns that they fill, and maybe a table."""

    block: ClassVar[Block]
    help: ClassVar[str] = ""
    table: ClassVar[str] = ""
    """The name on a diagnosis of the lines that the block fills."""
    line_form: ClassVar[type[DiagnosticLineForm] | None] = None
    table_title: ClassVar[str] = ""
    spare: ClassVar[int] = 2
    """Blank lines offered."""
    total: ClassVar[str] = ""
    """The column that says the sum of the lines, when there are any."""

    def __init__(self, data: FormData = None, *, setting: DiagnosisContext, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", None if self.block == Block.ESSENTIALS else self.block.value)
        initial = {name: getattr(setting.diagnostic, name, None) for name in self.base_fields}
        super().__init__(data, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.setting = setting
        self.doubts: list[str] = []
        self.suggested: set[str] = set()
        """Fields that show what is known elsewhere: nobody answered them yet."""
        self.add_fields()
        self.lines = self._build_line_formset(data)

    def add_fields(self) -> None:
        """Those that depend on the household."""

    # The table

    def _build_line_formset(self, data: Any) -> Any:
        if self.line_form is None:
            return None
        shown = [self.line_form.initial_from_line(line) for line in self.setting.lines(self.table)]
        kind = forms.formset_factory(
            self.line_form, formset=DiagnosticLineFormSet, extra=self.spare, max_num=60, absolute_max=60
        )
        return kind(
            data,
            prefix=f"{self.block}-lignes",
            initial=shown if data is None else None,
            form_kwargs={
                "setting": self.setting,
                "known": frozenset(value for line in shown for value in line.values()),
                "confirmed": self.is_confirmed,
            },
        )

    # Checking

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned |= self.cleaned_data
        self.check_sense(cleaned)
        return cleaned

    def check_sense(self, cleaned: dict[str, Any]) -> None:
        """What contradicts itself, or is odd enough to be asked about (`add_doubt`)."""

    def add_doubt(self, name: str, words: str) -> None:
        """Ask once: what was saved already, or is ticked as checked, isn’t asked again."""
        if self.is_confirmed or self.cleaned_data.get(name) == self.initial.get(name):
            return
        self.doubts.append(name)
        self.add_error(name, words)

    def doubt_above(self, name: str, most: int, words: str = "par mois") -> None:
        value = self.cleaned_data.get(name)
        if value is not None and value > most:
            self.add_doubt(name, f"{euros(value)} {words} : vérifier.")

    def refuse_future(self, *names: str) -> None:
        for name in names:
            if (day := self.cleaned_data.get(name)) and day > self.setting.on:
                self.add_error(name, ValidationError("Cette date est à venir : saisir une date passée."))

    @property
    def is_confirmed(self) -> bool:
        return bool(self.is_bound and self.data.get(self.confirm_name))

    @property
    def confirm_name(self) -> str:
        return f"{self.block}-verifie"

    def is_valid(self) -> bool:
        lines_are_valid = self.lines is None or self.lines.is_valid()  # asked first: both say what is wrong at once
        return super().is_valid() and lines_are_valid

    @property
    def asks_to_confirm(self) -> bool:
        return bool(self.doubts or (self.lines is not None and any(form.doubts for form in self.lines.forms)))

    @property
    def faults(self) -> list[tuple[str, str]]:
        """What is to correct: the field to go to, and the words; the lines of a table by their number."""
        if not self.is_bound:
            return []
        found = [("", str(error)) for error in self.non_field_errors()]
        found += [(field.auto_id, f"{field.label} : {error}") for field in self for error in field.errors]
        for number, line in enumerate(self.lines.forms if self.lines is not None else (), start=1):
            words = f"Ligne {number}, "
            found += [
                (field.auto_id, f"{words}{str(field.label).lower()} : {error}")
                for field in line
                for error in field.errors
            ]
        return found

    # What is saved

    @property
    def values(self) -> dict[str, Any]:
        """Column of the diagnosis → what was typed; the total of its lines where it is their sum."""
        values = {name: value for name, value in self.cleaned_data.items() if name in COLUMNS}
        if self.total and self.rows_by_table.get(self.table):
            values[self.total] = self.sum_of(self.rows_by_table[self.table])
        return values

    @staticmethod
    def sum_of(rows: list[dict[str, Any]]) -> Decimal:
        return sum((row["amount"] for row in rows), Decimal())

    @property
    def rows_by_table(self) -> dict[str, list[dict[str, Any]]]:
        """Table of the diagnosis → its lines, as typed."""
        return {self.table: [form.row for form in self.lines.filled_forms]} if self.lines is not None else {}

    # What is kept of a typing that cannot be saved

    def typed_values(self) -> dict[str, list[str]]:
        """As the browser sent it, so that the form can be shown again as it was left."""
        skipped = {"csrfmiddlewaretoken", "version", "brouillon", "action", self.confirm_name}
        data: QueryDict = self.data  # type: ignore[assignment]
        return {key: data.getlist(key) for key in data if key not in skipped}

    # How it is laid out

    def count_answers(self) -> tuple[int, int]:
        """How many answers are known, and how many are asked; the lines of a table count for one."""
        names = [name for name, field in self.fields.items() if not isinstance(field, forms.BooleanField)]
        asked = (name for name in names if name not in self.suggested)
        known = sum(self.get_initial_for_field(self.fields[name], name) not in (None, "", []) for name in asked)
        if self.line_form is None:
            return known, len(names)
        return known + bool(self.setting.lines(self.table)), len(names) + 1

    @property
    def short_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if not self._is_long(field)]

    @property
    def long_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if self._is_long(field)]

    @staticmethod
    def _is_long(bound: forms.BoundField) -> bool:
        return isinstance(bound.field.widget, (forms.Textarea, forms.RadioSelect, forms.CheckboxSelectMultiple))
