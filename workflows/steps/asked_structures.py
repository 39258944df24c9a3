"""A structure sees a case as long as it is asked to take it. One that was in support is so again when it is not."""

from cases.actions import sharing
from cases.models import JournalEntry, Participation, Structure
from workflows.models import CaseProcess

SUPPORT = "asked_in_support"


def ask_structure(process: CaseProcess, structure: Structure, *, cause: JournalEntry) -> None:
    """Nothing changes for who answers for the case already; who supports it sees no less of it than before."""
    case, turn = process.case, process.turn
    if structure.pk == case.responsible_structure_id:
        return
    current = _current_participation(process, structure)
    process.data[SUPPORT] = bool(current and current.part == Participation.Part.SUPPORT)
    sharing.take_part(
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
    current = _current_participation(process, structure)
    if current is None or structure.pk == case.responsible_structure_id:
        return
    if not process.answer(SUPPORT):
        sharing.end_sharing(case=case, structure=structure, at=turn.at, by=turn.by, cause=cause)
        return
    sharing.take_part(
        case=case,
        structure=structure,
        part=Participation.Part.SUPPORT,
        level=current.level,
        at=turn.at,
        by=turn.by,
        cause=cause,
    )


def _current_participation(process: CaseProcess, structure: Structure) -> Participation | None:
    return Participation.objects.filter(case=process.case_id, structure=structure, until=None).first()
