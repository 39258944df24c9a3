"""A structure sees a case as long as it is asked to take it. What it was before, it is again when it is not."""

from functools import partial

from django.db.models import Exists, OuterRef

from cases.actions import questions, sharing
from cases.actions.objections import end_opposed_access
from cases.actions.purges import is_frozen, is_kept_for_her
from cases.models import Household, JournalEntry, Participation, Structure
from workflows.models import CaseProcess

BEFORE = "part_before_asking"
SUPPORT = "asked_in_support"
"""What a procedure kept before it kept the ground: that the structure was in support."""
Part, Level = Participation.Part, Participation.Level


def ask_structure(process: CaseProcess, structure: Structure, *, cause: JournalEntry) -> None:
    """Nothing changes for who answers for the case already; who supports it sees no less of it than before. An operator of whom
    a question waits sees the card, as any other: the thread of a question does not show what one is asked to take."""
    case, turn = process.case, process.turn
    if structure.pk == case.responsible_structure_id:
        return
    current = sharing.current_part(case, structure)
    returns = current is not None and current.part in (Part.SUPPORT, Part.ANSWERING)
    process.data.pop(SUPPORT, None)
    process.data[BEFORE] = [current.part, current.level, current.basis] if current and returns else None
    take = partial(sharing.change_part, current=current) if current else sharing.begin_part
    take(
        case=case,
        structure=structure,
        part=Part.ASKED,
        level=current.level if current and current.level != Level.THREAD else Level.CARD,
        at=turn.at,
        by=turn.by,
        cause=cause,
    )


def ask_no_more(process: CaseProcess, structure: Structure, *, cause: JournalEntry | None) -> None:
    """It is in support again, unless the person opposed the ground meanwhile: what was shown by it is then destroyed, or
    kept as long as it has to be. It answers the question that still waits."""
    case, turn = process.case, process.turn
    current = sharing.current_part(case, structure)
    if current is None or structure.pk == case.responsible_structure_id:
        return
    legacy = [Part.SUPPORT, current.level, current.basis] if process.answer(SUPPORT) else None
    part, level, basis = process.answer(BEFORE) or legacy or ("", "", "")
    if part == Part.SUPPORT and sharing.is_opposed(case, basis):
        current.basis = basis
        is_kept = is_frozen(case.household_id) or is_kept_for_her(case.household_id)
        end_opposed_access(current, by=turn.by, at=turn.at, cause=cause, is_kept=is_kept)
        return
    if part != Part.SUPPORT:
        if not questions.is_asked(case, structure):
            sharing.end_sharing(case=case, structure=structure, at=turn.at, by=turn.by, cause=cause)
            return
        part, level = Part.ANSWERING, Level.THREAD
    sharing.change_part(
        case=case,
        structure=structure,
        current=current,
        part=part,
        level=level,
        basis=basis,
        at=turn.at,
        by=turn.by,
        cause=cause,
    )


def find_bases_before_asking(household: Household) -> set[str]:
    """The grounds on which structures that a step asks now would be in support of her again: she may oppose these too."""
    asks = Participation.objects.filter(case=OuterRef("case"), part=Part.ASKED, until=None)
    running = CaseProcess.objects.filter(Exists(asks), case__household=household, finished=None)
    kept = running.values_list(f"data__{BEFORE}", flat=True)
    return {basis for part, _, basis in filter(None, kept) if part == Part.SUPPORT}
