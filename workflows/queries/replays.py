"""Open cases that a replaced edition had routed, asked again of the edition in force with what is known today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate
from viewflow.workflow.status import STATUS

from cases import permissions
from cases.models import Case, Edition, JournalEntry, Structure, User
from cases.models.appointments import midnight
from cases.rules.reading import FaultyRules
from workflows.models import HELD, CaseProcess, CaseTask, Replay, ReplayedCase, RoutingDecision
from workflows.routing import apply
from workflows.routing.decide import Decision
from workflows.routing.editable_tables import TABLES, read_rows
from workflows.routing.move_reasons import why_moved
from workflows.routing.table import RoutingTable

ASKED, UNDECIDED = "answer", "arbitrate"
FACTS_CHANGED = "Ce qui est connu de la situation a changé depuis son orientation."


@dataclass(frozen=True, kw_only=True)
class ReplayProposal:
    """A case that the edition in force would send elsewhere."""

    task: CaseTask | None
    """At which it waits for an answer or for the pilot; none once somebody has it."""
    before: Structure | None
    decision: Decision
    rules: tuple[str, str]
    why: tuple[str, ...]
    kept_out: str
    """Why it is not moved all the same."""


class Tables:
    """Of the edition that is gone, when it can still be read, and of the one in force. Read once."""

    def __init__(self, edition: Edition, in_force: Edition, *, on: date) -> None:
        structures = apply.known_structures(edition.territory, on=on)
        catalogue = TABLES[edition.catalogue]
        gone, current = catalogue.rows_of(edition, in_force)
        self.after: RoutingTable = read_rows(in_force, current, structures=structures)
        self.names = {each.code: each.name for each in structures}
        self.structures = {each.code: each for each in Structure.objects.filter(territory=edition.territory)}
        try:
            self.before: RoutingTable | None = read_rows(edition, gone, structures=structures)
        except FaultyRules:
            self.before = None


def routed_by(edition: Edition, *, first_day: date, last_day: date) -> QuerySet[RoutingDecision]:
    """The open cases whose last routing is of that edition, between two days; the oldest first."""
    later = RoutingDecision.objects.filter(case=OuterRef("case"), pk__gt=OuterRef("pk"))
    return RoutingDecision.objects.filter(
        ~Exists(later),
        edition=edition,
        case__closed_on=None,
        decided_at__gte=midnight(first_day),
        decided_at__lt=midnight(last_day + timedelta(days=1)),
    ).order_by("pk")


def propose_replay(decision: RoutingDecision, *, tables: Tables, at: datetime) -> ReplayProposal | None:
    """None for a case that would go where it is."""
    case, today = decision.case, localdate(at)
    task = CaseTask.objects.open().of_case(case).filter(node__in=(ASKED, UNDECIDED)).first()
    process = CaseProcess.objects.filter(case=case, debt=None, status=STATUS.NEW).order_by("pk").first()
    declined: Sequence[int] = process.data.get("declined", []) if process else []
    after = apply.explain_with(tables.after, case, on=today, declined=declined, forced=True)
    before = (
        apply.explain_with(tables.before, case, on=today, declined=declined, forced=True) if tables.before else None
    )
    where = _current_structure(task, decision)
    if after.structure == (where.code if where else "") or _is_left_to_pilot(task, decision, before, after):
        return None
    return ReplayProposal(
        task=task,
        before=where,
        decision=after,
        rules=(decision.rule_code, after.rule),
        why=_explain_move(before, after, tables=tables),
        kept_out=_kept_out(case, task),
    )


def _current_structure(task: CaseTask | None, decision: RoutingDecision) -> Structure | None:
    """The structure that is asked, or that took it; none while the pilot has to decide."""
    if task is None:
        return decision.structure
    return task.structure if task.node == ASKED else None


def _is_left_to_pilot(
    task: CaseTask | None, decision: RoutingDecision, before: Decision | None, after: Decision
) -> bool:
    """A structure let its delay pass: the pilot decides, unless the edition changes whom the case goes to."""
    is_silent = task is not None and task.node == UNDECIDED and bool(decision.explanation.get("unanswered"))
    return is_silent and before is not None and before.structure == after.structure


def _explain_move(before: Decision | None, after: Decision, *, tables: Tables) -> tuple[str, ...]:
    if before is None:
        return (f"{after.rule} : {after.reason}",)
    if before.structure == after.structure:
        return (FACTS_CHANGED,)
    return why_moved(before, after, names=tables.names)


def _kept_out(case: Case, task: CaseTask | None) -> str:
    if task is not None:
        imposed = task.node == ASKED and task.process.answer("arbitrated") == "assigned"
        return "Le pilote l’a attribuée : sa décision reste." if imposed else ""
    if CaseTask.objects.open().of_case(case).filter(node__in=("qualify", HELD)).exists():
        return "Elle attend d’être qualifiée : elle sera orientée avec l’édition en vigueur."
    accepted = JournalEntry.objects.filter(case=case, kind="step.accepted").order_by("-pk").first()
    when = f" le {localdate(accepted.happened_at):%d/%m/%Y}" if accepted else ""
    how = f"l’a déjà acceptée{when}" if accepted else "la suit déjà"
    return f"{case.responsible_structure} {how} : elle y reste, sauf relais convenu avec elle."


# What pages show


def editions_replaced_by(in_force: Edition) -> list[Edition]:
    """Those that have routed cases, and that route no more: the latest first."""
    routed = RoutingDecision.objects.filter(edition=OuterRef("pk"))
    same = {"catalogue": in_force.catalogue, "territory": in_force.territory}
    found = Edition.objects.filter(Exists(routed), **same).exclude(pk=in_force.pk)
    return list(found.order_by("-number"))


def find_earlier_replays(in_force: Edition) -> list[Replay]:
    same = {"edition__catalogue": in_force.catalogue, "edition__territory": in_force.territory}
    found = Replay.objects.filter(**same).select_related("edition", "in_force", "by")
    return list(found[:20])


def page_of(replay: Replay, *, user: User, on: date, after: int, size: int, excluded: bool) -> list[Any]:
    """Rows after one of them, with `is_seen`: may the reader open the case? One query."""
    visible = permissions.visible_cases(user, at=on).filter(pk=OuterRef("case"))
    rows = replay.cases.filter(~Q(kept_out="") if excluded else Q(kept_out=""), pk__gt=after)
    rows = rows.annotate(is_seen=Exists(visible)).select_related("case", "before", "after", "made__structure")
    return list(rows.order_by("pk")[:size])


def count_rows(replay: Replay) -> dict[str, int]:
    """How many rows are of each sort. One query."""
    found = {"kept_out": 0, "chosen": 0, "offered": 0, **dict.fromkeys(ReplayedCase.State.values, 0)}
    for state, kept_out, chosen in replay.cases.values_list("state", "kept_out", "is_chosen"):
        found["kept_out" if kept_out else "offered"] += 1
        found["chosen"] += chosen
        if not kept_out and chosen:
            found[state] += 1
    return found
