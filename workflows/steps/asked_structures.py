"""A structure sees a case as long as it is asked to take it. One that was in support is so again when it is not."""

from functools import partial

from cases.actions import sharing
from cases.models import JournalEntry, Participation, Structure
from workflows.models import CaseProcess

SUPPORT = "asked_in_support"


def ask_structure(process: CaseProcess, structure: Structure, *, cause: JournalEntry) -> None:
    """Nothing changes for who answers for the case already; who supports it sees no less of it than before."""
    case, turn = process.case, process.turn
    if structure.pk == case.responsible_structure_id:
        return
    current = sharing.current_part(case, structure)
    process.data[SUPPORT] = bool(current and current.part == Participation.Part.SUPPORT)
    take = partial(sharing.change_part, current=current) if current else sharing.begin_part
    take(
        case=case,
        structure=structure,
        part=Participation.Part.ASKED,
        level=current.level if current else Participation.Level.CARD,
        at=turn.at,
        by=turn.by,
        cause=cause,
    )


def ask_no_more(process: CaseProcess, structure: Structure, *, cause: JournalEntry | None) -> None:
    case, turn = process.case, process.turn
    current = sharing.current_part(case, structure)
    if current is None or structure.pk == case.responsible_structure_id:
        return
    if not process.answer(SUPPORT):
        sharing.end_sharing(case=case, structure=structure, at=turn.at, by=turn.by, cause=cause)
        return
    sharing.change_part(
        case=case,
        structure=structure,
        current=current,
        part=Participation.Part.SUPPORT,
        level=current.level,
        at=turn.at,
        by=turn.by,
        cause=cause,
    )
