"""Two files of a sender for the same month: when they do not owe the same, someone says which one counts."""

from dataclasses import dataclass

from workflows.models import ImportJob, ImportRow


@dataclass(frozen=True)
class MonthConflict:
    """An import of the same month is done already, of another total."""

    earlier: ImportJob
    absent: int
    """Tenants of the earlier file whom this one does not name: their balance would stay."""


def other_total(job: ImportJob) -> ImportJob | None:
    """The sender’s last import of the same month that says another total, unless this one is said to replace it."""
    if job.as_of is None or job.total_debt is None:
        return None
    done = ImportJob.objects.filter(structure=job.structure, state=ImportJob.State.DONE)
    same = done.filter(as_of__year=job.as_of.year, as_of__month=job.as_of.month).exclude(pk=job.pk)
    last = same.exclude(total_debt=None).order_by("-pk").first()
    if last is None or last.total_debt == job.total_debt or last.pk == job.replaces_id:
        return None
    return last


def find_month_conflict(job: ImportJob) -> MonthConflict | None:
    earlier = other_total(job)
    if earlier is None:
        return None
    named = ImportRow.objects.filter(job=job).exclude(tenancy=None).values("tenancy")
    absent = ImportRow.objects.filter(job=earlier).exclude(tenancy=None).exclude(tenancy__in=named)
    return MonthConflict(earlier, absent.values("tenancy").distinct().count())
