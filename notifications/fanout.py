"""The outbox becomes notices. Rows are claimed under SKIP LOCKED and deleted in the transaction that makes the notices."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils.timezone import localdate

from cases import permissions
from cases.models import Case, JournalEntry, Outbox
from notifications.answered import read_answered_notices
from notifications.models import Delivery, Notice, Preference
from notifications.preferences import Rhythm, floor_of, plan_email, preferences_of, rhythm_for
from notifications.quiet_hours import next_morning, opening_time
from notifications.told import TOLD, CaseSight, find_audience

CHUNK = 200
Morning = tuple[int, date]
"""A person and the day of a summary."""


class SaidOfCase(NamedTuple):
    """To whom something is said of a case, and when the e-mail leaves."""

    user: int
    case: int | None
    leaves: datetime
    deadline: int | None = None
    task: int | None = None


class EmailGroup(NamedTuple):
    """What is told in one e-mail."""

    user: int
    leaves: datetime
    happened_at: datetime
    actor: int | None
    own: int
    """The notice, when it has an e-mail of its own; else 0."""


def drain_outbox(*, at: datetime) -> int:
    """Tell people of every journal line not told yet. Safe to run twice, in parallel, and after a crash."""
    told = 0
    while chunk := _drain_chunk(at=at):
        told += chunk
    return told


@transaction.atomic
def _drain_chunk(*, at: datetime) -> int:
    # Line by line: PostgreSQL never knows how short the outbox is, and would read all lines to join so few.
    case_of_line = Subquery(JournalEntry.objects.filter(pk=OuterRef("entry")).values("case"))
    waiting = Outbox.objects.select_for_update(skip_locked=True).order_by("pk")[:CHUNK]
    rows = list(waiting.values_list("pk", "entry", case_of_line))
    claimed = {entry: row for row, entry, _ in rows}
    if not claimed:
        return 0
    told = JournalEntry.objects.filter(pk__in=list(claimed), kind__in=TOLD).select_related(
        "case__responsible_structure", "case__tenancy", "structure", "cause__cause"
    )
    with permissions.people_read_once():
        made = _create_notices(sorted(told, key=lambda entry: claimed[entry.pk]), at=at)
        # What this very act answers keeps no other e-mail from leaving.
        read_answered_notices({case for *_, case in rows if case}, at=at)
        _plan_deliveries(made, at=at)
    Outbox.objects.filter(pk__in=claimed.values()).delete()
    return len(claimed)


def _create_notices(entries: list[JournalEntry], *, at: datetime) -> list[Notice]:
    """In the order of the lines; two statements besides those that find whom each concerns."""
    made = [
        Notice(user_id=user, entry=entry, case=_case_told_of(entry), created_at=at)
        for entry in entries
        for user in find_audience(entry, on=localdate(at)).order_by("pk").values_list("pk", flat=True)
    ]
    Notice.objects.bulk_create(made, ignore_conflicts=True)
    told = {notice.entry_id for notice in made}
    return (
        list(Notice.objects.filter(entry__in=told).select_related("entry").order_by("entry_id", "-pk")) if made else []
    )


def _case_told_of(entry: JournalEntry) -> Case | None:
    return None if TOLD[entry.kind].sight is CaseSight.UNSAID else entry.case


def _plan_deliveries(notices: list[Notice], *, at: datetime) -> None:
    """Each leaves by an e-mail of its own, with what the same act says to the same person, in a summary, or not at all."""
    chosen = preferences_of(notice.user_id for notice in notices)
    first = _find_first(notices, chosen, at=at)
    acts: dict[EmailGroup, list[Notice]] = {}
    together: dict[Morning, list[Notice]] = {}
    for notice in notices:
        rhythm = rhythm_for(chosen.get(notice.user_id), notice.entry.kind)
        if notice.user_id not in chosen and _comes_after(notice, first):
            rhythm = Rhythm.DAILY
        plan = plan_email(rhythm, floor=floor_of(notice.entry), at=at)
        if plan is None:
            continue
        if plan.in_digest:
            together.setdefault((notice.user_id, localdate(plan.at)), []).append(notice)
        else:
            acts.setdefault(_email_group_of(notice, leaves=plan.at), []).append(notice)
    _leave_out_identical(acts)
    _put_in_acts(acts)
    _put_together(together)


def _find_first(notices: list[Notice], chosen: Mapping[int, Preference], *, at: datetime) -> dict[int, set[int]]:
    """Line → those of whom it is told who are written to before others: not who chose another hour or no e-mail, nor whose
    address fails. A query for each line that says so."""
    told: dict[int, set[int]] = {}
    for notice in notices:
        if rhythm_for(chosen.get(notice.user_id), notice.entry.kind) == Rhythm.NOW:
            told.setdefault(notice.entry_id, set()).add(notice.user_id)
    lines = {notice.entry_id: notice.entry for notice in notices}
    found = {}
    for pk, people in told.items():
        if find := TOLD[lines[pk].kind].first:
            reached = find(lines[pk], localdate(at)).exclude(failing_email=F("email"))
            found[pk] = people & set(reached.values_list("pk", flat=True))
    return found


def _comes_after(notice: Notice, first: dict[int, set[int]]) -> bool:
    before = first.get(notice.entry_id, set())
    return bool(before) and notice.user_id not in before


def _email_group_of(notice: Notice, *, leaves: datetime) -> EmailGroup:
    """The lines of one act, or of one tick, have the same author and the same moment."""
    entry = notice.entry
    is_own = floor_of(entry) is not None or TOLD[entry.kind].says_more
    return EmailGroup(notice.user_id, leaves, entry.happened_at, entry.actor_id, notice.pk if is_own else 0)


def _leave_out_identical(acts: dict[EmailGroup, list[Notice]]) -> None:
    """Of the e-mails that nobody puts off, and that say of a case only that something waits there: one at a time. A reminder
    holds back no act, and no reminder of something else: it is read by itself once what it reminds of is done, and its
    e-mail does not leave."""
    alike = {act: notices[0] for act, notices in acts.items() if act.own and _says_only_case(notices[0])}
    if not alike:
        return
    waiting = Delivery.objects.filter(
        state=Delivery.State.WAITING,
        user__in={act.user for act in alike},
        next_try_at__in={act.leaves for act in alike},
        notice__case__in={notice.case_id for notice in alike.values()},
        notice__read_at=None,  # of what was read, the e-mail that waits is not sent
    ).select_related("notice__entry")
    said = {
        _said_to(each.user_id, each.notice, each.next_try_at)
        for each in waiting
        if each.notice and floor_of(each.notice.entry) is not None and _says_only_case(each.notice)
    }
    for act, notice in sorted(alike.items(), key=lambda each: _is_reminder(each[1])):
        whole = SaidOfCase(act.user, notice.case_id, act.leaves)
        own = _said_to(act.user, notice, act.leaves)
        if whole in said or own in said:
            del acts[act]
        said.add(own)


def _said_to(user: int, notice: Notice, leaves: datetime) -> SaidOfCase:
    """Of a reminder, with the delay or the step that it is of."""
    data = notice.entry.data if _is_reminder(notice) else {}
    return SaidOfCase(user, notice.case_id, leaves, data.get("deadline"), data.get("task"))


def _is_reminder(notice: Notice) -> bool:
    return notice.entry.kind == "reminder.due"


def _says_only_case(notice: Notice) -> bool:
    return notice.case_id is not None and not TOLD[notice.entry.kind].says_more


def _put_in_acts(acts: dict[EmailGroup, list[Notice]]) -> None:
    """One e-mail for an act; what a chunk before this one began, and has not left yet, goes on."""
    begun = _lock_waiting_emails(act for act in acts if not act.own)
    mine = {act: notices[0] for act, notices in acts.items() if act not in begun}
    new = [Delivery(user_id=act.user, notice=first, next_try_at=act.leaves) for act, first in mine.items()]
    Delivery.objects.bulk_create(new, ignore_conflicts=True)
    others = {act: [each.pk for each in notices if each != mine.get(act)] for act, notices in acts.items()}
    made = dict(
        Delivery.objects.filter(notice__in=[first for act, first in mine.items() if others[act]]).values_list(
            "notice", "pk"
        )
    )
    for act, pks in others.items():
        if pks:
            Notice.objects.filter(pk__in=pks).update(digest=begun.get(act) or made[mine[act].pk])


def _lock_waiting_emails(acts: Iterable[EmailGroup]) -> dict[EmailGroup, int]:
    """The e-mails of these acts that wait, locked so that none leaves meanwhile."""
    wanted = set(acts)
    if not wanted:
        return {}
    waiting = Delivery.objects.filter(
        state=Delivery.State.WAITING,
        attempts=0,
        user__in={act.user for act in wanted},
        next_try_at__in={act.leaves for act in wanted},
        notice__entry__happened_at__in={act.happened_at for act in wanted},
    )
    rows = waiting.select_for_update(of=("self",), skip_locked=True).select_related("notice__entry").order_by("pk")
    found = {_email_group_of(row.notice, leaves=row.next_try_at): row.pk for row in rows if row.notice}
    return {act: pk for act, pk in found.items() if act in wanted}


def _put_together(together: dict[Morning, list[Notice]]) -> None:
    """What comes as its summary leaves, or after, is in the summary of the next morning."""
    while together:
        found = _lock_summaries(together)
        late: dict[Morning, list[Notice]] = {}
        for (user, day), notices in together.items():
            summary = found[user, day]
            if summary.state == Delivery.State.WAITING:
                Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(digest=summary)
            else:
                following = localdate(next_morning(opening_time(day) + timedelta(seconds=1)))
                late[user, following] = notices
        together = late


def _lock_summaries(mornings: Iterable[Morning]) -> dict[Morning, Delivery]:
    """One row for each person and day, locked so that none leaves meanwhile. Always in the same order: no deadlock."""
    wanted = sorted(set(mornings))
    Delivery.objects.bulk_create(
        [Delivery(user_id=user, digest_on=day, next_try_at=opening_time(day)) for user, day in wanted],
        ignore_conflicts=True,
    )
    users, days = {user for user, _ in wanted}, {day for _, day in wanted}
    rows = Delivery.objects.filter(user__in=users, digest_on__in=days).values_list("pk", "user", "digest_on")
    ours = [pk for pk, user, day in rows if (user, day) in set(wanted)]
    locked = Delivery.objects.select_for_update().filter(pk__in=ours).order_by("user", "digest_on")
    return {(row.user_id, row.digest_on): row for row in locked if row.digest_on}
