"""The catalogue of the reminders among the rules of the pilot: the form of one, what a draft would change."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from cases.forms import DayField
from cases.models import Edition
from cases.rules.catalogue import Rule as Delay, compute
from cases.rules.editions import Row
from cases.templatetags.relais import weekday_date
from notifications.reminder_rules import ANY, Dates, Rule, read_rule
from notifications.reminder_words import ALL_OTHERS, ANCHORS, FLOORS, FUNCTIONS, UNITS, days_told, say_delay
from notifications.shelf import REMINDERS, delays_on, faults_of, steps, titles_of_delays, would_break
from workflows.queries.editions import Followed, followed
from workflows.views.calculator import EARLIEST, LATEST
from workflows.views.editions.books import Book, Editor, Theme, register
from workflows.views.editions.deadlines import CODE, register_watcher

DAYS = "Écrire des nombres de jours entiers séparés par des virgules, du plus tôt au plus tard : par exemple -15, -7."
RECIPIENTS = list(FUNCTIONS.items())


class DaysField(forms.CharField):
    """« -15, -7 »; with any minus sign."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        written = super().clean(value).replace("−", "-").replace("–", "-").replace(";", ",")
        try:
            days = [int(each) for each in written.split(",")]
        except ValueError:
            raise forms.ValidationError(DAYS) from None
        if days != sorted(set(days)) or any(abs(day) > 1000 for day in days):
            raise forms.ValidationError(DAYS)
        return days


class ReminderForm(forms.Form):
    code = forms.RegexField(
        CODE,
        label="Code du rappel",
        max_length=40,
        help_text="Donné une fois pour toutes, par exemple R-VISITE. Majuscules, chiffres et tirets.",
        error_messages={
            "required": "Donner un code au rappel.",
            "invalid": "Écrire des majuscules, des chiffres et des tirets, par exemple R-VISITE.",
        },
    )
    title = forms.CharField(
        label="Ce qu’il y a à faire",
        max_length=160,
        required=False,
        help_text="Laisser vide pour reprendre le titre du délai ou de l’étape.",
    )
    days = DaysField(
        label="Jours", help_text="Séparés par des virgules ; négatif : avant la date, 0 : le jour même. -15, -7.",
        error_messages={"required": DAYS},
    )  # fmt: skip
    unit = forms.ChoiceField(label="En", choices=list(UNITS.items()))
    counted_from = forms.ChoiceField(
        label="Comptés depuis", choices=[(code, words[0].upper() + words[1:]) for code, words in ANCHORS.items()]
    )
    every = forms.IntegerField(
        label="Puis tous les",
        min_value=0,
        max_value=365,
        required=False,
        help_text="Jours de la même unité, tant que rien n’est fait. Vide : jamais.",
        error_messages={
            "invalid": "Écrire un nombre de jours, ou rien.",
            "min_value": "Écrire un nombre de jours, ou rien.",
            "max_value": "Écrire au plus 365 jours.",
        },
    )
    to = forms.MultipleChoiceField(
        label="Qui est prévenu",
        choices=RECIPIENTS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisir qui est prévenu."},
    )
    floor = forms.ChoiceField(label="Envoi", choices=list(FLOORS.items()), widget=forms.RadioSelect)
    escalation_after = forms.IntegerField(
        label="Sans suite après, en jours ouvrés",
        min_value=1,
        max_value=250,
        required=False,
        help_text="Comptés depuis le dernier rappel. Vide : personne d’autre n’est prévenu.",
        error_messages={
            "invalid": "Écrire un nombre de jours ouvrés, ou rien.",
            "min_value": "Écrire au moins un jour ouvré, ou rien.",
            "max_value": "Écrire au plus 250 jours ouvrés.",
        },
    )
    escalation_to = forms.MultipleChoiceField(
        label="Alors, prévenir", choices=RECIPIENTS, widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, data: Any, *, is_new: bool, initial: Any) -> None:
        super().__init__(data, initial=initial)
        if not is_new:
            del self.fields["code"]

    def clean(self) -> Any:
        typed = super().clean() or {}
        after, to = typed.get("escalation_after"), typed.get("escalation_to")
        if after and not to:
            self.add_error("escalation_to", "Choisir qui est prévenu sans suite, ou effacer le nombre de jours.")
        if to and not after and "escalation_after" not in self.errors:
            self.add_error("escalation_after", "Écrire après combien de jours ouvrés, ou ne choisir personne.")
        return typed


class FollowedForm(forms.Form):
    """A delay or a step that the reminder follows."""

    name = forms.ChoiceField(required=False)

    def __init__(self, data: Any, *, kind: str, choices: Mapping[str, str], position: int, initial: str) -> None:
        super().__init__(data, prefix=f"{kind}-{position}", initial={"name": initial})
        field: Any = self.fields["name"]
        field.label = f"{'Délai' if kind == 'delay' else 'Étape'} n° {position + 1}"
        field.choices = [("", "Aucun" if kind == "delay" else "Aucune"), *choices.items()]


