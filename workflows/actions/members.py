"""What members leave behind: their cases are given to colleagues before they go, or come back to the structure."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.acting import why_not
from cases.actions import appointments, case as cases, members, nominations
from cases.actions.members import CannotChangeMember
from cases.locks import lock_case, lock_free_cases
from cases.models import Appointment, Assignment, Case, CaseKind, JournalEntry, Membership, Structure, User
from cases.models.appointments import midnight
from cases.refusals import Busy, NotAllowed, Refusal
from cases.rules.rights import GRANTED
from workflows.actions import referents
from workflows.actions.tasks import give_task
from workflows.models import CaseTask
from workflows.queries.members import assignments_held, cases_held, tasks_held

log = logging.getLogger(__name__)

LIMIT = 200
"""People whose work comes back to their structure in one tick."""
BATCH = 200
"""Cases that come back in one transaction, and of which the managers are told by one line."""
LATELY = timedelta(days=30)


@transaction.atomic
def change_roles(*, user: User, structure: Structure, roles: Iterable[str], by: User, at: datetime) -> None:
    """Give a member these roles. Refuses (`CannotChangeMember`) to leave him a case that he could no longer follow; those
    that are closed he no longer sees, once no role lets him follow any.
    """
    members.lock_structure(structure)
    roles = set(roles)
    granted = Membership.objects.not_over(localdate(at)).filter(user=user, structure=structure, role__in=GRANTED)
    roles |= set(granted.values_list("role", flat=True))
    keeps = members.rights_in(structure, roles)
    left = cases_held(user, structure, keeps=keeps).count()
    if left and roles:
        raise CannotChangeMember(
            f"Ce rôle ne permet pas de suivre {_cases_in_words(left)} : d’abord, {_pronoun_for(left)} confier à un collègue."
        )
    members.change_roles(user=user, structure=structure, roles=roles, by=by, at=at)
    _hand_back_appointments(user, structure, by=by, at=at)
    if "handle_case" not in keeps:
        _forget_closed(user, structure, on=localdate(at))


@transaction.atomic
def end_all_memberships(*, user: User, structure: Structure, last_day: date | None, by: User, at: datetime) -> None:
    """End what a person is in a structure, after a last day, or at once when there is none.

    Refuses (`CannotChangeMember`), for today or at once, as long as a case is entrusted to him. A later day is said
    beforehand: he works until then, and what is left after it comes back to the structure (`return_left`).
    """
    members.lock_structure(structure)
    today = localdate(at)
    left = cases_held(user, structure).count()
    if left and last_day in (None, today):
        raise CannotChangeMember(
            f"Il reste {_cases_in_words(left)} : d’abord, {_pronoun_for(left)} confier à un collègue."
        )
    members.end_all_memberships(user=user, structure=structure, last_day=last_day, by=by, at=at)
    _hand_back_appointments(user, structure, by=by, at=at)
    if last_day is None:
        _forget_closed(user, structure, on=today)


@transaction.atomic
def end_role(*, membership: Membership, by: User, at: datetime) -> None:
    """Take a granted role back at once. Refuses (`CannotChangeMember`) to leave a case that nobody could then follow, and
    what `nominations.take_role_back` refuses."""
    user, structure = membership.user, membership.structure
    members.lock_structure(structure)
    others = (
        Membership.objects.not_over(localdate(at)).filter(user=user, structure=structure).exclude(pk=membership.pk)
    )
    kept = members.rights_in(structure, others.values_list("role", flat=True))
    if left := cases_held(user, structure, keeps=kept).count():
        raise CannotChangeMember(
            f"Sans ce rôle, {_cases_in_words(left)} ne serai{'en' if left > 1 else ''}t plus suivi{'s' if left > 1 else ''} : "
            f"d’abord, {_pronoun_for(left)} confier à un collègue, depuis la page « Équipe »."
        )
    nominations.take_role_back(membership=membership, by=by, at=at)
    _hand_back_appointments(user, structure, by=by, at=at)
    if "handle_case" not in kept:
        _forget_closed(user, structure, on=localdate(at))


@dataclass
class HandedOver:
    done: list[Case] = field(default_factory=list)
    refused: list[tuple[Case, str]] = field(default_factory=list)
    """Those that could not be, each with the refusal in French."""


def hand_over(
    *, chosen: Iterable[Case], user: User, to: User, structure: Structure, by: User, at: datetime
) -> HandedOver:
    """Give several cases of a member to a colleague: one act a case, then one line that tells him of all of them."""
    handed = HandedOver()
    for case in chosen:
        try:
            hand_over_case(case=case, user=user, to=to, structure=structure, by=by, at=at)
        except Refusal as refusal:
            handed.refused.append((case, str(refusal)))
        else:
            handed.done.append(case)
    if handed.done:
        tell_of_cases(handed.done, user=user, to=to, structure=structure, by=by, at=at)
    return handed


@transaction.atomic
def tell_of_cases(
    cases: Iterable[Case],
    *,
    user: User,
    to: User,
    structure: Structure,
    by: User,
    at: datetime,
    cause: JournalEntry | None = None,
) -> JournalEntry:
    """One line tells a colleague of all the cases that he was given."""
    given = [case.pk for case in cases]
    return journal.record(
        "cases.handed_over",
        at=at,
        by=by,
        structure=structure,
        cause=cause,
        to=to.pk,
        count=len(given),
        cases=given,
        before=user.pk,
    )


def may_hand_over(by: User, user: User, structure: Structure, *, on: date) -> bool:
    """A manager gives what anybody has in his structure; a professional hands on what is his own there."""
    held = permissions.rights(by, at=on)
    own = permissions.COVERED if by == user else ()
    return any(structure.pk in held.get(right, ()) for right in ("view_backlog", *own))


def _refuse_case(case: Case, *, user: User, to: User) -> None:
    if case.kind == CaseKind.COORDINATION:
        raise Refusal("Une personne suivie change de référent depuis la page « Référents ».")
    if to == user:
        raise Refusal("Ce dossier est déjà confié à cette personne : choisir un autre membre.")


@transaction.atomic
def hand_over_case(
    *,
    case: Case,
    user: User,
    to: User,
    structure: Structure,
    by: User,
    at: datetime,
    cause: JournalEntry | None = None,
) -> JournalEntry:
    """Give to a colleague all that a member has of a case: his steps, and the title of responsible professional.

    Refuses (`NotAllowed`) who neither gives work in the structure nor hands on what is his own there, and (`Refusal`) a
    colleague who could not do it.
    """
    lock_case(case.pk)
    today = localdate(at)
    if not may_hand_over(by, user, structure, on=today):
        raise NotAllowed
    _refuse_case(case, user=user, to=to)
    tasks = list(tasks_held(user, structure).filter(case=case))
    answers = assignments_held(user, structure).filter(case=case).exists()
    if not tasks and not answers:
        raise Refusal("Ce dossier n’est plus confié à cette personne.")
    if answers and not permissions.has_right(to, "handle_case", structure.pk, at=today):
        raise Refusal("Cette personne ne suit pas de dossiers : choisir un autre membre de la structure.")
    if refused := why_not(to, structure, by=by, on=today):
        raise Refusal(refused)
    entry = journal.record(
        "case.handed_over", at=at, case=case, by=by, structure=structure, cause=cause, to=to.pk, before=user.pk
    )
    if answers:
        cases.assign_professional(case=case, user=to, structure=structure, at=at, by=by, cause=entry)
    for task in tasks:
        if by == user and not tasks_held(user, structure).filter(pk=task.pk).exists():
            continue  # it went with another one, and is no longer his to give
        give_task(task=task, to=to, by=by, at=at, cause=entry)
    return entry


def return_left(*, at: datetime) -> int:
    """What is still given to people who are no longer members comes back to their structures. Run by each tick.

    Their day has come, their account was closed, or a step was given to them as they left. Returns how many people.
    """
    returned = 0
    for user, structure in _who_left_something(localdate(at)):
        try:
            _return_left_cases(User.objects.get(pk=user), Structure.objects.get(pk=structure), at=at)
        except Busy:  # the next tick does it
            continue
        except SoftTimeLimitExceeded:  # of the worker, which asks to end
            raise
        except Exception:  # one that fails must not hold back the clock of all the others
            log.exception("what user %s left in structure %s could not come back", user, structure)
            continue
        returned += 1
    return returned


def _who_left_something(on: date) -> list[tuple[int, int]]:
    """(user, structure) of steps given to nobody there, and of cases whose professional left lately."""
    same = {"user": OuterRef("user"), "structure": OuterRef("structure")}
    left = Membership.objects.filter(Q(until__lt=on) | Q(user__is_active=False))
    left = left.filter(~Exists(Membership.objects.active(on).filter(**same)))
    # From those who left, few: to look for them among all the steps that wait would read these at each tick.
    steps = CaseTask.objects.open().filter(owner=OuterRef("user"), structure=OuterRef("structure"))
    answers = Assignment.objects.filter(**same, until=None)
    named = {"case": OuterRef("case"), "structure": OuterRef("structure")}
    responsible = Assignment.objects.filter(**named, kind=Assignment.Kind.RESPONSIBLE, until=None)
    meets = Appointment.objects.planned().filter(
        Exists(responsible.exclude(user=OuterRef("professional"))),
        professional=OuterRef("user"),
        structure=OuterRef("structure"),
        starts_at__gte=midnight(on),
    )
    lately = left.filter(Exists(answers) | Exists(meets), until__lt=on, until__gte=on - LATELY)
    pairs = {*left.filter(Exists(steps)).values_list("user", "structure"), *lately.values_list("user", "structure")}
    return sorted(pairs)[:LIMIT]


def _return_left_cases(user: User, structure: Structure, *, at: datetime) -> None:
    """Batch after batch; a case on which somebody acts at this moment is left to the next tick."""
    last = 0
    while held := list(
        cases_held(user, structure).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        _return_cases(held, user, structure, at=at)
        last = held[-1]
    _hand_back_appointments(user, structure, by=None, at=at)
    _forget_closed(user, structure, on=localdate(at))


@transaction.atomic
def _return_cases(held: list[int], user: User, structure: Structure, *, at: datetime) -> None:
    free = lock_free_cases(held)
    still = set(cases_held(user, structure).filter(pk__in=held).values_list("pk", flat=True))
    free = [case for case in free if case.pk in still]
    if not free:
        return
    entry = journal.record("work.returned", at=at, structure=structure, user=user.pk, count=len(free))
    for case in free:
        if case.kind == CaseKind.COORDINATION:
            referents.leave_vacant(case=case, user=user, structure=structure, at=at)
            continue
        for task in tasks_held(user, structure).filter(case=case):
            task.owner = task.assigned = None
            task.save(update_fields=["owner", "assigned"])
            journal.record(
                "task.returned", at=at, case=case, structure=structure, cause=entry, task=task.pk, node=task.node
            )
        cases.release_professional(case=case, structure=structure, user=user, at=at, by=None, cause=entry)


@transaction.atomic
def _hand_back_appointments(user: User, structure: Structure, *, by: User | None, at: datetime) -> None:
    """Those that he had fixed in the cases of his colleagues, for days on which he will not see them any more. Of nobody’s act,
    a case on which somebody acts at this moment is left to the next tick."""
    planned = Appointment.objects.planned().filter(professional=user, structure=structure, starts_at__gt=at)
    found = list(planned.order_by("case").values_list("case", flat=True).distinct())
    for case in map(lock_case, found) if by else lock_free_cases(found):
        appointments.hand_back(case=case, structure=structure, by=by, at=at)


def _forget_closed(user: User, structure: Structure, *, on: date) -> None:
    """He sees them no more, and one that is reopened waits for somebody who can follow it."""
    Assignment.objects.filter(user=user, structure=structure, until=None, case__closed_on__isnull=False).update(
        until=on
    )


def _cases_in_words(cases: int) -> str:
    return f"{cases} dossiers" if cases > 1 else "1 dossier"


def _pronoun_for(cases: int) -> str:
    return "les" if cases > 1 else "le"
