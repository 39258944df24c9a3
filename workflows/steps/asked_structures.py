"""A structure sees a case as long as it is asked to take it. What it was before, it is again when it is not."""

from functools import partial

from cases.actions import case as cases, partners, questions, sharing
from cases.models import JournalEntry, Participation, Structure
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
    """It is in support again, unless the person opposed the ground meanwhile; or answers the question that still waits."""
    case, turn = process.case, process.turn
    current = sharing.current_part(case, structure)
    if current is None or structure.pk == case.responsible_structure_id:
        return
    legacy = [Part.SUPPORT, current.level, current.basis] if process.answer(SUPPORT) else None
    part, level, basis = process.answer(BEFORE) or legacy or ("", "", "")
    is_over = part == Part.ANSWERING and not questions.is_asked(case, structure)
    is_opposed = part == Part.SUPPORT and partners.is_opposed(case, basis)
    if not part or is_over or is_opposed:
        entry = sharing.end_sharing(case=case, structure=structure, at=turn.at, by=turn.by, cause=cause)
        if is_opposed:
            cases.release_all(case=case, structure=structure, at=turn.at, by=turn.by, cause=entry)
        return
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
