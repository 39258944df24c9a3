"""What a manager does of several steps at once: gives them, reminds who has them, sets them aside. Never a decision.

Tried first (`plan`: nothing is written), then done in one act with its reason, a line on each case, and undone within
a day (`grouped_undo`). What changed in between is left as it is, and said.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.acting import Away, absence_refusal, away_in
from cases.locks import lock_case
from cases.models import Assignment, CaseKind, JournalEntry, Structure, User
from cases.queries import case_loads
from cases.refusals import NotAllowed, Refusal
from cases.rules.workload import StepProposal, StepToGive, Why, propose_colleagues
from workflows import engine
from workflows.actions.grouped_kinds import GroupedActKind
from workflows.actions.tasks import FOLLOWS_REFERENT, give_task
from workflows.models import CaseTask
from workflows.queries.queues import load_queue_settings

DAY = timedelta(days=1)
MOST = 100
"""Steps of one act: a page waits for it."""


class CannotGroup(Refusal):
    """A refusal of the whole act, in French."""


@dataclass(kw_only=True)
class PlannedTask:
    """What will happen to one step, or why nothing will."""

    task: CaseTask
    to: User | None = None
    why: str = ""
    refusal: str = ""


@dataclass
class Done:
    entry: JournalEntry
    done: list[CaseTask] = field(default_factory=list)
    left: list[tuple[CaseTask, str]] = field(default_factory=list)
    """Those left as they were, each with the refusal in French."""


@dataclass(frozen=True, kw_only=True)
class GroupedActContext:
    """What is known of a structure on a day, to judge any number of steps."""

    structure: Structure
    by: User
    at: datetime

    @property
    def today(self) -> date:
        return localdate(self.at)


# What would happen


class Giving:
    """Steps to give, and the colleagues among whom. A handful of queries, however many steps."""

    def __init__(self, tasks: Sequence[CaseTask], setting: GroupedActContext) -> None:
        self.tasks, self.setting = tasks, setting
        structure, on = setting.structure, setting.today
        self.away = away_in(structure, on=on)
        self.loads = case_loads(structure, on=on)
        self.able = {right: _colleagues_able(structure, right, on=on) for right in {task.right for task in tasks}}
        everybody = {pk: user for people in self.able.values() for pk, user in people.items()}
        self.colleagues = sorted(everybody.values(), key=lambda user: (user.last_name, user.first_name, user.pk))

    @property
    def usual_recipients(self) -> list[User]:
        """Those among whom one would divide: there today, and not those who have the steps, nor the one who gives them.
        When all have some, all are."""
        there = [user for user in self.colleagues if user.pk not in {self.setting.by.pk, *self.away}]
        owners = {task.owner_id for task in self.tasks}
        return [user for user in there if user.pk not in owners] or there

    def plan(self, *, among: Iterable[User], chosen: Mapping[int, User] | None = None) -> list[PlannedTask]:
        """Who would take what, and why. `chosen` by hand (by step) stands."""
        chosen = chosen or {}
        known = self._followers_by_task()
        pool = [user.pk for user in among]
        carried = {pk: self.loads[pk] for pk in pool}
        found: dict[int, StepProposal] = {}
        for right, people in self.able.items():
            charges = [
                StepToGive(task=task.pk, home=task.case.household_id, follower=known.get(task.pk))
                for task in self.tasks
                if task.right == right
            ]
            by_hand = {charge.task: chosen[charge.task].pk for charge in charges if charge.task in chosen}
            proposed = propose_colleagues(
                charges, loads={pk: carried[pk] for pk in pool if pk in people}, chosen=by_hand
            )
            for each in proposed.values():
                carried[each.to] = carried.get(each.to, 0) + 1
            found |= proposed
        users = {user.pk: user for user in [*self.colleagues, *chosen.values()]}
        return [self._planned_task(task, found.get(task.pk), users) for task in self.tasks]

    def _planned_task(self, task: CaseTask, proposal: StepProposal | None, users: Mapping[int, User]) -> PlannedTask:
        if proposal is None:
            nobody = "Personne ne peut la prendre parmi les collègues choisis."
            return PlannedTask(task=task, refusal=self._refusal(task, None) or nobody)
        to = users[proposal.to]
        return PlannedTask(task=task, to=to, why=_reason_in_words(proposal), refusal=self._refusal(task, to))

    def _refusal(self, task: CaseTask, to: User | None) -> str:
        """The same that the act would answer."""
        if task.case.kind == CaseKind.COORDINATION:
            return FOLLOWS_REFERENT
        if to is None:
            return ""
        if to.pk not in self.able[task.right]:
            return f"{to} ne peut pas prendre cette étape."
        if to.pk == task.owner_id:
            return f"Déjà chez {to}."
        return absence_refusal(to, self.away.get(to.pk), by=self.setting.by)

    def _followers_by_task(self) -> dict[int, int]:
        """Step → the colleague who answers, in the structure, for another open case of the household. One query."""
        homes = {task.case.household_id for task in self.tasks}
        named = Assignment.objects.active(self.setting.today).filter(
            structure=self.setting.structure, kind="responsible", case__household__in=homes, case__closed_on=None
        )
        rows = list(named.order_by("pk").values_list("case", "case__household", "user"))
        return {
            task.pk: user
            for task in self.tasks
            for case, home, user in rows
            if home == task.case.household_id and case != task.case_id and user != task.owner_id
        }


def plan_reminders(tasks: Sequence[CaseTask], setting: GroupedActContext) -> list[PlannedTask]:
    """Two queries, however many steps."""
    away, reminded = away_in(setting.structure, on=setting.today), _reminded_lately(tasks, setting)
    return [
        PlannedTask(task=task, to=task.owner, refusal=_why_not_remind(task, setting, away=away, reminded=reminded))
        for task in tasks
    ]


def _reminded_lately(tasks: Sequence[CaseTask], setting: GroupedActContext) -> dict[int, date]:
    """The day on which a manager last asked for each of those steps, if that was not long ago. One query."""
    lately = setting.at - timedelta(days=load_queue_settings()["reminded"]["again_after_days"])
    told = JournalEntry.objects.filter(
        kind="task.reminded", case__in={task.case_id for task in tasks}, happened_at__gt=lately
    ).order_by("pk")
    return {row["data"]["task"]: localdate(row["happened_at"]) for row in told.values("data", "happened_at")}


def _why_not_remind(
    task: CaseTask, setting: GroupedActContext, *, away: Mapping[int, Away], reminded: Mapping[int, date]
) -> str:
    if task.owner is None:
        return "Aucun professionnel n’est nommé : la confier d’abord."
    if task.owner == setting.by:
        return "Cette étape est la vôtre."
    if (absence := away.get(task.owner.pk)) and not absence.names:
        return f"{task.owner} : {absence}. La confier plutôt."
    return _why_not_again(task, reminded)


def _why_not_again(task: CaseTask, reminded: Mapping[int, date]) -> str:
    return f"Déjà rappelée le {reminded[task.pk]:%d/%m/%Y}." if task.pk in reminded else ""


def plan_setting_aside(
    tasks: Sequence[CaseTask], setting: GroupedActContext, *, until: date | None
) -> list[PlannedTask]:
    """No query. Without a day yet, what could be set aside at all."""
    return [PlannedTask(task=task, refusal=_why_not_set_aside(task, setting.today, until=until)) for task in tasks]


def _why_not_set_aside(task: CaseTask, on: date, *, until: date | None) -> str:
    if task.comes_first:
        return "La procédure d’expulsion est engagée : elle ne se met pas de côté."
    if task.node == "answer":
        return "Une orientation attend sa réponse : répondre, ou demander du temps."
    if task.due_on and task.due_on <= on:
        return "Son échéance est là ou passée : elle ne se met pas de côté."
    if task.due_on and until and until > task.due_on:
        return f"Son échéance est le {task.due_on:%d/%m/%Y} : choisir ce jour ou un jour avant."
    if until and task.set_aside_until == until:
        return "Déjà mise de côté jusqu’à ce jour."
    return ""


def last_day_aside(on: date) -> date:
    return on + timedelta(days=load_queue_settings()["set_aside"]["most_days"])


def refuse_day(until: date, *, on: date) -> None:
    if until <= on:
        raise CannotGroup("Choisir un jour à venir.")
    if until > last_day_aside(on):
        raise CannotGroup(f"Choisir un jour jusqu’au {last_day_aside(on):%d/%m/%Y} : rien ne dort plus longtemps.")


def _colleagues_able(structure: Structure, right: str, *, on: date) -> dict[int, User]:
    return {user.pk: user for user in permissions.colleagues_with_right(structure, right, at=on)}


def _reason_in_words(proposal: StepProposal) -> str:
    load = f"{proposal.load} dossier{'s' if proposal.load > 1 else ''} à suivre"
    return {
        Why.CHOSEN: f"choisi à la main, {load}",
        Why.FOLLOWS: "suit déjà ce ménage",
        Why.TOGETHER: "avec l’autre étape de ce ménage",
        Why.LIGHTEST: f"le moins chargé des collègues choisis, {load}",
    }[proposal.why]


# What is done


def give_several(lines: Sequence[PlannedTask], setting: GroupedActContext, *, reason: str) -> Done:
    """Give each step as planned. The colleagues are told once, whatever they receive."""

    def give_one(line: PlannedTask, entry: JournalEntry) -> None:
        if line.to is None:
            raise Refusal("Personne n’est choisi.")
        if lock_task(line.task, setting).owner_id == line.to.pk:
            return  # it followed another step of the case
        give_task(task=line.task, to=line.to, by=setting.by, at=setting.at, cause=entry)

    to = sorted({line.to.pk for line in lines if line.to and not line.refusal})
    return do_several(GroupedActKind.GIVE, lines, setting, give_one, reason=reason, to=to)


def remind_several(lines: Sequence[PlannedTask], setting: GroupedActContext, *, reason: str) -> Done:
    """Tell whoever has each step that his manager asks for it: notices, in one e-mail. It cannot be taken back."""

    def remind_one(line: PlannedTask, entry: JournalEntry) -> None:
        task = lock_task(line.task, setting)
        if task.owner_id is None or line.to is None or task.owner_id != line.to.pk:
            raise Refusal("Elle a changé de main entre-temps.")
        # Another manager may have asked since it was planned.
        if refused := _why_not_again(task, _reminded_lately([task], setting)):
            raise Refusal(refused)
        record_in_journal("task.reminded", task, setting, entry, to=task.owner_id, reason=reason)

    return do_several(GroupedActKind.REMIND, lines, setting, remind_one, reason=reason)


def set_several_aside(lines: Sequence[PlannedTask], setting: GroupedActContext, *, until: date, reason: str) -> Done:
    """Out of the manager’s queues until that day. No delay moves, and no reminder."""
    refuse_day(until, on=setting.today)

    def set_one_aside(line: PlannedTask, entry: JournalEntry) -> None:
        task = lock_task(line.task, setting)
        if refused := _why_not_set_aside(task, setting.today, until=until):
            raise Refusal(refused)
        before = task.set_aside_until
        put_until(task, until)
        told = {"until": until.isoformat(), "before": before.isoformat() if before else None}
        record_in_journal("task.set_aside", task, setting, entry, reason=reason, **told)

    return do_several(GroupedActKind.SET_ASIDE, lines, setting, set_one_aside, reason=reason, until=until.isoformat())


@transaction.atomic
def do_several(
    act: GroupedActKind,
    lines: Sequence[PlannedTask],
    setting: GroupedActContext,
    one: Callable[[PlannedTask, JournalEntry], None],
    *,
    reason: str,
    **data: Any,
) -> Done:
    """One act and its line; then each step, that may be refused alone. Nothing at all when none could be."""
    _refuse_whole(act, lines, setting, reason=reason)
    able = sorted((line for line in lines if not line.refusal), key=lambda line: (line.task.case_id, line.task.pk))
    entry = journal.record(
        act.journal_kind,
        at=setting.at,
        by=setting.by,
        structure=setting.structure,
        reason=reason,
        asked=len(able),
        **data,
    )
    found = Done(entry, left=[(line.task, line.refusal) for line in lines if line.refusal])
    for line in able:
        try:
            with transaction.atomic():
                one(line, entry)
        except Refusal as refusal:
            found.left.append((line.task, str(refusal)))
        else:
            found.done.append(line.task)
    if not found.done:
        raise CannotGroup("Rien n’est fait : les étapes choisies ont changé entre-temps.")
    return found


def _refuse_whole(
    act: GroupedActKind, lines: Sequence[PlannedTask], setting: GroupedActContext, *, reason: str
) -> None:
    if not permissions.has_right(setting.by, "view_backlog", setting.structure.pk, at=setting.today):
        raise NotAllowed
    if not lines:
        raise CannotGroup("Cocher au moins une étape qui attend encore.")
    if len(lines) > MOST:
        raise CannotGroup(f"{len(lines)} étapes : en choisir {MOST} au plus à la fois.")
    if reason not in act.reasons:
        raise CannotGroup("Choisir un motif.")
    if all(line.refusal for line in lines):
        raise CannotGroup("Aucune des étapes choisies ne peut l’être : lire pourquoi en face de chacune.")


def lock_task(task: CaseTask, setting: GroupedActContext) -> CaseTask:
    """The step as it stands, its case locked. Refuses one that is over, or that another structure has now."""
    lock_case(task.case_id)
    found = engine.reload_open_task(task)
    if found.structure_id != setting.structure.pk:
        raise Refusal("Une autre structure a désormais la balle.")
    return found


def put_until(task: CaseTask, until: date | None) -> None:
    task.set_aside_until = until
    task.save(update_fields=["set_aside_until"])


def record_in_journal(
    kind: str, task: CaseTask, setting: GroupedActContext, cause: JournalEntry, **data: Any
) -> JournalEntry:
    told = {"at": setting.at, "case": task.case, "by": setting.by, "structure": setting.structure, "cause": cause}
    return journal.record(kind, task=task.pk, node=task.node, **told, **data)
