"""The watch list vanishes: three months after a small debt was last seen, nothing of it remains (domain §D, minimisation)."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.actions.retention.anonymise import note_erased, note_those_of
from cases.actions.retention.due import held_households
from cases.models import (
    Beneficiary,
    Debt,
    DebtStatement,
    Household,
    HouseholdFact,
    HouseholdMember,
    Tenancy,
    Watch,
)
from cases.rules.counting import add_months
from workflows.models import IdentityDecision, ImportRow

KEPT_MONTHS = 3


def forget_watches(*, at: datetime, limit: int = 200) -> int:
    """Forget what was last seen more than three months ago, unless its household is held. One transaction each; returns how many
    were forgotten."""
    last_day = add_months(localdate(at), -KEPT_MONTHS)
    old = Watch.objects.filter(last_seen_on__lt=last_day).exclude(tenancy__household__in=held_households())
    return sum(
        _forget(pk, at=at) for pk in list(old.order_by("last_seen_on", "pk").values_list("pk", flat=True)[:limit])
    )


@transaction.atomic
def _forget(pk: int, *, at: datetime) -> int:
    watch = (
        Watch.objects.select_for_update(of=("self",), skip_locked=True).select_related("tenancy").filter(pk=pk).first()
    )
    if watch is None:
        return 0
    tenancy, structure = watch.tenancy, watch.structure
    watch.delete()
    if not tenancy.cases.exists():
        forget_tenancy(tenancy)
    journal.record("watch.forgotten", at=at, structure=structure)
    return 1


def forget_tenancy(tenancy: Tenancy) -> None:
    """Its lines keep their outcome, without a household; its household goes with its last lease.

    What the database kept of all these rows before goes in the night.
    """
    home = tenancy.household
    note_those_of(Watch, "tenancy", [tenancy.pk], home=None)
    note_those_of(DebtStatement, "debt", note_those_of(Debt, "tenancy", [tenancy.pk], home=None), home=None)
    note_erased(Tenancy, [tenancy.pk], home=None)
    ImportRow.objects.filter(tenancy=tenancy).update(tenancy=None, household=None, values={}, written={})
    DebtStatement.everything.filter(debt__tenancy=tenancy).delete()
    Debt.objects.filter(tenancy=tenancy).delete()
    tenancy.delete()
    if home.tenancies.exists() or home.cases.exists():
        return
    _forget_household(home)


def _forget_household(home: Household) -> None:
    ImportRow.objects.filter(household=home).update(household=None, values={}, written={})
    note_those_of(IdentityDecision, "household", [home.pk], home=None)
    home.identity_decisions.all().delete()
    note_those_of(HouseholdFact, "household", [home.pk], home=None)
    HouseholdFact.objects.filter(household=home).delete()
    people = list(home.members.values_list("pk", flat=True))
    note_those_of(HouseholdMember, "household", [home.pk], home=None)
    HouseholdMember.objects.filter(household=home).delete()
    nobodys = Beneficiary.objects.filter(pk__in=people, memberships=None, information_given=None)
    gone = list(nobodys.values_list("pk", flat=True))
    note_erased(Beneficiary, gone, home=None)
    Beneficiary.objects.filter(pk__in=gone).delete()
    note_erased(Household, [home.pk], home=None)
    home.delete()
