"""What a person has to do, may take, and waits for. The lists, their tabs and the menu’s counter are all read here.

A step is offered to those whom `engine.may_act` lets take it and whose door shows them its case; a landlord, who sees
no case, is offered what is asked of his structure.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, cached_property
from typing import Any

from django.db.models import Case as Choice, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from cases import permissions
from cases.acting import with_away
from cases.models import CLAIMANT_KINDS, Assignment, SharingRequest, User
from cases.queries import of_person
from workflows.flows import FLOWS
from workflows.models import CaseTask, ImportRow
from workflows.nodes import Task
from workflows.queries.waiting import with_closures

PAGE_SIZE = 50
WEEK = timedelta(days=7)
REQUESTS = "partages"
LOTS = "lots"
SUBJECTS = "personnes"
QUESTIONS = "questions"
COUNTED = 1000
"""Beyond, a count costs more than it tells: no one has so much to do."""


MENU = 100
"""What the menu of every page counts: beyond, it says « 99+ »."""


class Part(StrEnum):
    """Whose turn it is, as the reader sees it. The values are in addresses."""

    MINE = "pour-moi"
    TO_TAKE = "a-prendre"
    WAITING = "en-attente"


class Left(StrEnum):
    """How much time is left; cases in court come before all others, however much they have."""

    COURT_LATE = "court_late"
    COURT = "court"
    LATE = "late"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"


@cache
def steps() -> dict[str, list[Task]]:
    """Right → the human steps of every procedure that ask for it."""
    found: dict[str, list[Task]] = {}
    for flow in FLOWS.values():
        for node in flow.instance.nodes():
            if isinstance(node, Task) and node.step.is_offered:
                found.setdefault(node.step.right, []).append(node)
    return found


def had_with(rights: Iterable[str]) -> Q:
    """The steps that one of these rights lets somebody have in their structure: `CaseTask.right`, for a query."""
    nodes = [node for flow in FLOWS.values() for node in flow.instance.nodes() if isinstance(node, Task)]
    own = [node for node in nodes if (node.step.had_with or node.step.right) in rights]
    instead = [node for node in nodes if node.step.stand_in_right in rights]
    return Q(flow_task__in=own) | Q(flow_task__in=instead, structure=F("answering"))


def may_take(held: permissions.Rights) -> Q:
    """Open steps that a member of the structure which has the ball may take, whoever they are given to."""
    allowed = Q(pk__in=[])
    for right, nodes in steps().items():
        if held.get(right):
            allowed |= Q(flow_task__in=nodes, structure__in=held[right])
    return allowed


@dataclass(frozen=True)
class Inbox:
    """A person’s lists on a day. Three queries: his rights, the counts, and the page of the list he reads."""

    user: User
    today: date

    @cached_property
    def held(self) -> permissions.Rights:
        return permissions.rights(self.user, at=self.today)

    @cached_property
    def counts(self) -> dict[Part, Counter[str]]:
        """List → time left → number of steps: what the page of the inbox says."""
        return {part: self._counts[part] for part in Part}

    @cached_property
    def _counts(self) -> dict[str, Counter[str]]:
        return self._counted_in_all(Part)

    @cached_property
    def _of_menu(self) -> dict[str, Counter[str]]:
        """What the menu of every page says, which is less: what waits for others is not in it."""
        return self.__dict__.get("_counts") or self._counted_in_all((Part.MINE, Part.TO_TAKE), most=MENU)

    def _counted_in_all(self, parts: Iterable[Part], *, most: int = COUNTED) -> dict[str, Counter[str]]:
        """One query. What the person’s rights leave empty is not asked."""
        asked = [self._counted(part, most) for part in parts if part is Part.WAITING or self._takes_steps]
        asked.append(self._counted_requests())
        if "answer_routing" in self.held:
            asked.append(self._counted_in_lots())
        if "review_traces" in self.held:
            asked.append(self._counted_subject_requests())
        if "answer_question" in self.held:
            asked.append(self._counted_questions())
        found: dict[str, Counter[str]] = {key: Counter() for key in (*Part, REQUESTS, LOTS, SUBJECTS, QUESTIONS)}
        rows = asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0]
        for part, left, number in rows:
            found[part][left] = number
        return found

    @property
    def _takes_steps(self) -> bool:
        return any(self.held.get(right) for right in steps())

    @property
    def request_count(self) -> int:
        """Requests to share a case that wait for the reader’s answer: no step of a procedure, and to do all the same."""
        return self._of_menu[REQUESTS].total()

    @property
    def lot_count(self) -> int:
        """Cases that imports brought to structures in which the reader may answer, and that wait."""
        return self._of_menu[LOTS].total()

    @property
    def subject_request_count(self) -> int:
        """What persons ask about their own data, and that the reader’s register has no answer to."""
        return self._of_menu[SUBJECTS].total()

    @property
    def question_count(self) -> int:
        """Questions that wait in the services of operators for which the reader answers."""
        return self._of_menu[QUESTIONS].total()

    def requests(self) -> QuerySet[SharingRequest]:
        """The oldest first. Not asked for when there is none."""
        if not self.request_count:
            return SharingRequest.objects.none()
        found = permissions.requests_to_answer(self.user, at=self.today, held=self.held)
        related = ("structure", "case__responsible_structure", "deadline")
        return found.annotate(**of_person("case__")).select_related(*related).order_by("asked_at", "pk")

    @property
    def opening(self) -> Part:
        """The list that opens first: one’s own, unless there is nothing but what a colleague could take too."""
        return next((part for part in Part if self.counts[part]), Part.MINE)

    @property
    def count(self) -> int:
        """The menu’s counter: the lines of the page to act on that opens first."""
        counts = self._of_menu
        return (counts[Part.MINE] or counts[Part.TO_TAKE]).total() + self.request_count

    def tasks(self, part: Part) -> QuerySet[CaseTask]:
        """One of the lists: what is in court, then the least time left first."""
        return self.with_lines(self._in_order(part))

    def _in_order(self, part: Part) -> QuerySet[CaseTask]:
        found = {Part.MINE: self._mine, Part.TO_TAKE: self._to_take, Part.WAITING: self._waiting}[part]()
        return found.order_by("-comes_first", "due_on", "pk")

    def with_lines(self, found: QuerySet[CaseTask]) -> QuerySet[CaseTask]:
        """Tasks read with all that their lines say: no query more."""
        found = with_away(with_closures(found), on=self.today).annotate(instead_until=self._instead_until)
        return found.select_related("structure", "owner", "case__tenancy", "case__beneficiary", "process")

    def _mine(self) -> QuerySet[CaseTask]:
        """What is given to the person, or to somebody whom he replaces today."""
        own = _open().filter(owner=self.user).order_by().values("pk")
        return _open().filter(may_take(self.held), self._sees, pk__in=own.union(self._replaced().values("pk")))

    def _replaced(self) -> QuerySet[CaseTask]:
        cases = permissions.replacements(self.user, at=self.today).order_by().values("case")
        return _open().filter(Exists(self._replacing()), case__in=cases).order_by()

    def _replacing(self) -> QuerySet[Assignment]:
        """What lets the reader take a step in place of the person to whom it is given."""
        found = permissions.replacements(self.user, at=self.today).order_by()
        return found.filter(case=OuterRef("case"), structure=OuterRef("structure"), replaces=OuterRef("owner"))

    def _to_take(self) -> QuerySet[CaseTask]:
        seen = self._sees | Q(structure__kind__in=CLAIMANT_KINDS)
        return _open().filter(may_take(self.held), seen, owner=None)

    def _waiting(self) -> QuerySet[CaseTask]:
        """Of the cases that the person answers for, or looks after meanwhile, what someone else must do now."""
        kinds = (Assignment.Kind.RESPONSIBLE, Assignment.Kind.SUBSTITUTE)
        followed = Assignment.objects.active(self.today).filter(user=self.user, kind__in=kinds)
        offered = may_take(self.held) & Q(owner=None)
        tasks = _open().filter(self._sees, case__in=followed.values("case_id"))
        return tasks.exclude(owner=self.user).exclude(offered).exclude(pk__in=self._replaced().values("pk"))

    @property
    def _instead_until(self) -> Subquery:
        """The first day on which the reader no longer does what is given to somebody away; none if he does not."""
        return Subquery(self._replacing().values("until")[:1])

    @property
    def _sees(self) -> Q:
        return permissions.sees(self.user, "case", at=self.today, held=self.held)

    def _counted_requests(self) -> Any:
        """In the same columns as the steps."""
        waiting = permissions.requests_to_answer(self.user, at=self.today, held=self.held).order_by()
        shape = {"part": Value(REQUESTS, CharField()), "left": Value("", CharField())}
        counted: Any = waiting.annotate(**shape)
        return counted.values("part", "left").annotate(number=Count("pk")).values_list("part", "left", "number")

    def _counted_in_lots(self) -> Any:
        """In the same columns: the answers that the pages of lots list."""
        mine = self.held.get("answer_routing", frozenset())
        brought = ImportRow.objects.filter(case=OuterRef("case"), decision__structure=OuterRef("structure"))
        waiting = _open().filter(self._sees, Exists(brought), node="answer", structure__in=mine).order_by()
        shape = {"part": Value(LOTS, CharField()), "left": Value("", CharField())}
        counted: Any = waiting.annotate(**shape)
        return counted.values("part", "left").annotate(number=Count("pk")).values_list("part", "left", "number")

    def _counted_subject_requests(self) -> Any:
        """In the same columns. Only for whoever keeps a register."""
        waiting = permissions.visible_subject_requests(self.user, at=self.today).filter(ended_on=None).order_by()
        shape = {"part": Value(SUBJECTS, CharField()), "left": Value("", CharField())}
        counted: Any = waiting.annotate(**shape)
        return counted.values("part", "left").annotate(number=Count("pk")).values_list("part", "left", "number")

    def _counted_questions(self) -> Any:
        """In the same columns. Only for whoever answers questions."""
        waiting = permissions.questions_to_answer(self.user, at=self.today, held=self.held).order_by()
        shape = {"part": Value(QUESTIONS, CharField()), "left": Value("", CharField())}
        counted: Any = waiting.annotate(**shape)
        return counted.values("part", "left").annotate(number=Count("pk")).values_list("part", "left", "number")

    def _counted(self, part: Part, most: int) -> Any:
        left = Choice(
            When(comes_first=True, due_on__lt=self.today, then=Value(Left.COURT_LATE)),
            When(comes_first=True, then=Value(Left.COURT)),
            When(due_on__lt=self.today, then=Value(Left.LATE)),
            When(due_on=self.today, then=Value(Left.TODAY)),
            When(due_on__lte=self.today + WEEK, then=Value(Left.WEEK)),
            default=Value(Left.LATER),
            output_field=CharField(),
        )
        first = self._in_order(part).values("pk")[:most]
        counted = CaseTask.objects.order_by().filter(pk__in=first)
        counted = counted.annotate(left=left, part=Value(part, output_field=CharField()))
        return counted.values("part", "left").annotate(number=Count("pk")).values_list("part", "left", "number")


def left_until(due_on: date | None, *, today: date, comes_first: bool = False) -> Left:
    """The same cut as the counts make."""
    if comes_first:
        return Left.COURT_LATE if due_on and due_on < today else Left.COURT
    if due_on is None or due_on > today + WEEK:
        return Left.LATER
    if due_on > today:
        return Left.WEEK
    return Left.TODAY if due_on == today else Left.LATE


def position(task: CaseTask) -> str:
    """Where a page ends, for an address: no offset, so that the last page costs what the first does."""
    return f"{int(task.comes_first)}.{task.due_on or ''}.{task.pk}"


def after(tasks: QuerySet[CaseTask], position: str) -> QuerySet[CaseTask]:
    """What follows a position of the list; all of it when there is none that can be read."""
    found = re.fullmatch(r"([01])\.(\d{4}-\d\d-\d\d)?\.(\d{1,18})", position)
    if found is None:
        return tasks
    comes_first, day, pk = found[1] == "1", found[2], int(found[3])
    later = Q(due_on=None, pk__gt=pk)
    if day:
        later = Q(due_on__gt=day) | Q(due_on=day, pk__gt=pk) | Q(due_on=None)
    later &= Q(comes_first=comes_first)
    return tasks.filter(later | Q(comes_first=False) if comes_first else later)


def _open() -> QuerySet[CaseTask]:
    return CaseTask.objects.to_do()
