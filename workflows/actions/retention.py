"""A run of retention: an officer lists what is due, another one approves the list, the worker does it, household after household."""

import logging
from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions.retention.anonymise import anonymise_household
from cases.actions.retention.archive import archive_household
from cases.actions.retention.due import DueHousehold, find_due, find_kept, is_still_due
from cases.locks import lock_territories, wait_briefly
from cases.models import Case, Household, JournalEntry, RetentionItem, RetentionRun, Structure, Territory, User
from cases.refusals import Busy, Refusal
from workflows.actions import batches

log = logging.getLogger(__name__)
BATCH = 20
Act, ItemState, State, Why = RetentionItem.Act, RetentionItem.State, RetentionRun.State, RetentionItem.Why
DO = {Act.ARCHIVE: archive_household, Act.ANONYMISE: anonymise_household}


class CannotRunRetention(Refusal):
    """A run is not made, approved or dropped so."""


def propose(*, structure: Structure, by: User, at: datetime) -> RetentionRun:
    """The dry run: nothing of any household changes. Refuses (`CannotRunRetention`) a second one at a time, and an empty one."""
    today = localdate(at)
    due = find_due(structure.territory, on=today)
    if not due:
        raise CannotRunRetention("Rien n’est à archiver ni à anonymiser aujourd’hui.")
    last_case = {
        case.household_id: case.responsible_structure_id
        for case in Case.objects.filter(household__in=[each.household.pk for each in due]).order_by("opened_on", "pk")
    }
    try:
        with transaction.atomic():
            run = RetentionRun.objects.create(territory=structure.territory, as_of=today, asked_by=by, asked_at=at)
            RetentionItem.objects.bulk_create(
                RetentionItem(
                    run=run,
                    household=each.household,
                    act=each.act,
                    since=each.since,
                    structure_id=last_case.get(each.household.pk),
                )
                for each in due
            )
            journal.record("retention.proposed", at=at, by=by, structure=structure, run=run.pk, count=len(due))
    except IntegrityError as error:
        raise CannotRunRetention("Un passage est déjà proposé ou en cours : le finir d’abord.") from error
    return run


@transaction.atomic
def approve(*, run: RetentionRun, structure: Structure, by: User, at: datetime) -> RetentionRun:
    """From now on the worker does it. Refuses (`CannotRunRetention`) a run that waits for nobody, and whoever made the list:
    two persons look at what is erased."""
    run = _lock_proposed(run)
    if not permissions.approvers_of(run, at=localdate(at)).filter(pk=by.pk).exists():
        raise CannotRunRetention(
            "Une liste est approuvée par quelqu’un d’autre que son auteur : un autre délégué du territoire ou, s’il n’y en a"
            " pas, un administrateur."
        )
    run.state, run.approved_by, run.approved_at = State.RUNNING, by, at
    run.save(update_fields=["state", "approved_by", "approved_at"])
    journal.record("retention.approved", at=at, by=by, structure=structure, run=run.pk)
    return run


@transaction.atomic
def drop(*, run: RetentionRun, structure: Structure, by: User, at: datetime) -> RetentionRun:
    run = _lock_proposed(run)
    run.state, run.ended_at = State.DROPPED, at
    run.save(update_fields=["state", "ended_at"])
    journal.record("retention.dropped", at=at, by=by, structure=structure, run=run.pk)
    return run


def _lock_proposed(run: RetentionRun) -> RetentionRun:
    run = RetentionRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state != State.PROPOSED:
        raise CannotRunRetention(f"Ce passage est déjà {run.get_state_display()} : recharger la page.")
    return run


def run_waiting(*, at: datetime, limit: int | None = None) -> int:
    """Go on with what was approved, `limit` households at most. Killed in the middle, what is done is done, and the next
    call goes on. Returns how many were looked at."""
    return batches.go_on(
        RetentionRun.objects.filter(state=State.RUNNING), lambda run: _next_batch(run, at=at), limit=limit
    )


def _next_batch(run: RetentionRun, *, at: datetime) -> int:
    waiting = run.items.filter(state=ItemState.WAITING).select_related("household").order_by("pk")
    items = list(waiting[:BATCH])
    for item in items:
        try:
            with transaction.atomic():
                item.why = _do(item, by=run.approved_by, at=at)
                connection.check_constraints()  # here, and not as the batch ends: one household does not stop the others
        except (Busy, OperationalError) as error:
            raise Busy from error
        except Exception as error:  # noqa: BLE001 - said on the page, and logged without its words, which may be hers
            said = "retention item %s, household %s, could not be done: %s"
            log.error(said, item.pk, item.household_id, type(error).__name__)  # noqa: TRY400
            item.why = Why.FAILED
        item.state = ItemState.LEFT if item.why else ItemState.DONE
        RetentionItem.objects.filter(pk=item.pk).update(state=item.state, why=item.why)
    if len(items) < BATCH:
        run.state, run.ended_at = State.DONE, at
        run.save(update_fields=["state", "ended_at"])
        journal.record("retention.ended", at=at, by=run.approved_by, run=run.pk)
    return len(items)


def _do(item: RetentionItem, *, by: User | None, at: datetime) -> str:
    """Empty, or why it is left."""
    with wait_briefly():
        home = Household.objects.select_for_update().get(pk=item.household_id)
    why = is_still_due(home, item.act, on=localdate(at))
    if not why:
        DO[Act(item.act)](household=home, by=by, at=at)
    return why


NEAR = timedelta(days=30)
A_DAY = timedelta(days=1)


def tell_near(*, at: datetime) -> int:
    """The managers and officers of each service are told, once for each household and each act, thirty days before.
    Returns how many households."""
    near = [
        due for territory in Territory.objects.in_service() for due in _find_near(territory.code, on=localdate(at))
    ]
    return _tell_managers_once(near, at=at)


def _find_near(territory: str, *, on: date) -> list[DueHousehold]:
    return [due for due in find_kept(territory, on=on, within=NEAR + A_DAY) if due.last_day >= on]


@transaction.atomic
def _tell_managers_once(near: list[DueHousehold], *, at: datetime) -> int:
    """Whoever else found the same at this moment waits, and finds that it was told. The finding is before: it takes long, and
    nobody could enter somebody new meanwhile."""
    lock_territories()
    told, found = _read_told(at=at), defaultdict[int, list[tuple[int, str]]](list)
    homes = [due.household.pk for due in near]
    last_case = {
        case.household_id: case.responsible_structure_id
        for case in Case.objects.filter(household__in=homes).order_by("opened_on", "pk")
    }
    for due in near:
        if (due.household.pk, due.act) not in told and due.household.pk in last_case:
            found[last_case[due.household.pk]].append((due.household.pk, due.act))
    for structure in Structure.objects.filter(pk__in=found).order_by("pk"):
        households = found[structure.pk]
        journal.record("retention.near", at=at, structure=structure, households=households, count=len(households))
    return sum(map(len, found.values()))


def _read_told(*, at: datetime) -> set[tuple[int, str]]:
    lately = JournalEntry.objects.filter(kind="retention.near", happened_at__gte=at - 2 * NEAR)
    return {(pk, act) for said in lately.values_list("data__households", flat=True) for pk, act in said}