class ReminderEditor(Editor):
    template = "rules/reminder_form.html"

    def __init__(self, *, edition: Edition, row: Row | None, is_fixed: bool, data: Any = None) -> None:
        super().__init__(edition=edition, row=row, is_fixed=is_fixed, data=data)
        self.titles, self.steps_known = titles_of_delays(), steps()
        kept = row or {}
        if data is None:
            self.followed = {"delay": list(kept.get("delays", ())), "step": list(kept.get("steps", ()))}
        else:
            self.followed = {kind: _typed_in(data, kind) for kind in ("delay", "step")}
        self._build(data, initial=_initial(kept))

    def move(self, asked: str) -> None:
        """One more empty line: it is there as soon as the others are filled."""
        data: Any = self.main.data
        main: dict[str, Any] = {}
        for name, field in self.main.fields.items():
            if name in data:
                main[name] = data.getlist(name) if isinstance(field, forms.MultipleChoiceField) else data[name]
        self.followed = {kind: [name for name in names if name] for kind, names in self.followed.items()}
        self._build(None, initial={"to": [], "escalation_to": [], **main})

    def _build(self, data: Any, *, initial: Mapping[str, Any]) -> None:
        self.main = ReminderForm(data, is_new=self.row is None, initial=initial)
        patterns = [name for name in self.followed["delay"] if "*" in name and name != ANY]
        delays = {
            **{pattern: say_delay(pattern, self.titles) for pattern in patterns},
            **{code: f"{title} ({code})" for code, title in sorted(self.titles.items(), key=lambda item: item[1])},
            ANY: ALL_OTHERS,
        }
        self.delays = self._lines("delay", delays, data)
        self.steps = self._lines("step", self.steps_known, data)

    def _lines(self, kind: str, choices: Mapping[str, str], data: Any) -> list[FollowedForm]:
        names = self.followed[kind]
        return [
            FollowedForm(data, kind=kind, choices=choices, position=position, initial=name)
            for position, name in enumerate([*names, ""] if data is None else names)
        ]

    @property
    def forms(self) -> list[forms.Form]:
        return [self.main, *self.delays, *self.steps]

    def refuse(self) -> list[tuple[str, str, str]]:
        if not self.refused:
            # The delays against which it is checked are those of the day on which the draft was opened.
            found = faults_of([self.read()], delays_on(self.edition.effective_on))
            self.refused += [("", "", finding.text[0].upper() + finding.text[1:]) for finding in found]
        return self.refused

    def read(self) -> dict[str, Any]:
        typed, kept = self.main.cleaned_data, dict(self.row or {})
        row = {name: value for name, value in kept.items() if name not in READ}
        row |= {
            "code": kept.get("code") or typed["code"],
            "from": typed["counted_from"],
            "days": typed["days"],
            "unit": typed["unit"],
            "to": typed["to"],
        }
        if typed["title"]:
            row["title"] = typed["title"]
        for name, lines in (("delays", self.delays), ("steps", self.steps)):
            chosen = dict.fromkeys(line.cleaned_data["name"] for line in lines if line.cleaned_data["name"])
            if chosen:
                row[name] = list(chosen)
        if typed["floor"] != "ordinary":
            row["floor"] = typed["floor"]
        if typed["every"]:
            row["every"] = typed["every"]
        if typed["escalation_after"]:
            row["escalation"] = {"after": typed["escalation_after"], "to": typed["escalation_to"]}
        return row


READ = frozenset({"title", "delays", "steps", "from", "days", "unit", "to", "floor", "every", "escalation"})
"""What the form reads; the rest of a row stays as it is."""


def _typed_in(data: Any, kind: str) -> list[str]:
    found: list[str] = []
    while f"{kind}-{len(found)}-name" in data:
        found.append(data[f"{kind}-{len(found)}-name"])
    return found


def _initial(row: Row) -> dict[str, Any]:
    escalation = row.get("escalation") or {}
    return {
        "title": row.get("title", ""),
        "days": row.get("days"),
        "unit": row.get("unit", "working_day"),
        "counted_from": row.get("from", "legal"),
        "every": row.get("every") or None,
        "to": row.get("to", []),
        "floor": row.get("floor", "ordinary"),
        "escalation_after": escalation.get("after"),
        "escalation_to": escalation.get("to", []),
    }


