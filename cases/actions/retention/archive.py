"""Restricted archive: the cases of a household leave lists, searches, counts and matching. Their rights end."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions.retention.anonymise import delete_rows, find_homes, note_rows
from cases.actions.retention.register import ERASED
from cases.models import Assignment, Case, Erasure, Household, Participation, RetentionItem, Tenancy, User


@transaction.atomic
def archive_household(*, household: Household, by: User | None, at: datetime) -> None:
    """Twice, it is the same. Its leases end with it: the landlord may give their numbers to others."""
    home = Household.objects.select_for_update().get(pk=household.pk)
    if home.archived_on:
        return
    today, homes = localdate(at), find_homes(home)
    cases = Case.objects.filter(household__in=homes)
    for rights in (Participation.objects, Assignment.objects):
        rights.filter(case__in=cases, until=None, since__lte=today).update(until=today)
    Tenancy.objects.filter(household__in=homes, ended_on=None).update(ended_on=today)
    for table in ERASED.values():
        if table.at_archive:
            note_rows(table, homes, home=home)
            delete_rows(table.find_rows(homes))
    Household.objects.filter(pk__in=homes).update(archived_on=today)
    Erasure.objects.get_or_create(household=home.public_id, act=RetentionItem.Act.ARCHIVE, defaults={"on": today})
    for case in cases:
        journal.record("case.archived", at=at, case=case, by=by, structure=case.responsible_structure)
