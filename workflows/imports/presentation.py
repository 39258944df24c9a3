"""A line as its import’s page shows it: whose it is, how much, which household was recognised and by what.

A landlord is told of his own tenants alone: that a household is known by others is not his to learn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from cases import permissions
from cases.matching import MatchReason
from cases.models import Household, Structure, Tenancy, User
from cases.queries import lease_holders
from cases.rules.french import money
from workflows.imports.rows import NAMES
from workflows.models import ImportJob, ImportRow
from workflows.queries.reports import owner_of

WRITTEN = ("created", "updated", "unchanged", "watched")


@dataclass(frozen=True, kw_only=True)
class ImportedLine:
    row: ImportRow
    tenant: str
    """As the file names him while it is kept, then as Relais does for those who may see him."""
    reference: str
    landlord: str
    """Whom the line names when it is not the sender: a rent manager’s file has one a line."""
    balance: str
    why: str
    """How the household was recognised, in words."""


def present_lines(job: ImportJob, rows: Sequence[ImportRow], *, reader: User, today: date) -> list[ImportedLine]:
    """At most two queries, however many lines. `rows` come with their lease and its landlord."""
    seen = seen_households(rows, reader=reader, sender=job.structure, today=today)
    names = lease_holders(seen) if seen else {}
    headings = {name: heading for heading, name in job.columns.items()}

    def cell_text(row: ImportRow, *fields: str) -> str:
        cells = row.values | row.refused
        return " ".join(filter(None, (cells.get(headings.get(name, ""), "") for name in fields)))

    def present_line(row: ImportRow) -> ImportedLine:
        lease = row.tenancy if row.household_id in seen else None
        return ImportedLine(
            row=row,
            tenant=cell_text(row, *NAMES, "first_name") or names.get(row.household_id or 0, ""),
            reference=cell_text(row, "tenant_reference") or (lease.reference if lease else ""),
            landlord=cell_text(row, "landlord") or (owner_of(lease) if lease and lease.manager_id else ""),
            balance=money(row.debt) if row.debt is not None else cell_text(row, "debt"),
            why=recognition_in_words(row, is_landlord=job.structure.is_claimant),
        )

    return [present_line(row) for row in rows]


def recognition_in_words(row: ImportRow, *, is_landlord: bool) -> str:
    if row.outcome not in WRITTEN:
        return ""
    told = row.match
    if "line" in told:
        return f"même ménage que la ligne {told['line']}"
    reasons = [MatchReason(code).label for code in told.get("reasons", ())]
    if not reasons or (is_landlord and told.get("own") is False):
        return "nouveau locataire" if is_landlord else "nouveau ménage"
    return ", ".join(reasons)


def seen_households(rows: Iterable[ImportRow], *, reader: User, sender: Structure, today: date) -> set[int]:
    """`named_households`, of lines."""
    named = ((row.household_id, row.tenancy) for row in rows if row.household_id)
    return named_households(named, reader=reader, sender=sender, today=today)


def named_households(
    leases: Iterable[tuple[int, Tenancy | None]], *, reader: User, sender: Structure, today: date
) -> set[int]:
    """Those whose people the reader may be shown: of the sender’s own leases, unless what is done with the household is
    restricted, or of a case that he sees."""
    if sender.is_claimant:
        own = {home for home, lease in leases if lease and sender.pk in (lease.landlord_id, lease.manager_id)}
        known = Household.objects.filter(~Exists(permissions.restrictions_of(OuterRef("pk"))), pk__in=own)
        return set(known.values_list("pk", flat=True)) if own else set()
    ids = {home for home, _ in leases}
    if not ids:
        return set()
    visible = permissions.visible_cases(reader, at=today).filter(household__in=ids)
    return set(visible.values_list("household_id", flat=True))
