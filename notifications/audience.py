"""Which people a journal line concerns: by function, never a fixed person, and never its author.

Every journal kind is either here or in `SILENT`; a test asks it.
"""

from collections.abc import Callable
from datetime import date

from django.db.models import Exists, Q, QuerySet
from django.utils.timezone import localdate

from cases import permissions
from cases.acting import absences_of_rows
from cases.actions import members
from cases.actions.partners import MANAGED
from cases.models import (
    Absence,
    Assignment,
    CaseKind,
    ContactAttempt,
    Coordination,
    DeadlineRule,
    Invitation,
    JournalEntry,
    Nomination,
    Participation,
    Question,
    Referent,
    Structure,
    User,
)
from cases.models.structures import CLAIMANT_KINDS
from cases.rules.procedures import PROCEDURES
from notifications.models import Reminder
from notifications.reminder_rules import Function
from workflows.models import CaseTask, ImportRow
from workflows.queries.court_acts import TELLING

Audience = Callable[[JournalEntry, date], QuerySet[User]]


def _who_may_answer(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Those of the structure asked who can accept or decline."""
    return _holders(entry.structure, "answer_routing", on)


def _who_may_answer_alone(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Not for the cases that an import brings together: the lot is told once (`lot.received`)."""
    if _is_part(entry) or ImportRow.objects.filter(decision=entry.data["decision"]).exists():
        return User.objects.none()
    return _who_may_answer(entry, on)


def _pilots(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Those of the action of which the case is."""
    return (
        _pilots_at(entry.case.territory, PROCEDURES[entry.case.kind].pilot, on=on)
        if entry.case
        else User.objects.none()
    )


def _pilots_of_routing(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Of the two actions whose cases a table sends to the structure: what it decides changes where they go."""
    tables = [each.pilot for each in PROCEDURES.values() if each.routing]
    return _pilots_at(entry.structure.territory, *tables, on=on) if entry.structure else User.objects.none()


def _responsible(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The professional responsible for the case in the structure that answers for it."""
    if entry.case is None:
        return User.objects.none()
    assigned = Assignment.objects.active(on).filter(case=entry.case, structure=entry.case.responsible_structure_id)
    return User.objects.filter(pk__in=assigned.values("user_id"))


def _who_is_late(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Of a delay that is over: whoever had to act. Following a person, each structure has its own."""
    if entry.case is None or entry.case.kind != CaseKind.COORDINATION:
        return _responsible_and_asker(entry, on)
    who = DeadlineRule.objects.filter(deadlines=entry.data["deadline"]).values_list("who", flat=True).first()
    if who == "structure":
        return _holders(entry.structure, "view_backlog", on) | _pilots(entry, on)
    if who == "coordinator":
        asked = Coordination.objects.filter(case=entry.case, state__in=["proposed", *Coordination.HOLDING])
        return User.objects.filter(pk__in=asked.values("referent__user"))
    followed = Referent.objects.filter(case=entry.case, structure=entry.structure)
    return User.objects.filter(pk__in=(followed.current() | followed.proposed()).values("user"))


def _responsible_and_asker(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Of a delay that is over: if it was an operator’s, whoever asked waits for the answer too."""
    asked = Question.objects.filter(deadlines=entry.data["deadline"]).values("asked_by")
    return _responsible(entry, on) | User.objects.filter(pk__in=asked)


def _responsible_and_named(entry: JournalEntry, on: date) -> QuerySet[User]:
    return _responsible(entry, on) | _named_person(entry, on)


def _who_is_asked(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The correspondents of the service, as long as the question waits."""
    waiting = Question.objects.filter(pk=entry.data["question"], state=Question.State.ASKED)
    return _holders(entry.structure, "answer_question", on) if waiting.exists() else User.objects.none()


def _operator_and_pilots(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Who can do something about a cause that comes back: numbers only."""
    people = _holders(entry.structure, "answer_question", on)
    if entry.structure:
        people |= _pilots_at(entry.structure.territory, PROCEDURES[CaseKind.OVERPAYMENT].pilot, on=on)
    return people


def _responsible_elsewhere(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Of a case whose household the counter of another structure met; what one’s own structure tries, it knows."""
    is_own = entry.case is None or entry.structure_id == entry.case.responsible_structure_id
    if is_own or entry.data["channel"] != ContactAttempt.Channel.DESK:
        return User.objects.none()
    return _responsible(entry, on)


def _responsible_if_shared(entry: JournalEntry, on: date) -> QuerySet[User]:
    """What a structure keeps to itself is told to nobody."""
    return _responsible(entry, on) if entry.data["visibility"] == "shared" else User.objects.none()


def _who_added_it(entry: JournalEntry, on: date) -> QuerySet[User]:
    return User.objects.filter(documents=entry.data["document"])


def _responsible_unless_told(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Two households that come together with the records of a person are told with her."""
    cause = entry.cause
    told = cause is not None and cause.kind == "person.merged"
    return User.objects.none() if told else _responsible(entry, on)


def _who_gives(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Those of the structure who can give what waits to somebody."""
    return _holders(entry.structure, "view_backlog", on)


def _supporting(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Those who see the cases of a structure whose access a person gave, changed or took back."""
    if entry.cause_id or entry.data["part"] not in MANAGED:
        return User.objects.none()
    return _holders(entry.structure, "view_structure_cases", on)


def _who_answers(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The professional responsible; when nobody is named, those who see the cases of the structure or its desk."""
    people = _responsible(entry, on)
    if entry.case is None or people.exists():
        return people
    structure = entry.case.responsible_structure
    return _holders(structure, "view_structure_cases", on) | _holders(structure, "pilot_action", on)


def _named_person(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The person whom the act names."""
    return User.objects.filter(pk=entry.data.get("user") or entry.data.get("to"))


def _named_alone(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Not for what is part of an act that is told as a whole: many cases handed over, a change of role."""
    return User.objects.none() if _is_part(entry) else _named_person(entry, on)


def _is_part(entry: JournalEntry) -> bool:
    """Of an act that is told as a whole, or a consequence of such a part."""
    causes = [entry.cause, entry.cause.cause] if entry.cause else []
    return any(cause.kind in TOLD_AS_A_WHOLE for cause in causes if cause)


def _changed_member(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Whom somebody makes a member or no longer one; not those whom the tool itself installs."""
    return _named_alone(entry, on) if entry.actor_id else User.objects.none()


def _invited(entry: JournalEntry, on: date) -> QuerySet[User]:
    """As long as the invitation waits."""
    waiting = Invitation.objects.waiting().filter(pk=entry.data["invitation"])
    return User.objects.filter(pk__in=waiting.values("user_id"))


def _who_confirms(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The other administrators, as long as the nomination waits."""
    waiting = Nomination.objects.waiting().filter(pk=entry.data["nomination"], structure=entry.structure)
    found = waiting.select_related("structure").first()
    if found is None:
        return User.objects.none()
    return User.objects.filter(
        pk__in=members.administrator_memberships(found.structure.territory, on=on).values("user_id")
    )


def _who_manages(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Those who manage the members of the structure; not the person herself, who is not reached."""
    return _holders(entry.structure, "manage_members", on).exclude(pk=entry.data["user"])


def _given_people(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Those to whom a transfer gives people to follow. It may still be under way when it is told."""
    return User.objects.filter(pk__in=entry.data.get("to", []))


def _asked_to_coordinate(entry: JournalEntry, on: date) -> QuerySet[User]:
    return User.objects.filter(pk=entry.data["user"])


def _followed_on_both(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Whoever held a place on either record."""
    rows = Referent.objects.filter(case__in=[entry.case_id, entry.data["other"]])
    ended_now = Q(until=localdate(entry.happened_at), end_reason=Referent.End.MERGED)
    return User.objects.filter(pk__in=rows.filter(Q(until=None, since__isnull=False) | ended_now).values("user"))


def _pilots_of_desk(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Of the desk that is asked to choose."""
    return _holders(entry.structure, "pilot_action", on)


def _who_fills(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The managers of the structure whose place it is; of the coordinator’s, the pilots of the structures in place."""
    if entry.structure:
        return _holders(entry.structure, "view_backlog", on)
    people = User.objects.none()
    for part in Participation.objects.active(on).filter(case=entry.case).select_related("structure"):
        people |= _holders(part.structure, "view_backlog", on) | _holders(part.structure, "pilot_action", on)
    return people


def _absent_person(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Whoever is said to be away."""
    return User.objects.filter(pk=entry.data["user"])


def _away_and_substitutes(entry: JournalEntry, on: date) -> QuerySet[User]:
    return User.objects.filter(Q(pk=entry.data["user"]) | Q(absences_covered=entry.data["absence"]))


def _who_is_given_cases(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Who is given several cases; while he is away, those who replace him too."""
    away = Absence.objects.current(on).filter(user=entry.data["to"], structure=entry.structure)
    return User.objects.filter(Q(pk=entry.data["to"]) | Q(absences_covered__in=away))


def _substitute(entry: JournalEntry, on: date) -> QuerySet[User]:
    return User.objects.filter(pk=entry.data["to"])


def _who_has_it(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The professional responsible, and whoever may take the steps that wait. Never a landlord."""
    people = _responsible(entry, on)
    waiting = CaseTask.objects.open().filter(case=entry.case).exclude(structure__kind__in=CLAIMANT_KINDS)
    for task in waiting.select_related("structure"):
        people |= User.objects.filter(pk=task.owner_id) if task.owner_id else _holders(task.structure, task.right, on)
    return people


def _who_follows_the_procedure(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Not a second time when the landlord’s own words, which moved it, are told."""
    told = entry.cause.cause if entry.cause else None
    if told and told.kind in TELLING:
        return User.objects.none()
    return _who_has_it_and_managers(entry, on)


def _who_has_it_and_managers(entry: JournalEntry, on: date) -> QuerySet[User]:
    """Those, and the managers of the structure that answers for the case."""
    responsible = entry.case.responsible_structure if entry.case else None
    return _who_has_it(entry, on) | _holders(responsible, "view_backlog", on)


def _landlord_correspondents(entry: JournalEntry, on: date) -> QuerySet[User]:
    """The correspondents of who manages or owns the dwelling."""
    if entry.case is None or entry.case.tenancy is None:
        return User.objects.none()
    tenancy = entry.case.tenancy
    return _holders(tenancy.manager or tenancy.landlord, "answer_question", on)


def _reminded_people(entry: JournalEntry, on: date) -> QuerySet[User]:
    """By the functions that the rule names: those who see the case; of a landlord, who sees its report. Nobody, if what had to be done was done, or dated anew, in between."""
    read = Reminder.objects.select_related("rule", "deadline", "task__structure")
    reminder = read.get(pk=entry.data["reminder"])
    if not (entry.case and entry.case.is_open and reminder.is_to_be_told):
        return User.objects.none()
    rule = reminder.rule_definition
    to = rule.escalation.to if rule.escalation and reminder.escalates else rule.to
    step = reminder.task or CaseTask.objects.open().filter(deadlines=reminder.deadline_id).first()
    people = User.objects.none()
    for function in to:
        people |= REMINDED[function](entry, step, on)
    seen = permissions.who_sees(entry.case, at=on)
    if Function.CORRESPONDENT in to:  # of their own delays, and they see no case (`reminder_rules`)
        return people
    if Function.LANDLORD in to:
        return people.filter(
            Q(pk__in=seen.values("pk")) | Q(pk__in=_landlords_of_reports(entry, step, on).values("pk"))
        )
    return people.filter(pk__in=seen.values("pk"))


def _landlords_of_reports(entry: JournalEntry, step: CaseTask | None, on: date) -> QuerySet[User]:
    """The correspondents who follow a report of the case: they read that page, and never the case."""
    return permissions.landlords_of(entry.case, at=on) if entry.case else User.objects.none()


def _operator_correspondents(entry: JournalEntry, step: CaseTask | None, on: date) -> QuerySet[User]:
    """Those of the service of an operator, as long as the question whose delay it is waits."""
    waiting = Question.objects.filter(deadlines=entry.data.get("deadline"), state=Question.State.ASKED)
    return _holders(entry.structure, "answer_question", on) if waiting.exists() else User.objects.none()


def _referents(entry: JournalEntry, step: CaseTask | None, on: date) -> QuerySet[User]:
    """Whoever follows the household in each structure that takes part; the managers of one whose people are all away."""
    parts = Participation.objects.active(on).filter(case=entry.case)
    named = Assignment.objects.active(on).filter(case=entry.case, structure__in=parts.values("structure"))
    here = named.filter(~Exists(absences_of_rows(on=on, user="user")))
    people = User.objects.filter(pk__in=here.values("user"))
    left = named.exclude(structure__in=here.values("structure"))
    for structure in Structure.objects.filter(pk__in=left.values("structure")):
        people |= _holders(structure, "view_backlog", on)
    return people


def _at_work(entry: JournalEntry, step: CaseTask | None, on: date) -> QuerySet[User]:
    """Who does it that day: whoever has the step, or is responsible, or replaces them. When all are away, the managers."""
    assigned = Assignment.objects.active(on).filter(~Exists(absences_of_rows(on=on, user="user")), case=entry.case)
    if step and step.owner_id:
        instead = assigned.substitutes().filter(structure=step.structure, replaces=step.owner_id)
        is_away = Absence.objects.current(on).filter(structure=step.structure, user=step.owner_id).exists()
        people = User.objects.filter(Q(pk__in=instead.values("user")) | Q(pk=None if is_away else step.owner_id))
    else:
        here = assigned.filter(structure=entry.case.responsible_structure_id) if entry.case else assigned.none()
        people = User.objects.filter(pk__in=here.values("user"))
    return people if people.exists() else _managers(entry, step, on)


def _who_may_take(entry: JournalEntry, step: CaseTask | None, on: date) -> QuerySet[User]:
    if step is None:
        return _managers(entry, step, on)
    if step.owner_id:
        return _at_work(entry, step, on)
    return _holders(step.structure, step.right, on)


def _managers(entry: JournalEntry, step: CaseTask | None, on: date) -> QuerySet[User]:
    """Of the structure that must act; of the one that answers for the case, when a landlord must."""
    acting = entry.structure
    if (acting is None or acting.is_claimant) and entry.case:
        acting = entry.case.responsible_structure
    return _holders(acting, "view_backlog", on)


def _who_pilots(entry: JournalEntry, step: CaseTask | None, on: date) -> QuerySet[User]:
    return _pilots(entry, on)


REMINDED: dict[Function, Callable[[JournalEntry, CaseTask | None, date], QuerySet[User]]] = {
    Function.RESPONSIBLE: _at_work,
    Function.INBOX: _who_may_take,
    Function.MANAGER: _managers,
    Function.PILOT: _who_pilots,
    Function.REFERENT: _referents,
    Function.LANDLORD: _landlords_of_reports,
    Function.CORRESPONDENT: _operator_correspondents,
}


def _holders(structure: Structure | None, right: str, on: date) -> QuerySet[User]:
    return permissions.colleagues_with_right(structure, right, at=on) if structure else User.objects.none()


def _pilots_at(territory: str, *kinds: str, on: date) -> QuerySet[User]:
    people = User.objects.none()
    for desk in Structure.objects.filter(kind__in=kinds, territory=territory, is_active=True):
        people |= _holders(desk, "pilot_action", on)
    return people


TOLD_AS_A_WHOLE = frozenset(
    {
        "case.handed_over",
        "work.returned",
        "membership.changed",
        "sharing.accepted",
        "lot.answered",
        "referents.handed_over",
        "referents.taken_back",
        "tasks.given",
        "tasks.taken_back",
    }
)
"""Acts whose parts are not told one by one."""

AUDIENCES: dict[str, Audience] = {
    "step.routed": _who_may_answer_alone,
    "lot.received": _who_may_answer,
    "step.declined": _responsible,
    "step.time_asked": _who_answers,
    "step.unanswered": _pilots,
    "step.arbitrated": _responsible,
    "task.escalated": _who_gives,
    "reminder.due": _reminded_people,
    "task.given": _named_alone,
    "tasks.given": _given_people,
    "tasks.taken_back": _given_people,
    "task.reminded": _named_person,
    "professional.assigned": _named_alone,
    "professional.released": _named_alone,
    "cases.handed_over": _who_is_given_cases,
    "absence.declared": _absent_person,
    "absence.changed": _away_and_substitutes,
    "absence.ended": _away_and_substitutes,
    "absence.covered": _substitute,
    "absence.uncovered": _who_gives,
    "capacity.suspended": _pilots_of_routing,
    "capacity.changed": _pilots_of_routing,
    "capacity.resumed": _pilots_of_routing,
    "work.returned": _who_gives,
    "membership.started": _changed_member,
    "membership.ended": _changed_member,
    "membership.changed": _named_person,
    "membership.prolonged": _named_person,
    "address.failing": _who_manages,
    "invitation.sent": _invited,
    "nomination.asked": _who_confirms,
    "plan.proposed": _landlord_correspondents,
    "plan.answered": _responsible,
    "debt.cleared": _responsible,
    "referent.proposed": _named_alone,
    "referent.declined": _who_gives,
    "referent.change_asked": _who_gives,
    "referents.handed_over": _given_people,
    "referents.taken_back": _given_people,
    "coordination.united": _followed_on_both,
    "place.vacant": _who_fills,
    "coordinator.proposed": _asked_to_coordinate,
    "coordinator.declined": _who_fills,
    "coordinator.to_choose": _pilots_of_desk,
    "coordination.objected": _who_fills,
    "tenancy.ended": _responsible,
    "deadline.missed": _who_is_late,
    "deadline.unanswered": _responsible,
    "document.added": _responsible_if_shared,
    "document.infected": _who_added_it,
    "sharing.asked": _who_answers,
    "sharing.accepted": _named_person,
    "sharing.declined": _named_person,
    "sharing.started": _supporting,
    "sharing.changed": _supporting,
    "sharing.ended": _supporting,
    "case.reopened": _responsible,
    "person.merged": _responsible,
    "person.unmerged": _responsible,
    "household.merged": _responsible_unless_told,
    "household.unmerged": _responsible,
    "case.made_urgent": _who_has_it,
    "contact.attempted": _responsible_elsewhere,
    "appointment.made": _named_person,
    "appointment.moved": _named_person,
    "appointment.cancelled": _named_person,
    "track.moved": _who_follows_the_procedure,
    "order.announced": _who_has_it_and_managers,
    "order.called_off": _who_has_it_and_managers,
    "court_act.declared": _who_has_it_and_managers,
    "routing.reviewed": _who_may_answer,
    "case.rerouted": _who_may_answer,
    "case.put_back": _who_may_answer,
    "question.asked": _who_is_asked,
    "question.answered": _responsible_and_named,
    "cause.alerted": _operator_and_pilots,
}

SILENT = frozenset(
    {
        "address.retried",
        "absence.split",
        "appointment.given",
        "appointment.kept",
        "appointment.missed",
        "calendar.closed",
        "calendar.opened",
        "case.opened",
        "case.closed",
        "case.handed_over",
        "case.made_ordinary",
        "closure.added",
        "closure.removed",
        "committee.commented",
        "committee.published",
        "commission.closed",
        "commission.opened",
        "contact.taken_up",
        "diagnosis.begun",
        "diagnosis.dropped",
        "diagnosis.made",
        "document.voided",
        "edition.drafted",
        "edition.dropped",
        "edition.published",
        "edition.withdrawn",
        "export.downloaded",
        "fact.recorded",
        "figures.asked",
        "file.imported",
        "import.undone",
        "invitation.declined",
        "invitation.withdrawn",
        "nomination.confirmed",
        "nomination.withdrawn",
        "landlord.settings_changed",
        "letter.made",
        "line.closed",
        "line.fraud_corrected",
        "line.withholding_checked",
        "line.answered",
        "line.next_decided",
        "line.not_opposed",
        "line.opposed",
        "line.sent",
        "line.signed",
        "line.unanswered",
        "line.way_chosen",
        "line.withdrawn",
        "list.exported",
        "lot.answered",
        "letter.sent",
        "mapping.changed",
        "mapping.forgotten",
        "measure.decided",
        "measure.updated",
        "member.left",
        "member.placed",
        "milestone.recorded",
        "milestone.withdrawn",
        "movement.corrected",
        "movement.recorded",
        "note.written",
        "notice.checked",
        "notice.recorded",
        "person.corrected",
        "person.informed",
        "person.recorded",
        "person.told_apart",
        "plan.checked",
        "plan.ended",
        "plan.resumed",
        "question.withdrawn",
        "coordination.allowed",
        "coordinator.accepted",
        "coordinator.agreed",
        "coordinator.ended",
        "coordinator.resumed",
        "referent.carried_over",
        "legal_referent.recorded",
        "place.filled",
        "place.given_up",
        "referent.accepted",
        "referent.ended",
        "referent.informed",
        "referent.reviewed",
        "referent.withdrawn",
        "rent.recorded",
        "report.made",
        "routing.put_back",
        "routing.replayed",
        "sharing.withdrawn",
        "statement.recorded",
        "step.accepted",
        "step.dsf_sent",
        "step.lines_closed",
        "step.monitored",
        "step.planned",
        "step.qualified",
        "stock.pace_set",
        "stock.released",
        "structure.asked",
        "substitute.dated",
        "substitute.named",
        "substitute.released",
        "subject_request.answered",
        "subject_request.extended",
        "subject_request.recorded",
        "subject_request.withdrawn",
        "label.created",
        "label.put",
        "label.renamed",
        "label.retired",
        "label.taken_off",
        "task.freed",
        "task.returned",
        "view.changed",
        "view.deleted",
        "view.saved",
        "task.set_aside",
        "task.set_back",
        "tasks.labelled",
        "tasks.reminded",
        "tasks.set_aside",
        "tasks.unlabelled",
        "watch.forgotten",
        "tenancy.recorded",
        "tenancy.updated",
    }
)
"""Written in the timeline, told to nobody."""


WITHOUT_CASE = frozenset({"sharing.declined", "question.asked"})
"""Told without a word of the case, not even its number: their reader knows that it exists, or a question about it, and
nothing more."""

UNSEEN = WITHOUT_CASE | {
    "plan.proposed", "professional.released", "sharing.ended", "routing.reviewed", "case.rerouted", "case.put_back",
    "appointment.cancelled",
    "referent.proposed", "coordination.united",
}  # fmt: skip
"""Told to a landlord, who sees his report, to those who see the case no longer: that is what they are told; or not yet:
who is proposed as a référent sees nothing before he accepts."""


def find_audience(entry: JournalEntry, *, on: date) -> QuerySet[User]:
    """Who is told of this line: active people, its author excepted, and of a case only those who see it.

    What concerns a person away on a case concerns whoever does his work there that day.
    """
    find = AUDIENCES.get(entry.kind)
    if find is None:
        return User.objects.none()
    people = find(entry, on)
    if entry.case_id:
        replacing = Assignment.objects.substitutes().active(on).filter(case=entry.case_id, replaces__in=people)
        people = User.objects.filter(Q(pk__in=people.values("pk")) | Q(pk__in=replacing.values("user")))
    people = people.filter(is_active=True).exclude(pk=entry.actor_id or 0).distinct()
    if entry.case is None or entry.kind in UNSEEN or find is _reminded_people:
        return people
    return people.filter(pk__in=permissions.who_sees(entry.case, at=on).values("pk"))
