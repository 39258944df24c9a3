"""What a sender’s file changed since his previous one: who is new, owes more or less, has paid, has vanished."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db.models import F

from cases.models import DebtStatement, Structure, Tenancy
from workflows.imports.months import find_parts
from workflows.models import ImportJob, ImportRow

NOTHING = Decimal()


class Change(StrEnum):
    """In the order of the page. The values are in addresses."""

    NEW = "nouveaux"
    GROWN = "en-hausse"
    LOWER = "en-baisse"
    PAID = "soldes"
    VANISHED = "disparus"
    SAME = "stables"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Change.NEW: "Nouveaux",
    Change.GROWN: "En hausse",
    Change.LOWER: "En baisse",
    Change.PAID: "Soldés",
    Change.VANISHED: "Absents de ce fichier",
    Change.SAME: "Stables",
}


@dataclass(frozen=True, kw_only=True)
class BalanceChange:
    tenancy: Tenancy
    change: Change
    before: Decimal | None
    after: Decimal | None
    earlier: DebtStatement | None = None
    """What its sender had said otherwise of a lease that is not in the file before."""

    @property
    def difference(self) -> Decimal:
        earlier = self.earlier.balance if self.earlier else NOTHING
        return (self.after or NOTHING) - (self.before or earlier)


def previous_job(job: ImportJob, *, parts: Sequence[ImportJob]) -> ImportJob | None:
    """The sender’s last file of an earlier date that still counts, and says no month with this one (`find_parts`)."""
    earlier = ImportJob.objects.filter(structure=job.structure, state=ImportJob.State.DONE, as_of__lt=job.as_of)
    earlier = earlier.exclude(pk__in=[each.pk for each in parts])
    return earlier.select_related("structure").order_by("-as_of", "-pk").first()


def compare_jobs(parts: Sequence[ImportJob], before: ImportJob) -> list[BalanceChange]:
    """`parts`: the files that say the month together. The same queries, however many lines. The largest differences come first."""
    then, now = stated_balances(find_parts(before)), stated_balances(parts)
    earlier = earlier_statements(now.keys() - then.keys(), parts)
    lines = []
    for pk, tenancy in Tenancy.objects.in_bulk(list({*then, *now})).items():
        change = classify_change(then.get(pk), now.get(pk))
        if change:
            lines.append(
                BalanceChange(
                    tenancy=tenancy, change=change, before=then.get(pk), after=now.get(pk), earlier=earlier.get(pk)
                )
            )
    return sorted(lines, key=lambda line: (-abs(line.difference), line.tenancy.pk))


def stated_balances(parts: Sequence[ImportJob]) -> dict[int, Decimal]:
    """Lease → what these files of a month said was owed, by the sender’s latest balance on their last day."""
    leases = set(ImportRow.objects.filter(job__in=parts).exclude(tenancy=None).values_list("tenancy_id", flat=True))
    return latest_balances(leases, source=parts[0].structure, on=max(each.as_of for each in parts if each.as_of))


def latest_balances(leases: Iterable[int | None], *, source: Structure, on: date | None) -> dict[int, Decimal]:
    found = DebtStatement.objects.filter(debt__tenancy__in=leases, source=source, as_of__lte=on)
    newest = found.order_by("debt__tenancy", "-as_of").distinct("debt__tenancy")
    return dict(newest.values_list("debt__tenancy", "balance"))


def earlier_statements(leases: Iterable[int], parts: Sequence[ImportJob]) -> dict[int, DebtStatement]:
    """Lease → the sender’s last balance of before this month."""
    first = min(each.as_of for each in parts if each.as_of)
    found = DebtStatement.objects.filter(debt__tenancy__in=leases, source=parts[0].structure, as_of__lt=first)
    newest = found.order_by("debt__tenancy_id", "-as_of").distinct("debt__tenancy_id")
    return {statement.lease: statement for statement in newest.annotate(lease=F("debt__tenancy"))}


def classify_change(before: Decimal | None, after: Decimal | None) -> Change | None:
    """None: nothing was owed, nothing is."""
    if not before:
        return Change.NEW if after else None
    if after is None:
        return Change.VANISHED
    if after == NOTHING:
        return Change.PAID
    if after == before:
        return Change.SAME
    return Change.GROWN if after > before else Change.LOWER


def count_changes(lines: list[BalanceChange]) -> Counter[Change]:
    return Counter(line.change for line in lines)
