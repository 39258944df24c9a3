"""Whom a journal line concerns: by function, never a fixed person. `notifications.told` says which kind concerns whom.

Its author, and those who do not see its case, are left out afterwards (`told.find_audience`).
"""

from collections.abc import Callable, Collection
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from cases import permissions
from cases.actions import members
from cases.actions.sharing import MANAGED
from cases.models import (
    Absence,
    AccessRequest,
    Assignment,
    CaseKind,
    ContactAttempt,
    Coordination,
    DeadlineRule,
    Invitation,
    JournalEntry,
    Membership,
    Nomination,
    Participation,
    Question,
    Referent,
    RetentionRun,
    Role,
    Structure,
    User,
)
from cases.models.structures import CLAIMANT_KINDS
from cases.rules.procedures import PROCEDURES
from notifications.models import Notice
from workflows.models import RESPONDING, CaseTask, ImportRow
from workflows.queries.court_acts import TELLING

Audience = Callable[[JournalEntry, date], QuerySet[User]]
NOBODY = User.objects.none()
TOLD_AS_A_WHOLE = frozenset({
    "case.handed_over", "work.returned", "membership.changed", "sharing.accepted", "lot.answered", "tasks.given",
    "tasks.taken_back", "lot.taken_back", "referents.handed_over", "referents.taken_back",
})  # fmt: skip
"""Acts whose parts are not told one by one."""
ASKED = frozenset({"step.routed", "step.acceptance_taken_back"})
"""A structure is asked about a case, or asked again."""


def holders_of(structure: Structure | None, right: str, on: date) -> QuerySet[User]:
    return permissions.colleagues_with_right(structure, right, at=on) if structure else NOBODY


def _who_holds(right: str) -> Audience:
    """Those of the structure of the line who hold a right."""
    return lambda entry, on: holders_of(entry.structure, right, on)


who_may_answer = _who_holds("answer_routing")
"""Those of the structure asked who can accept or decline."""
who_gives = _who_holds("view_backlog")
"""Those of the structure who can give what waits to somebody."""
pilots_of_desk = _who_holds("pilot_action")
"""Of the desk that is asked to choose."""
who_changes_rules = _who_holds("change_rules")
"""The pilots of the desk to which the rules belong."""


