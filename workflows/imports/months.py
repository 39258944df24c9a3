"""Two files of a sender for the same month: when they do not owe the same, someone says which one counts, or that both do."""

from dataclasses import dataclass

from django.db.models import Q

from workflows.models import ImportJob, ImportRow


@dataclass(frozen=True)
class MonthConflict:
    """An import of the same month is done already, of another total."""

    earlier: ImportJob
    absent: int
    """Tenants of the earlier file whom this one does not name: their balance would stay."""
    named_twice: int
    """Tenants of both: what this one says of them would count."""


def other_total(job: ImportJob) -> ImportJob | None:
    """The sender’s last import of the same month that says another total, unless this one is said to replace it, or to
    complete it."""
    if job.as_of is None or job.total_debt is None:
        return None
    done = ImportJob.objects.filter(structure=job.structure, state=ImportJob.State.DONE)
    same = done.filter(as_of__year=job.as_of.year, as_of__month=job.as_of.month).exclude(pk=job.pk)
    last = same.exclude(total_debt=None).order_by("-pk").first()
    is_settled = last is None or last.total_debt == job.total_debt or last.pk in (job.replaces_id, job.completes_id)
    return None if is_settled else last


def find_month_conflict(job: ImportJob) -> MonthConflict | None:
    earlier = other_total(job)
    if earlier is None:
        return None
    named = ImportRow.objects.filter(job=job).exclude(tenancy=None).values("tenancy")
    said = ImportRow.objects.filter(job=earlier).exclude(tenancy=None).values("tenancy").distinct()
    twice = said.filter(tenancy__in=named).count()
    return MonthConflict(earlier, absent=said.count() - twice, named_twice=twice)


def find_parts(job: ImportJob) -> list[ImportJob]:
    """The files that say the month together: this one, and those that complete it or that it completes. Of those undone,
    nothing counts any more, but that they stood between two others."""
    sent = ImportJob.objects.filter(structure=job.structure)
    parts, new = {job.pk: job}, [job]
    while new:
        linked = sent.filter(Q(pk__in=[each.completes_id for each in new]) | Q(completes__in=new)).exclude(
            pk__in=parts
        )
        new = list(linked)
        parts |= {each.pk: each for each in new}
    return [each for each in parts.values() if each == job or each.state == ImportJob.State.DONE]
