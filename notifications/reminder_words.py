"""What a reminder rule says, in plain words, and its faults as its form names things."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.text import capfirst

from cases.rules.editions import TITLE, Said
from notifications.reminder_rules import (
    ANY,
    Anchor,
    FollowedDates,
    Function,
    ReminderRuleDefinition,
    ReminderUrgency,
    plan_moments,
    read_rule,
)

FUNCTIONS = {
    Function.RESPONSIBLE.value: "le professionnel responsable, ou qui le remplace",
    Function.INBOX.value: "ceux de la structure qui peuvent prendre l’étape",
    Function.MANAGER.value: "les responsables de la structure",
    Function.PILOT.value: "les pilotes de l’action",
    Function.REFERENT.value: "ceux qui suivent le ménage dans les autres structures du dossier",
    Function.LANDLORD.value: "les correspondants du bailleur, pour ce qu’il doit faire",
    Function.CORRESPONDENT.value: "les correspondants de l’organisme",
}
ANCHORS = {
    Anchor.START.value: "le début",
    Anchor.SAFE.value: "la date de sûreté",
    Anchor.LEGAL.value: "le dernier jour",
    Anchor.EXPECTED.value: "le jour annoncé par qui a demandé du temps",
}
FLOORS = {
    ReminderUrgency.ORDINARY.value: "ordinaire : chacun choisit quand ses courriels partent",
    ReminderUrgency.URGENT.value: "urgent : aucune préférence ne le retarde",
}
UNITS = {"day": "jours", "working_day": "jours ouvrés"}
UNREADABLE = (ValueError, KeyError, TypeError)
LONG_BEFORE = timedelta(days=1500)
MOST = 8
"""Days told: what goes on until an answer would never end."""
NEVER_BEFORE = "pas avant le terme : le délai dépassé alerte, une fois"
ALL_OTHERS = "tous les délais qu’aucun autre rappel ne suit"
NAMES = {
    "« days »": "« Jours »",
    "« delays »": "« Délais suivis »",
    "« steps »": "« Étapes suivies »",
    "« escalation »": "« Sans suite »",
    "« every »": "« Puis tous les »",
    "« title »": "« Ce qu’il y a à faire »",
    "« even_when_met »": "« Même une fois que c’est fait »",
    "« to »": "« Qui est prévenu »",
    "« start »": "le début",
    "« safe »": "la date de sûreté",
    "« after »": "le nombre de jours",
}


def in_form_words(fault: str) -> str:
    """A fault names the columns of the file; the pages have no file."""
    for name, words in NAMES.items():
        fault = fault.replace(name, words)
    return fault


def say_reminder(row: Mapping[str, Any], *, delays: Mapping[str, str], steps: Mapping[str, str]) -> Said:
    """`delays`: code → title; `steps`: name → title. Of a row that cannot be read, that it is to be corrected."""
    try:
        rule = read_rule(row)
    except UNREADABLE as fault:
        return {TITLE: (row.get("title") or row["code"],), "À corriger": (in_form_words(str(fault)),)}
    unit = UNITS[rule.unit]
    return {
        TITLE: (rule.title or _title(rule, delays, steps),),
        "Suit": tuple(_followed_words(rule, delays, steps)),
        "Prévient": tuple(say_day(day, unit, ANCHORS[rule.counted_from]) for day in rule.days) or (NEVER_BEFORE,),
        "Jusqu’à quand": ("le dernier jour, même si c’est déjà fait",) if rule.even_when_met else (),
        "Puis": (f"tous les {rule.every} {unit}, tant que rien n’est fait",) if rule.every else (),
        "Qui": tuple(FUNCTIONS[each] for each in rule.to),
        "Sans suite": tuple(_say_escalation(rule)),
        "Envoi": (FLOORS[rule.floor],),
        "Origine": (row["source"],) if row.get("source") else (),
    }


def _title(rule: ReminderRuleDefinition, delays: Mapping[str, str], steps: Mapping[str, str]) -> str:
    """Of the first that it follows."""
    first, *others = [
        *(delays.get(pattern) or say_delay(pattern, delays) for pattern in rule.delays),
        *(steps.get(step, step) for step in rule.steps),
    ]
    more = f", et {len(others)} autre{'s' if len(others) > 1 else ''}" if others else ""
    return capfirst(first) + more


def days_told(rule: ReminderRuleDefinition, dates: FollowedDates) -> list[tuple[date, bool]]:
    """The days on which a rule speaks of these dates, and whether it then tells that nothing has come."""
    found: list[tuple[date, bool]] = []
    day: date | None = min(filter(None, [dates.start, dates.safe, dates.legal])) - LONG_BEFORE
    while day and len(found) < MOST:
        told = plan_moments(rule, dates, today=day)
        found += [(moment.day, moment.escalates) for moment in told.due if moment.day == day]
        day = told.next_on
    return found


def say_day(day: int, unit: str, anchor: str) -> str:
    if day == 0:
        return f"{anchor}, le jour même"
    unit = unit if abs(day) > 1 else " ".join(word.removesuffix("s") for word in unit.split())
    return f"{abs(day)} {unit} {'avant' if day < 0 else 'après'} {anchor}"


def say_recipients(to: Iterable[Function]) -> str:
    return ", ".join(FUNCTIONS[each] for each in to)


def _followed_words(
    rule: ReminderRuleDefinition, delays: Mapping[str, str], steps: Mapping[str, str]
) -> Iterator[str]:
    yield from (say_delay(pattern, delays) for pattern in rule.delays)
    yield from (f"étape « {steps.get(step, step)} »" for step in rule.steps)


def say_delay(pattern: str, delays: Mapping[str, str]) -> str:
    if pattern == ANY:
        return ALL_OTHERS
    if pattern in delays:
        return f"{delays[pattern]} ({pattern})"
    return f"tous les délais {pattern.replace('*', '…')}" if "*" in pattern else pattern


def _say_escalation(rule: ReminderRuleDefinition) -> Iterator[str]:
    if rule.escalation:
        days, ending = rule.escalation.after, "s" if rule.escalation.after > 1 else ""
        yield f"{days} jour{ending} ouvré{ending} après le dernier rappel : {say_recipients(rule.escalation.to)}"
