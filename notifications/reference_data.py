"""The first edition of the reminder rules of a territory, never over a pilot’s own."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions.deadlines import catalogue_in_force
from cases.models import LOOK_AT_ONCE, Deadline, Edition
from cases.reference_data import open_reference, publish_first_edition, register_publisher
from cases.rules.catalogue import CheckedDeadlineRule as Delay
from notifications.models import ReminderRule
from notifications.reminder_checks import read_rules
from notifications.reminder_rules import REFERENCE, ReminderRuleDefinition
from workflows.flows import human_nodes
from workflows.models import HELD, CaseTask


@register_publisher(REFERENCE.name)
@transaction.atomic
def publish_reminders(territory: str) -> Edition | None:
    """Once the delays that they follow are there. Refuses (`FaultyRules`) a faulty file before anything is written.
    Returns the edition when it is new."""
    with open_reference(REFERENCE, parts=("edition", "rules")) as data:
        if Edition.objects.filter(catalogue=Edition.Catalogue.REMINDERS, territory=territory).exists():
            return None
        check(data, territory)
        edition = publish_first_edition(data["edition"], territory=territory, parameters={})
        if edition:
            ReminderRule.objects.bulk_create(
                ReminderRule(edition=edition, code=row["code"], content=row) for row in data["rules"]
            )
            look_at_once(territory)
        return edition


def check(data: dict[str, Any], territory: str) -> tuple[ReminderRuleDefinition, ...]:
    """The rules, against the delays in force on the day of the edition and the steps of the procedures."""
    delays = delays_on(data["edition"]["effective_on"], territory=territory)
    return read_rules(data["rules"], delays=delays, steps=human_steps())


def delays_on(on: date, *, territory: str) -> dict[str, Delay]:
    return {rule.code: rule for rule in catalogue_in_force(on=on, territory=territory).rules}


def human_steps() -> dict[str, str]:
    """Name → title of those that wait for somebody; not the one at which a case waits for its turn."""
    return {node.name: str(node.task_title) for node in human_nodes() if node.name != HELD}


def look_at_once(territory: str = "") -> None:
    """Rules have changed, in a territory or in all: what runs and what waits is looked at again, at the next tick."""
    here = {"case__territory": territory} if territory else {}
    tasks_here = {"process__case__territory": territory} if territory else {}
    Deadline.objects.reminded_of(localdate()).filter(**here).update(remind_on=LOOK_AT_ONCE)
    CaseTask.objects.open().filter(**tasks_here).update(remind_on=LOOK_AT_ONCE)
