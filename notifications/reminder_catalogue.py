"""The reminders as a catalogue that the pilot changes by pages: how they are kept, said and checked."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from django.db.models import Q

from cases.actions.editions import EditableCatalogue, as_kept
from cases.actions.reference_files import find_file
from cases.models import DeadlineRule, Edition
from cases.rules.catalogue import CheckedDeadlineRule as Delay
from cases.rules.editions import Finding, Findings, Row, Said
from cases.rules.reading import FaultyRules, read_toml
from notifications.models import ReminderRule
from notifications.reference_data import delays_on, human_steps, look_at_once
from notifications.reminder_checks import read_rules
from notifications.reminder_rules import REFERENCE
from notifications.reminder_words import in_form_words, say_reminder


def faults_of(rows: Sequence[Row], delays: Mapping[str, Delay]) -> list[Finding]:
    try:
        read_rules(rows, delays=delays, steps=human_steps())
    except FaultyRules as invalid:
        return [_finding(fault, [row["code"] for row in rows]) for fault in invalid.faults]
    return []


def would_break(before: Sequence[Delay], after: Sequence[Delay], *, territory: str, on: date) -> list[Finding]:
    """What the reminders in force would lose, were these the deadline rules."""
    kept = _rows_in_force(on, territory=territory)
    was, is_wrong = (faults_of(kept, {delay.code: delay for delay in delays}) for delays in (before, after))
    return [
        Finding(code="", text=f"Rappel {fault.code} : {fault.text}" if fault.code else fault.text)
        for fault in is_wrong
        if fault not in was
    ]


def _finding(fault: str, codes: Sequence[str]) -> Finding:
    """Their reading says « Rappel CODE : … » or « Rappels CODE et CODE : … »."""
    head, _, text = in_form_words(fault).partition(" : ")
    words = head.split()
    code = words[1] if len(words) > 1 and words[1] in codes else ""
    alone = words[0] == "Rappel" and code
    return Finding(code=code, text=text if alone else in_form_words(fault))


def _read_reminders(editions: Sequence[Edition]) -> list[tuple[int, dict[str, object]]]:
    rules = ReminderRule.objects.filter(edition__in=editions).order_by("pk")
    return [(rule.edition_id, rule.content) for rule in rules]


def _rows_in_force(on: date, *, territory: str) -> list[dict[str, object]]:
    """One query."""
    published = Q(edition__state=Edition.State.PUBLISHED, edition__effective_on__lte=on)
    rules = list(
        ReminderRule.objects.filter(published, edition__territory=territory).select_related("edition").order_by("pk")
    )
    last = max((rule.edition.effective_on for rule in rules), default=None)
    return [rule.content for rule in rules if rule.edition.effective_on == last]


def _published_reminders(code: str, territory: str) -> list[Row]:
    published = Q(edition__state=Edition.State.PUBLISHED, edition__territory=territory)
    return [rule.content for rule in ReminderRule.objects.filter(published, code=code)]


def _put_reminders(edition: Edition, rows: Sequence[Row]) -> None:
    for row in rows:
        ReminderRule.objects.update_or_create(edition=edition, code=row["code"], defaults={"content": dict(row)})


def _take_out(edition: Edition, code: str) -> None:
    ReminderRule.objects.filter(edition=edition, code=code).delete()


def titles_of_delays(territory: str) -> dict[str, str]:
    """Code → title, as the last published edition that has the rule says it. One query."""
    published = DeadlineRule.objects.filter(edition__state=Edition.State.PUBLISHED, edition__territory=territory)
    return dict(published.order_by("edition__effective_on").values_list("code", "title"))


def _describe_reminders(editions: Sequence[tuple[Edition, Sequence[Row]]]) -> list[dict[str, Said]]:
    if not editions:
        return []
    delays, steps = titles_of_delays(editions[0][0].territory), human_steps()
    return [{row["code"]: say_reminder(row, delays=delays, steps=steps) for row in rows} for _, rows in editions]


def _check_reminders(edition: Edition, rows: Sequence[Row], on: date) -> Findings:
    return Findings(faults=tuple(faults_of(rows, delays_on(on, territory=edition.territory))), doubts=())


def _followed_names(row: Row) -> frozenset[str]:
    return frozenset([*row.get("delays", ()), *row.get("steps", ())])


@cache
def _rows_of_file(path: Path) -> list[Row]:
    return as_kept(read_toml(path)["rules"])


REMINDERS = EditableCatalogue(
    code=Edition.Catalogue.REMINDERS,
    read=_read_reminders,
    published=_published_reminders,
    put=_put_reminders,
    take_out=_take_out,
    say=_describe_reminders,
    sense=_followed_names,
    check=_check_reminders,
    released=lambda territory: _rows_of_file(find_file(REFERENCE)),
    # What comes into force later too: each row says when it is looked at again, and knew nothing of this edition.
    changed=look_at_once,
)
