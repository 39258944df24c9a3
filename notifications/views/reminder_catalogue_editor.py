"""The catalogue of the reminders among the rules of the pilot: the days it would speak, what a draft would change."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from cases import permissions
from cases.forms import DayField, FormData
from cases.models import Edition
from cases.rules.catalogue import CheckedDeadlineRule as Delay, compute_deadline
from cases.rules.editions import Row
from cases.templatetags.relais import weekday_date
from notifications.reference_data import delays_on
from notifications.reminder_catalogue import REMINDERS, would_break
from notifications.reminder_rules import FollowedDates, ReminderRuleDefinition, read_rule
from notifications.reminder_words import UNREADABLE, days_told, say_recipients
from notifications.views.reminder_form import ReminderEditor
from workflows.queries.editions import ReminderTargets, count_reminder_targets
from workflows.views.editions.catalogue_editors import CatalogueEditor, Theme, register_catalogue_editor
from workflows.views.editions.deadlines import register_watcher
from workflows.views.work.deadline_calculator import BOUNDS


class TrialForm(forms.Form):
    """When the delay begins, or the step begins to wait."""

    delay = forms.ChoiceField(label="Délai suivi")
    depart = DayField(
        **BOUNDS,
        label="Date de départ",
        help_text="Du délai, ou le jour où l’étape commence à attendre.",
        error_messages={"required": "Indiquer la date de départ."},
    )

    def __init__(self, data: FormData, *, delays: Mapping[str, str], initial: Mapping[str, object]) -> None:
        super().__init__(data, initial=dict(initial))
        fields: Any = self.fields
        fields["delay"].choices = list(delays.items())
        if not delays:
            del self.fields["delay"]


def try_reminder(
    *, row: Row, current: Edition | None, current_row: Row | None, asked: QueryDict, edition: Edition, **more: object
) -> Mapping[str, object] | None:
    """The days on which the reminder would be told, with the draft and with the edition in force."""
    try:
        drafted, former = read_rule(row), read_rule(current_row) if current_row else None
    except UNREADABLE:
        return None
    delays = delays_on(edition.effective_on, territory=edition.territory)
    named = {code: rule.title for code, rule in delays.items() if _follows(drafted, code)}
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


def _dates(delay: Delay | None, start: date) -> tuple[FollowedDates, list[tuple[str, str]]]:
    """What is not known never lengthens a delay: nothing is asked here. A step alone has the date of its start."""
    if delay is None:
        return FollowedDates(start=start, safe=start), [("Commence à attendre", weekday_date(start))]
    computed = compute_deadline(delay, start=start, context={})
    dates = FollowedDates(start=start, safe=computed.safe_date, legal=computed.legal_date)
    shown = [("Date de sûreté", computed.safe_date), ("Dernier jour", computed.legal_date)]
    return dates, [(label, weekday_date(day)) for label, day in shown if day]


def _said_days(rule: ReminderRuleDefinition, dates: FollowedDates) -> list[str]:
    if dates.safe is None:
        return ["Ce délai ne s’applique pas sans autre information : aucun rappel."]
    told = rule.escalation and f"{say_recipients(rule.escalation.to)} (sans suite)"
    return [
        f"{weekday_date(day)} : {told if escalates else say_recipients(rule.to)}"
        for day, escalates in days_told(rule, dates)
    ] or ["Aucun rappel."]


def reminder_themes(edition: Edition, rows: list[dict[str, Any]]) -> list[Theme]:
    delays = [row["code"] for row in rows if row.get("delays")]
    return [("Rappels d’un délai", delays), ("Rappels d’une étape", [r["code"] for r in rows if r.get("steps")])]


def compute_reminder_impact(
    *, edition: Edition, rows: Sequence[Row], base_rows: Sequence[Row], codes: frozenset[str], **asked: object
) -> Mapping[str, object]:
    """How many dates and steps each reminder that changes follows now, in the cases whose figures its pilot reads."""
    now = count_reminder_targets(edition.territory, kinds=permissions.kinds_of_desk(edition.catalogue))
    before = {row["code"]: row for row in base_rows}
    after = {row["code"]: row for row in rows}
    said = {
        code: _followed_now([read_rule(known[code]) for known in (before, after) if code in known], now)
        for code in codes
    }
    return {"running": said}


def _followed_now(rules: Sequence[ReminderRuleDefinition], now: ReminderTargets) -> str:
    delays = sum(number for code, number in now.delays.items() if any(_follows(rule, code) for rule in rules))
    waiting = sum(number for step, number in now.steps.items() if any(step in rule.steps for rule in rules))
    number = delays + waiting
    if not number:
        return "Aucune échéance ni étape en cours de votre action n’est suivie par ce rappel."
    what = "échéance" if delays else "étape"
    if number == 1:
        return f"1 {what} en cours de votre action suivra ce rappel tel qu’il sera alors."
    return f"{number} {what}s en cours de votre action suivront ce rappel tel qu’il sera alors."


def _follows(rule: ReminderRuleDefinition, delay: str) -> bool:
    return rule.is_for_the_rest or rule.names_delay(delay)


register_catalogue_editor(
    CatalogueEditor(
        slug="rappels",
        rank=2,
        title="Rappels",
        lead="Quels jours Relais rappelle une date ou une étape, à qui, et qui est prévenu sans suite.",
        catalogue=REMINDERS,
        editor=ReminderEditor,
        themes=reminder_themes,
        trial=try_reminder,
        impact=compute_reminder_impact,
    )
)
register_watcher(would_break)
