"""Restricted archive: the cases of a household leave lists, searches, counts and matching. Their rights end."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions.retention.anonymise import end_rights, erase_rows, find_homes, note_rows, write_ledger
from cases.actions.retention.register import ERASED
from cases.models import Case, Household, RetentionItem, User


@transaction.atomic
def archive_household(*, household: Household, by: User | None, at: datetime, on: date | None = None) -> None:
    """Twice, it is the same. `on`: the day on which it was already done, before an older backup was restored."""
    home = Household.objects.select_for_update().get(pk=household.pk)
    if home.archived_on:
        return
    homes, day = find_homes(home), on or localdate(at)
    end_rights(homes, on=localdate(at))
    for table in ERASED.values():
        if table.at_archive:
            rows = table.find_rows(homes)
            note_rows(table, rows, homes, home=home)
            erase_rows(table, rows)
    Household.objects.filter(pk__in=homes).update(archived_on=day)
    write_ledger(homes, RetentionItem.Act.ARCHIVE, on=day)
    for case in Case.objects.filter(household__in=homes):
        journal.record("case.archived", at=at, case=case, by=by, structure=case.responsible_structure)
