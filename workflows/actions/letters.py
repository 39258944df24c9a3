"""The sending of a letter: it may count as an attempt to reach the household, or be a dated fact of an overpayment."""

from datetime import date, datetime

from django.db import transaction

from cases import journal
from cases.actions import letters
from cases.actions.lines import LawOfTheDay, facts_of
from cases.locks import lock_case
from cases.models import DebtLine, JournalEntry, Letter, Milestone, User
from cases.refusals import Refusal
from cases.rules.debt_line_rows import Option
from cases.rules.debt_lines import load_machine
from cases.rules.line_letters import read_line_letters
from workflows import engine
from workflows.actions import milestones
from workflows.actions.milestones import may_record
from workflows.models import CaseTask
from workflows.steps import way_facts

AWAIT = "await_answer"
CONTACT = "contact"
OPPOSE, OPPOSED = "oppose", "constraint_opposed"
SENDS = ("prepare", "send", OPPOSE)


def waiting_contact(letter: Letter, *, by: User, at: datetime) -> CaseTask | None:
    """The step that waits for an attempt to reach the household, if this person may take it."""
    task = CaseTask.objects.open().of_case(letter.case).filter(node=CONTACT).first()
    return task if task and engine.may_act(by, task, at=at) else None


def fact_of(letter: Letter) -> str:
    """The dated fact of its line that its sending is, if any."""
    if letter.line is None:
        return ""
    text = read_line_letters(letter.edition.parameters).letters.get(letter.kind)
    return text.counts_as if text else ""


def step_that_sends(letter: Letter) -> CaseTask | None:
    """The step that has this letter signed or sent: it records the sending itself, with all that follows."""
    if letter.line is None:
        return None
    for task in CaseTask.objects.open().filter(process__debt=letter.line.debt_id, node__in=SENDS):
        opposes = task.node == OPPOSE and fact_of(letter) == OPPOSED
        if opposes or letter.kind in (task.process.answer("letters") or {}).values():
            return task
    return None


def _keep_fact(
    letter: Letter, line: DebtLine, kind: str, *, on: date, by: User, at: datetime, cause: JournalEntry
) -> None:
    milestones.record(
        case=letter.case,
        debt=line.debt,
        context=LawOfTheDay(on=on, territory=letter.case.territory).context_of(line),
        kind=kind,
        happened_on=on,
        known=Milestone.Known.PROVED if letter.is_proved else Milestone.Known.DECLARED,
        by=by,
        at=at,
        cause=cause,
    )


def _way_of(letter: Letter, line: DebtLine, fact: str, *, on: date) -> Option | None:
    """The way that this letter asks for, if it is answered; of two that share a letter, the one that is open."""
    law = LawOfTheDay(on=on, territory=letter.case.territory)
    codes, mediates = law.remedy_for(line).letters, law.has_mediator_first(line)
    ways = []
    for option in load_machine().options.values():
        facts = way_facts.facts_of(option.code, mediates=mediates)
        if codes.get(option.letter, option.letter) == letter.kind and facts.sent == fact and facts.is_answered:
            ways.append(option)
    if len(ways) > 1:
        standing = law.standing_of_line(line, facts_of([line])[line.debt_id])
        ways = [way for way in ways if standing.find_possible(way.code)] or ways
    return ways[0] if ways else None


def _await_answer(line: DebtLine, way: Option, *, by: User, at: datetime, cause: JournalEntry) -> None:
    """A demand that leaves once the step has gone on: its answer is awaited beside the others."""
    facts = way_facts.FACTS[way.code]
    for task in CaseTask.objects.open().filter(process__debt=line.debt_id, node=AWAIT).select_related("process__case"):
        process = task.process
        awaits, titles = process.answer("awaits") or [], process.answer("titles") or {}
        if any(way_facts.FACTS.get(each) == facts for each in awaits):
            continue
        process.data |= {"awaits": [*awaits, way.code], "titles": {**titles, way.code: way.title}}
        process.save(update_fields=["data"])
        journal.record(
            "line.awaits",
            at=at,
            case=process.case,
            by=by,
            structure=process.case.responsible_structure,
            cause=cause,
            line=line.pk,
            way=way.code,
        )


@transaction.atomic
def record_sending(
    *, letter: Letter, means: str, sent_on: date, by: User, at: datetime, attempt: str = ""
) -> JournalEntry:
    """`attempt`: the channel under which it also counts as an attempt, without an answer so far.

    Refuses (`LetterAlreadySent`) a second time, and whatever the step refuses.
    """
    lock_case(letter.case_id)
    entry = letters.record_sending(letter=letter, means=means, sent_on=sent_on, by=by, at=at)
    fact = fact_of(letter)
    if letter.line and fact and may_record(by, letter.case, at=at):
        way = _way_of(letter, letter.line, fact, on=sent_on)
        _keep_fact(letter, letter.line, fact, on=sent_on, by=by, at=at, cause=entry)
        is_new = entry.consequences.filter(kind="milestone.recorded", data__code=fact, data__corrects=None).exists()
        if way and is_new:
            _await_answer(letter.line, way, by=by, at=at, cause=entry)
    if attempt:
        task = waiting_contact(letter, by=by, at=at)
        if task is None:
            raise Refusal("Ce dossier n’attend plus de tentative de contact : enregistrer l’envoi seul.")
        data = {"result": "again", "channel": attempt, "made_on": sent_on, "informed_by": "", "turn": None}
        engine.complete(task, by=by, at=at, data=data, cause=entry)
    return entry
