"""What a person has to do, may take, and waits for. The lists, their tabs and the menu’s counter are all read here.

A step is offered to those whom `engine.may_act` lets take it and whose door shows them its case; a landlord, who sees
no case, is offered what is asked of his structure, unless what is done with the household is restricted.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case as Choice,
    CharField,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from cases import permissions
from cases.acting import with_away
from cases.expressions import OneOf, Unnest
from cases.models import CLAIMANT_KINDS, Assignment, Case, Question, SharingRequest, SubjectRequest, User
from cases.queries import holder_in_brief, of_person
from cases.written_once import read_written
from workflows.flows import human_nodes
from workflows.models import CaseTask, ImportRow, ProposedCompletion
from workflows.nodes import Task
from workflows.queries.agenda import appointments_today
from workflows.queries.completions import completions_to_answer
from workflows.queries.time_left import (
    COUNTED,
    CountsByLeft,
    Left,
    count_rows,
    cut_by_left,
    first_last_day,
    tasks_after,
    with_last_day,
)
from workflows.queries.tracks import dated_facts
from workflows.queries.waiting_time import with_closures

PAGE_SIZE = 50
ORDER = ("-comes_first", "nearest_on", "pk")
REQUESTS = "partages"
COMPLETIONS = "complements"
LOTS = "lots"
SUBJECTS = "personnes"
QUESTIONS = "questions"
BESIDE_STEPS = (REQUESTS, COMPLETIONS, LOTS, SUBJECTS, QUESTIONS)
"""What is counted besides steps."""
APPOINTMENTS = "rendez-vous"
FOLLOWED = 5000
"""Of the cases that a person follows, so many of the oldest are searched for what others must do: nobody follows so many."""
MORE_FOLLOWED = "suivies"  # counted where there are others
MENU = 100
"""What the menu of every page counts of each list: beyond, it says « 99+ »."""


class InboxList(StrEnum):
    """Whose turn it is, as the reader sees it. The values are in addresses."""

    MINE = "pour-moi"
    TO_TAKE = "a-prendre"
    WAITING = "en-attente"


@cache
def steps_by_right() -> dict[str, list[Task]]:
    """Right → the human steps of every procedure that ask for it."""
    found: dict[str, list[Task]] = {}
    for node in human_nodes():
        if node.step.is_offered:
            found.setdefault(node.step.right, []).append(node)
    return found


def had_with(rights: Iterable[str]) -> Q:
    """The steps that one of these rights lets somebody have in their structure: `CaseTask.right`, for a query."""
    own = [node for node in human_nodes() if (node.step.had_with or node.step.right) in rights]
    instead = [node for node in human_nodes() if node.step.stand_in_right in rights]
    return Q(flow_task__in=own) | Q(flow_task__in=instead, structure=F("answering"))


def may_take(held: permissions.Rights) -> Q:
    """Open steps that a member of the structure which has the ball may take, whoever they are given to."""
    allowed = Q(pk__in=[])
    for right, nodes in steps_by_right().items():
        if held.get(right):
            allowed |= Q(flow_task__in=nodes, structure__in=held[right])
    return allowed


def _right_is_held(held: permissions.Rights) -> Choice:
    """As `may_take`, for the steps of one person: not an alternative of structures, by which PostgreSQL would look for them
    and sort all, instead of reading the first in the order of his index."""
    asked = [
        When(flow_task__in=nodes, then=Q(structure__in=held[right]))
        for right, nodes in steps_by_right().items()
        if held.get(right)
    ]
    return Choice(*asked, default=Value(value=False), output_field=BooleanField())


@dataclass(frozen=True)
class Inbox:
    """A person’s lists on a day. Three queries: his rights, the counts, and the page of the list he reads."""

    user: User
    today: date

    @cached_property
    def held_rights(self) -> permissions.Rights:
        return self._of_day.rights

    @cached_property
    def may_replace(self) -> bool:
        """Where nobody is replaced, no list is made of what is to others."""
        return self._of_day.may_replace

    @cached_property
    def _of_day(self) -> permissions.RightsOfDay:
        return permissions.rights_of_day(self.user, at=self.today)

    @cached_property
    def counts(self) -> dict[InboxList, CountsByLeft]:
        """List → time left → number of steps: what the page of the inbox says."""
        return {part: self._counts[part] for part in InboxList}

    @cached_property
    def _of_menu(self) -> Counter[str]:
        """What the menu of every page says, up to `MENU` of each; what waits for others is not in it."""
        if counts := self.__dict__.get("_counts"):
            return Counter({part: counts[part].total() for part in counts})
        return Counter(part for (part,) in self._read(Inbox.of_menu))

    def _read(self, write: Callable[..., QuerySet[Any, Any]], *words: Any) -> list[Any]:
        """What one of these queries finds; each is written once for all who hold the same rights."""
        return read_written(_of_nobody, self.user, self.today, self.held_rights, self.may_replace, write, *words)

    def of_menu(self) -> QuerySet[CaseTask, tuple[str, str, int]]:
        """A row for each thing to count, that names its list. What the person’s rights leave empty is not asked."""
        found: list[tuple[str, QuerySet[Any]]] = [(REQUESTS, self._requests()), (COMPLETIONS, self._completions())]
        if self._takes_steps:
            found += [
                (part, rows) for part in (InboxList.MINE, InboxList.TO_TAKE) for rows in self._rows(part, most=MENU)
            ]
        found += [(key, rows()) for right, (key, rows) in self._by_right.items() if right in self.held_rights]
        rows = [
            rows.order_by().annotate(part=Value(part, CharField())).values_list("part")[:MENU] for part, rows in found
        ]
        return rows[0].union(*rows[1:], all=True) if len(rows) > 1 else rows[0]

    @property
    def _by_right(self) -> dict[str, tuple[str, Callable[[], QuerySet[Any]]]]:
        """Right → what waits for whoever holds it, besides steps and requests."""
        return {
            "answer_routing": (LOTS, self._lots),
            "review_traces": (SUBJECTS, self._subject_requests),
            "answer_question": (QUESTIONS, self._questions),
        }

    @cached_property
    def _counts(self) -> dict[str, CountsByLeft]:
        found = {key: CountsByLeft() for key in (*InboxList, *BESIDE_STEPS, APPOINTMENTS, MORE_FOLLOWED)}
        for part, left, number in self._read(Inbox.of_counts):
            found[part][left] = number
        found[InboxList.WAITING].is_partial = found[MORE_FOLLOWED].total() > 0
        return found

    def of_counts(self) -> QuerySet[Any, Any]:
        """List, time left and number. What the person’s rights leave empty is not asked."""
        asked = [self._count_tasks(part) for part in InboxList if part is InboxList.WAITING or self._takes_steps]
        other = self._followed_oldest_first[FOLLOWED : FOLLOWED + 1].values("pk")
        asked.append(count_rows(MORE_FOLLOWED, Assignment.objects.filter(OneOf("pk", ArraySubquery(other)))))
        asked += [count_rows(REQUESTS, self._requests()), count_rows(COMPLETIONS, self._completions())]
        if "handle_case" in self.held_rights:
            today = appointments_today(self.user, self.today, self.held_rights, replaces=self.may_replace)
            asked.append(count_rows(APPOINTMENTS, today))
        asked += [
            count_rows(key, rows()) for right, (key, rows) in self._by_right.items() if right in self.held_rights
        ]
        return asked[0].union(*asked[1:], all=True)

    @property
    def has_appointments(self) -> bool:
        """Is there one of today, or of before without a result? Else they are not asked for."""
        return self._counts[APPOINTMENTS].total() > 0

    @property
    def _takes_steps(self) -> bool:
        return any(self.held_rights.get(right) for right in steps_by_right())

    @property
    def request_count(self) -> int:
        """Requests to share a case, and what others would add to one: they wait for the reader’s answer, and are no step of a
        procedure, and to do all the same."""
        return self._of_menu[REQUESTS] + self._of_menu[COMPLETIONS]

    @property
    def lot_count(self) -> int:
        """Lots that wait in structures in which the reader may answer, however many cases each holds."""
        return self._of_menu[LOTS]

    @property
    def subject_request_count(self) -> int:
        """What persons ask about their own data, and that the reader’s register has no answer to."""
        return self._of_menu[SUBJECTS]

    @property
    def question_count(self) -> int:
        """Questions that wait in the services of operators for which the reader answers."""
        return self._of_menu[QUESTIONS]

    def requests(self) -> QuerySet[SharingRequest]:
        """The oldest first. Not asked for when there is none."""
        if not self._of_menu[REQUESTS]:
            return SharingRequest.objects.none()
        found = self._requests()
        related = ("structure", "case__responsible_structure", "deadline")
        return found.annotate(**of_person("case__")).select_related(*related).order_by("asked_at", "pk")

    def completions(self) -> QuerySet[ProposedCompletion]:
        """What others propose to add to one’s cases; empty, as `requests`, when the menu counted none."""
        if not self._of_menu[COMPLETIONS]:
            return ProposedCompletion.objects.none()
        found = self._completions().annotate(**of_person("case__"))
        return found.select_related("structure", "case__responsible_structure").order_by("asked_at", "pk")

    @property
    def opening_list(self) -> InboxList:
        """The list that opens first: one’s own, unless there is nothing but what a colleague could take too."""
        return next((part for part in InboxList if self.counts[part]), InboxList.MINE)

    @property
    def menu_count(self) -> int:
        """The menu’s counter: the lines of the page to act on that opens first."""
        return (self._of_menu[InboxList.MINE] or self._of_menu[InboxList.TO_TAKE]) + self.request_count

    def tasks(self, part: InboxList, *, start: str = "", most: int | None = None) -> QuerySet[CaseTask]:
        """One of the lists, or so many of it after a position: what is in court, then what expires first, the step or a right."""
        return self.with_lines(self._in_order(part, start=start, most=most))

    def read_tasks(self, part: InboxList, *, start: str = "", most: int) -> list[CaseTask]:
        """`tasks`, read. The first page costs less: its query is written once."""
        if start:
            return list(self.tasks(part, start=start, most=most))
        return self._read(Inbox.first_tasks, part, most)

    def first_tasks(self, part: InboxList, most: int) -> QuerySet[CaseTask]:
        return self.tasks(part, most=most)

    def read_tasks_and_awaited(self, *, most: int, awaited: int) -> tuple[list[CaseTask], list[CaseTask]]:
        """So many of one’s own, and of what others must do: one query, written once."""
        found = self._read(Inbox.first_and_awaited, most, awaited)
        mine = [task for task in found if task.owner_id == self.user.pk or task.instead_until]
        return mine, [task for task in found if task not in mine]

    def first_and_awaited(self, most: int, awaited: int) -> QuerySet[CaseTask]:
        own = self._in_order(InboxList.MINE, most=most)
        others = self._in_order(InboxList.WAITING, most=awaited)
        either = own.values("pk").union(others.values("pk"), all=True)
        return self.with_lines(CaseTask.objects.filter(pk__in=either).order_by(*ORDER))

    def _in_order(self, part: InboxList, *, start: str = "", most: int | None = None) -> QuerySet[CaseTask]:
        """Cut before what it is made of is put together, so that an index gives each in this order and no more is read."""
        cut = [tasks_after(rows, start).order_by(*ORDER)[:most] for rows in self._rows(part, start=start, most=most)]
        if len(cut) == 1:
            return cut[0]
        pks = [rows.values("pk") for rows in cut]
        return CaseTask.objects.filter(pk__in=pks[0].union(*pks[1:], all=True)).order_by(*ORDER)[:most]

    def _rows(self, part: InboxList, *, start: str = "", most: int | None = None) -> list[QuerySet[CaseTask]]:
        """What a list is made of, in no order: all of it, or all that may stand among so many of it after a position."""
        if part is InboxList.TO_TAKE:
            return [self._to_take()]
        if part is InboxList.WAITING:
            return [self._awaited_tasks()]
        replaced = [self._replaced_tasks(start=start, most=most)] if self.may_replace else []
        return [self._own_tasks(), *replaced]

    def with_lines(self, found: QuerySet[CaseTask]) -> QuerySet[CaseTask]:
        """Tasks read with all that their lines say: no query more."""
        found = with_away(with_closures(with_last_day(found)), on=self.today).annotate(
            instead_until=self._instead_until,
            last_day=first_last_day(),
            dated_facts=dated_facts("case"),
            holder=holder_in_brief("case__household"),
        )
        return found.select_related("structure", "owner", "case__tenancy", "case__beneficiary", "process")

    def _own_tasks(self) -> QuerySet[CaseTask]:
        seen = permissions.sees_case(self.user, "case", at=self.today, held=self.held_rights, own_first=True)
        return _open_tasks().filter(_right_is_held(self.held_rights), seen, owner=self.user)

    def _replaced_tasks(self, *, start: str, most: int | None) -> QuerySet[CaseTask]:
        """What is to those whom the person replaces today: of each, so many after a position. The index of each gives them in
        their order; together, all would be read."""
        # Who stands in on a case sees it.
        of_each = _open_tasks().filter(_right_is_held(self.held_rights), owner=OuterRef("pk"))
        of_each = of_each.alias(instead_until=self._instead_until).exclude(instead_until=None)
        first = tasks_after(of_each, start).order_by(*ORDER)[:most]
        his = permissions.substitute_assignments(self.user, at=self.today).order_by()
        replaced = User.objects.order_by().filter(pk__in=his.values("replaces"))
        steps = replaced.values(step=Unnest(ArraySubquery(first.values("pk"))))
        return CaseTask.objects.filter(OneOf("pk", ArraySubquery(steps)))

    def _active_replacements(self) -> QuerySet[Assignment]:
        """What lets the reader take a step in place of the person to whom it is given."""
        found = permissions.substitute_assignments(self.user, at=self.today).order_by()
        return found.filter(case=OuterRef("case"), structure=OuterRef("structure"), replaces=OuterRef("owner"))

    def _to_take(self) -> QuerySet[CaseTask]:
        of_landlord = Q(structure__kind__in=CLAIMANT_KINDS)
        # Of the case of each row, as a range (`sees_case`): to join the cases, or to hash them, would read them all.
        this_case = Q(pk__gte=OuterRef("case"), pk__lte=OuterRef("case"))
        hidden = Case.objects.filter(this_case, Exists(permissions.restrictions_of(OuterRef("household"))))
        seen = (of_landlord & ~Exists(hidden)) | (~of_landlord & self._visible_condition)
        return _open_tasks().filter(may_take(self.held_rights), seen, owner=None)

    def _awaited_tasks(self) -> QuerySet[CaseTask]:
        """Of the cases that the person answers for, or looks after meanwhile, what someone else must do now."""
        # Cut: else PostgreSQL would read what everybody waits for in its order, until enough of it is this person’s.
        followed = self._followed_oldest_first[:FOLLOWED].values("case_id")
        offered = may_take(self.held_rights) & Q(owner=None)
        tasks = _open_tasks().filter(OneOf("case", ArraySubquery(followed))).exclude(owner=self.user).exclude(offered)
        if not self.may_replace:
            return tasks
        return tasks.alias(instead_until=self._instead_until).filter(instead_until=None)

    @property
    def _followed_oldest_first(self) -> QuerySet[Assignment]:
        """As an index gives them."""
        return permissions.looked_after(self.user, at=self.today).order_by("case_id")

    @property
    def _instead_until(self) -> Subquery | Value:
        """The first day on which the reader no longer does what is given to somebody away; none if he does not."""
        if not self.may_replace:
            return Value(None, DateField())
        return Subquery(self._active_replacements().values("until")[:1])

    @property
    def _visible_condition(self) -> Q:
        return permissions.sees_case(self.user, "case", at=self.today, held=self.held_rights)

    def _requests(self) -> QuerySet[SharingRequest]:
        return permissions.requests_to_answer(self.user, at=self.today, held=self.held_rights)

    def _completions(self) -> QuerySet[ProposedCompletion]:
        return completions_to_answer(self.user, at=self.today, held=self.held_rights)

    def _lots(self) -> QuerySet[ImportRow]:
        """One row of each lot that the page of lots lists: what an import brought to a structure, and waits for its answer."""
        asked = _open_tasks().filter(node="answer", structure__in=self.held_rights.get("answer_routing", ()))
        # Written as a range: with an equality PostgreSQL looks for all that was ever decided for the structure.
        there = Q(structure__gte=OuterRef("decision__structure"), structure__lte=OuterRef("decision__structure"))
        here = asked.filter(self._visible_condition, there, case=OuterRef("case"))
        cases = ArraySubquery(asked.order_by().values("case"))
        each = ("decision__structure_id", "job_id")
        brought = ImportRow.objects.filter(OneOf("case", cases), Exists(here)).order_by(*each).distinct(*each)
        return ImportRow.objects.filter(pk__in=brought.values("pk"))

    def _subject_requests(self) -> QuerySet[SubjectRequest]:
        """Only for whoever keeps a register."""
        return permissions.visible_subject_requests(self.user, at=self.today, held=self.held_rights).filter(
            ended_on=None
        )

    def _questions(self) -> QuerySet[Question]:
        """Questions that wait for the person’s answer; none for who answers none."""
        return permissions.questions_to_answer(self.user, at=self.today, held=self.held_rights)

    def _count_tasks(self, part: InboxList) -> Any:
        court = (
            When(comes_first=True, nearest_on__lt=self.today, then=Value(Left.COURT_LATE)),
            When(comes_first=True, then=Value(Left.COURT)),
        )
        first = CaseTask.objects.filter(pk__in=self._in_order(part, most=COUNTED + 1).values("pk"))
        return count_rows(part, first, left=cut_by_left("nearest_on", *court, today=self.today))


def _of_nobody(user: User, today: date, held: permissions.Rights, *words: Any) -> QuerySet[Any, Any]:
    may_replace, write, *more = words
    inbox = Inbox(user, today)
    vars(inbox).update(held_rights=held, may_replace=may_replace)
    return write(inbox, *more)


def _open_tasks() -> QuerySet[CaseTask]:
    return CaseTask.objects.to_do()