def who_may_answer_alone(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Not for the cases that an import brings together: the lot is told once (`lot.received`)."""
    if _is_part(entry) or ImportRow.objects.filter(decision=entry.data["decision"]).exists():
        return NOBODY
    return who_may_answer_at_work(entry, on)


def who_may_answer_again(entry: JournalEntry, on: date) -> QuerySet[User]:
    """An acceptance is taken back: nobody has the case any more. Not those who have not read yet that it waits; nor for each of
    a lot, which waits in À faire, before who takes it back."""
    if _is_part(entry):
        return NOBODY
    unread = Notice.objects.filter(
        case=entry.case, entry__structure=entry.structure, read_at=None, entry__kind__in=ASKED
    )
    return who_may_answer_at_work(entry, on).exclude(pk__in=unread.values("user"))


def who_may_answer_at_work(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Not those who are away, as long as somebody who can answer is there."""
    people = who_may_answer(entry, on)
    here = _at_work(people, entry, on)
    return here if here.exists() else people


def who_gives_at_work(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Nobody, while all of them are away."""
    return _at_work(who_gives(entry, on), entry, on)


def _at_work(people: QuerySet[User], entry: JournalEntry, on: date) -> QuerySet[User]:
    return people.exclude(pk__in=Absence.objects.current(on).filter(structure=entry.structure).values("user"))


def pilots_of_case(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Those of the action of which the case is."""
    return _pilots_at(entry.case.territory, PROCEDURES[entry.case.kind].pilot, on=on) if entry.case else NOBODY


def pilots_of_routing(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Of the two actions whose cases a table sends to the structure: what it decides changes where they go."""
    tables = [each.pilot for each in PROCEDURES.values() if each.routing]
    return _pilots_at(entry.structure.territory, *tables, on=on) if entry.structure else NOBODY


def _pilots_at(territory: str, *kinds: str, on: date) -> QuerySet[User]:
    people = NOBODY
    for desk in Structure.objects.filter(kind__in=kinds, territory=territory, is_active=True):
        people |= holders_of(desk, "pilot_action", on)
    return people


def who_is_responsible(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The professional responsible for the case in the structure that answers for it."""
    if entry.case is None:
        return NOBODY
    assigned = Assignment.objects.active(on).filter(case=entry.case, structure=entry.case.responsible_structure_id)
    return User.objects.filter(pk__in=assigned.values("user_id"))


def responsible_or_managers(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The professional responsible; the managers too when nobody who is there does his work, so that a delay never ends
    unknown to all. Not those of a pilot’s desk, which names nobody: hundreds of cases may wait there."""
    if entry.case is None:
        return NOBODY
    structure = entry.case.responsible_structure
    here = Assignment.objects.of_people_there(on).filter(case=entry.case, structure=structure)
    people = who_is_responsible(entry, on)
    is_desk = structure.kind == PROCEDURES[entry.case.kind].pilot
    return people if is_desk or here.exists() else people | holders_of(structure, "view_backlog", on)


def who_is_late(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Of a delay that is over: whoever had to act. Following a person, each structure has its own."""
    if entry.case is None or entry.case.kind != CaseKind.COORDINATION:
        return _responsible_and_asker(entry, on)
    who = DeadlineRule.objects.filter(deadlines=entry.data["deadline"]).values_list("who", flat=True).first()
    if who == "pilot":
        return pilots_of_desk(entry, on)
    if who == "structure":
        return who_gives(entry, on) | pilots_of_case(entry, on)
    if who == "coordinator":
        asked = Coordination.objects.filter(case=entry.case, state__in=["proposed", *Coordination.HOLDING])
        return User.objects.filter(pk__in=asked.values("referent__user"))
    followed = Referent.objects.filter(case=entry.case, structure=entry.structure).current()
    return User.objects.filter(pk__in=followed.values("user")) | who_is_proposed(find_step(entry.data["deadline"]))


def find_step(deadline: int) -> CaseTask | None:
    """The step that waits for a delay; where several do, the one that began it."""
    start = DeadlineRule.objects.filter(deadlines=deadline).values_list("start", flat=True).first()
    waiting = CaseTask.objects.open().filter(deadlines=deadline).select_related("process")
    return min(waiting, key=lambda task: task.step.starts_with(task) != start, default=None)


def who_is_proposed(step: CaseTask | None) -> QuerySet[User]:
    """To follow a person, if this is the step at which he answers: he reads his proposal, and not the case yet."""
    return User.objects.filter(pk=step.owner_id) if step and step.node in RESPONDING else NOBODY


def _responsible_and_asker(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Of a delay that is over: if it was an operator’s, whoever asked waits for the answer too. Whoever may do something about
    a delay that ends by an act is told of this act."""
    asked = Question.objects.filter(deadlines=entry.data["deadline"]).values("asked_by")
    acts = DeadlineRule.objects.filter(deadlines=entry.data["deadline"]).exclude(act="")
    people = who_is_responsible(entry, on) if acts.exists() else responsible_or_managers(entry, on)
    return people | User.objects.filter(pk__in=asked)


def responsible_and_named(entry: JournalEntry, on: date) -> QuerySet[User]:
    return who_is_responsible(entry, on) | who_is_named(entry, on)


def who_is_asked(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The correspondents of the service, as long as the question waits."""
    waiting = Question.objects.filter(pk=entry.data["question"], state=Question.State.ASKED)
    return holders_of(entry.structure, "answer_question", on) if waiting.exists() else NOBODY


def operator_and_pilots(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Who can do something about a cause that comes back: numbers only."""
    people = holders_of(entry.structure, "answer_question", on)
    if entry.structure:
        people |= _pilots_at(entry.structure.territory, PROCEDURES[CaseKind.OVERPAYMENT].pilot, on=on)
    return people


def responsible_elsewhere(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Of a case whose household the counter of another structure met; what one’s own structure tries, it knows."""
    is_own = entry.case is None or entry.structure_id == entry.case.responsible_structure_id
    if is_own or entry.data["channel"] != ContactAttempt.Channel.DESK:
        return NOBODY
    return who_is_responsible(entry, on)


def responsible_if_shared(entry: JournalEntry, on: date) -> QuerySet[User]:
    """What a structure keeps to itself is told to nobody."""
    return who_is_responsible(entry, on) if entry.data["visibility"] == "shared" else NOBODY


def who_added_it(entry: JournalEntry, on: date) -> QuerySet[User]:
    return User.objects.filter(documents=entry.data["document"])


def responsible_unless_told(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Two households that come together with the records of a person are told with her."""
    told = entry.cause is not None and entry.cause.kind == "person.merged"
    return NOBODY if told else who_is_responsible(entry, on)


def who_is_helped(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Those who see the cases of a structure whose access a person gave, changed or took back."""
    if entry.cause_id or entry.data["part"] not in MANAGED:
        return NOBODY
    return holders_of(entry.structure, "view_structure_cases", on)


def who_answers_for_case(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The professional responsible; when nobody is named, those who see the cases of the structure or its desk."""
    people = who_is_responsible(entry, on)
    if entry.case is None or people.exists():
        return people
    structure = entry.case.responsible_structure
    return holders_of(structure, "view_structure_cases", on) | holders_of(structure, "pilot_action", on)


def who_is_named(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The person whom the act names."""
    return User.objects.filter(pk=entry.data.get("user") or entry.data.get("to"))


def who_is_named_alone(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Not for what is part of an act that is told as a whole: many cases handed over, a change of role."""
    return NOBODY if _is_part(entry) else who_is_named(entry, on)


def who_takes_up(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Not whom the case itself is given to: he is told of that."""
    with_its_case = any(cause.kind == "professional.assigned" for cause in _two_causes(entry))
    return NOBODY if with_its_case else who_is_named_alone(entry, on)


def _is_part(entry: JournalEntry) -> bool:
    """Of an act that is told as a whole, or a consequence of such a part."""
    return any(cause.kind in TOLD_AS_A_WHOLE for cause in _two_causes(entry))


def _two_causes(entry: JournalEntry) -> list[JournalEntry]:
    """What it follows from, and what that follows from."""
    causes = [entry.cause, entry.cause.cause] if entry.cause else []
    return [cause for cause in causes if cause]


def changed_member(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Whom somebody makes a member or no longer one; not those whom the tool itself installs."""
    return who_is_named_alone(entry, on) if entry.actor_id else NOBODY


def who_is_invited(entry: JournalEntry, on: date) -> QuerySet[User]:
    """As long as the invitation waits."""
    waiting = Invitation.objects.waiting().filter(pk=entry.data["invitation"])
    return User.objects.filter(pk__in=waiting.values("user_id"))


def who_confirms(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The other administrators, as long as the nomination waits."""
    waiting = Nomination.objects.waiting().filter(pk=entry.data["nomination"], structure=entry.structure)
    found = waiting.select_related("structure").first()
    if found is None:
        return NOBODY
    holding = members.administrator_memberships(found.structure.territory, on=on)
    return User.objects.filter(pk__in=holding.values("user_id"))


def who_watches_emergency(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The managers of the structure, and the officers of both controllers."""
    if entry.structure is None or entry.case is None:
        return NOBODY
    return permissions.watchers_of(entry.structure, entry.case, at=on)


def who_reviews_structure(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The officers of its controller."""
    return permissions.officers_of(entry.structure, at=on) if entry.structure else NOBODY


def who_manages_all_members(entry: JournalEntry, on: date) -> QuerySet[User]:
    return holders_of(entry.structure, "manage_members", on)


def who_watches_account(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The person; the officers and the administrators of the territories where he works."""
    own = Membership.objects.active(on).filter(user=entry.data["user"]).values("structure__territory")
    watching = Membership.objects.active(on).filter(
        role__in=(Role.DPO, Role.ADMINISTRATOR), structure__territory__in=own
    )
    return User.objects.filter(Q(pk=entry.data["user"]) | Q(pk__in=watching.values("user_id")))


def who_answers_for_installation(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Its administrators, and the officers of the services of every territory."""
    held = Membership.objects.active(on).exclude(structure__kind__in=CLAIMANT_KINDS)
    first = Q(role=Role.ADMINISTRATOR, structure__territory__in=permissions.first_territory())
    return User.objects.filter(pk__in=held.filter(Q(role=Role.DPO) | first).values("user_id"))


def who_answers_access(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The administrators of the territory, as long as the request waits."""
    waiting = AccessRequest.objects.waiting().filter(pk=entry.data["request"])
    if entry.structure is None or not waiting.exists():
        return NOBODY
    holding = members.administrator_memberships(entry.structure.territory, on=on)
    return User.objects.filter(pk__in=holding.values("user_id"))


def who_approves_run(entry: JournalEntry, on: date) -> QuerySet[User]:
    """As long as the list waits for its approval."""
    run = RetentionRun.objects.filter(pk=entry.data["run"], state=RetentionRun.State.PROPOSED).first()
    return permissions.approvers_of(run, at=on) if run else NOBODY


def managers_and_officers(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The managers of the structure, and the officers of its body in that territory."""
    if entry.structure is None:
        return NOBODY
    body = Structure.objects.filter(organisation=entry.structure.organisation_id, territory=entry.structure.territory)
    found = set(holders_of(entry.structure, "view_structure_cases", on).values_list("pk", flat=True))
    for service in body:
        found |= set(holders_of(service, "review_traces", on).values_list("pk", flat=True))
    return User.objects.filter(pk__in=found)


def who_gives_after(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Of a departure that one prepares oneself, the managers; of that which a manager prepares, nobody: he acts for them."""
    return who_gives(entry, on) if entry.actor_id == entry.data["user"] else NOBODY


def who_manages_members(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Those of the structure; not the person herself, who is not reached."""
    return holders_of(entry.structure, "manage_members", on).exclude(pk=entry.data["user"])


def given_people(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Those to whom a transfer gives people to follow. It may still be under way when it is told."""
    return User.objects.filter(pk__in=entry.data.get("to", []))


def followed_on_both(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Whoever held a place on either record."""
    rows = Referent.objects.filter(case__in=[entry.case_id, entry.data["other"]])
    ended_now = Q(until=localdate(entry.happened_at), end_reason=Referent.End.MERGED)
    return User.objects.filter(pk__in=rows.filter(Q(until=None, since__isnull=False) | ended_now).values("user"))


def who_fills(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The managers of the structure whose place it is; of the coordinator’s, the pilots of the structures in place."""
    if entry.structure:
        return who_gives(entry, on)
    people = NOBODY
    for part in Participation.objects.active(on).filter(case=entry.case).select_related("structure"):
        people |= holders_of(part.structure, "view_backlog", on) | holders_of(part.structure, "pilot_action", on)
    return people


def away_and_substitutes(entry: JournalEntry, on: date) -> QuerySet[User]:
    return User.objects.filter(Q(pk=entry.data["user"]) | Q(absences_covered=entry.data["absence"]))


def who_is_given_cases(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Who is given several cases; while he is away, those who replace him too."""
    return _with_who_replaces([entry.data["to"]], entry, on)


def who_was_given_cases(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Who was given several cases in an act that is undone; while he is away, those who replace him too."""
    return _with_who_replaces(entry.data.get("to", []), entry, on)


def _with_who_replaces(people: Collection[int], entry: JournalEntry, on: date) -> QuerySet[User]:
    away = Absence.objects.current(on).filter(user__in=people, structure=entry.structure)
    return User.objects.filter(Q(pk__in=people) | Q(absences_covered__in=away))


def who_replaces(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Not the person away, whom the line names too."""
    return User.objects.filter(pk=entry.data["to"])


def who_has_it(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The professional responsible, and whoever may take the steps that wait. Never a landlord."""
    people = who_is_responsible(entry, on)
    waiting = CaseTask.objects.open().filter(case=entry.case).exclude(structure__kind__in=CLAIMANT_KINDS)
    for task in waiting.select_related("structure"):
        owner = User.objects.filter(pk=task.owner_id)
        people |= owner if task.owner_id else holders_of(task.structure, task.right, on)
    return people


def who_follows_procedure(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Not a second time when the landlord’s own words, which moved it, are told."""
    told = entry.cause.cause if entry.cause else None
    return NOBODY if told and told.kind in TELLING else who_has_it_and_managers(entry, on)


def who_has_it_and_managers(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Those, and the managers of the structure that answers for the case."""
    responsible = entry.case.responsible_structure if entry.case else None
    return who_has_it(entry, on) | holders_of(responsible, "view_backlog", on)


def landlord_correspondents(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The correspondents of who manages or owns the dwelling, unless what is done with the household is restricted."""
    if entry.case and permissions.restrictions_of(entry.case.household_id).exists():
        return NOBODY
    tenancy = entry.case.tenancy if entry.case else None
    return holders_of(tenancy.manager or tenancy.landlord, "answer_question", on) if tenancy else NOBODY