class TrialForm(forms.Form):
    """When the delay begins, or the step begins to wait."""

    delay = forms.ChoiceField(label="Délai suivi")
    depart = DayField(
        label="Date de départ",
        help_text="Du délai, ou le jour où l’étape commence à attendre.",
        error_messages={"required": "Indiquer la date de départ."},
    )

    def __init__(self, data: Any, *, delays: Mapping[str, str], initial: Any) -> None:
        super().__init__(data, initial=initial)
        fields: Any = self.fields
        fields["delay"].choices = list(delays.items())
        if not delays:
            del self.fields["delay"]

    def clean_depart(self) -> date:
        start: date = self.cleaned_data["depart"]
        if not EARLIEST <= start <= LATEST:
            raise forms.ValidationError("Vérifier l’année.")
        return start


def trial(
    *, row: Row, current: Edition | None, current_row: Row | None, asked: Any, edition: Edition, **more: Any
) -> Mapping[str, Any]:
    """The days on which the reminder would be told, with the draft and with the edition in force."""
    drafted, former = read_rule(row), read_rule(current_row) if current_row else None
    delays = delays_on(edition.effective_on)
    named = {code: rule.title for code, rule in delays.items() if drafted.names(code) or drafted.is_for_the_rest}
    form = TrialForm(asked if "essayer" in asked else None, delays=named, initial=asked.dict())
    columns = [("Avec le brouillon", drafted)]
    columns += [(f"Avec l’édition en vigueur ({current.number})", former)] if former and current else []
    results = []
    if form.is_valid():
        dates, facts = _dates(delays.get(form.cleaned_data.get("delay", "")), form.cleaned_data["depart"])
        results = [
            {"title": title, "facts": facts, "words": "", "steps": _said_days(rule, dates)} for title, rule in columns
        ]
    return {
        "lead": "Avec le rappel tel qu’il est enregistré dans le brouillon, et les délais d’aujourd’hui.",
        "form": form,
        "results": results,
        "is_new": former is None,
    }


def _dates(delay: Delay | None, start: date) -> tuple[Dates, list[tuple[str, str]]]:
    """What is not known never lengthens a delay: nothing is asked here. A step alone has the date of its start."""
    if delay is None:
        return Dates(start=start, safe=start), [("Commence à attendre", weekday_date(start))]
    computed = compute(delay, start=start, context={})
    dates = Dates(start=start, safe=computed.safe_date, legal=computed.legal_date)
    shown = [("Date de sûreté", computed.safe_date), ("Dernier jour", computed.legal_date)]
    return dates, [(label, weekday_date(day)) for label, day in shown if day]


def _said_days(rule: Rule, dates: Dates) -> list[str]:
    if dates.safe is None:
        return ["Ce délai ne s’applique pas sans autre information : aucun rappel."]
    who = ", ".join(FUNCTIONS.get(each, each) for each in rule.to)
    told = rule.escalation and ", ".join(FUNCTIONS.get(each, each) for each in rule.escalation.to)
    return [
        f"{weekday_date(day)} : {told if escalates else who}{' (sans suite)' if escalates else ''}"
        for day, escalates in days_told(rule, dates)
    ] or ["Aucun rappel."]


def themes(edition: Edition, rows: list[dict[str, Any]]) -> list[Theme]:
    delays = [row["code"] for row in rows if row.get("delays")]
    return [("Rappels d’un délai", delays), ("Rappels d’une étape", [r["code"] for r in rows if r.get("steps")])]


def impact(*, rows: Sequence[Row], base_rows: Sequence[Row], codes: frozenset[str], **asked: Any) -> Mapping[str, Any]:
    """How many dates and steps each reminder that changes follows now."""
    now = followed()
    before = {row["code"]: row for row in base_rows}
    after = {row["code"]: row for row in rows}
    said = {
        code: _followed_now([read_rule(known[code]) for known in (before, after) if code in known], now)
        for code in codes
    }
    return {"running": said}


def _followed_now(rules: Sequence[Rule], now: Followed) -> str:
    delays = sum(number for code, number in now.delays.items() if any(_follows(rule, code) for rule in rules))
    waiting = sum(number for step, number in now.steps.items() if any(step in rule.steps for rule in rules))
    number = delays + waiting
    if not number:
        return "Aucune échéance ni étape en cours n’est suivie par ce rappel."
    what = "échéance" if delays else "étape"
    if number == 1:
        return f"1 {what} en cours suivra ce rappel tel qu’il sera alors."
    return f"{number} {what}s en cours suivront ce rappel tel qu’il sera alors."


def _follows(rule: Rule, delay: str) -> bool:
    return rule.is_for_the_rest or rule.names(delay)


register(
    Book(
        slug="rappels",
        rank=2,
        title="Rappels",
        lead="Quels jours Relais rappelle une date ou une étape, à qui, et qui est prévenu sans suite.",
        shelf=REMINDERS,
        editor=ReminderEditor,
        themes=themes,
        trial=trial,
        impact=impact,
    )
)
register_watcher(would_break)
