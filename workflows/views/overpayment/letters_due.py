"""The letters that the step of a line asks for now."""

from collections.abc import Iterable

from workflows.models import CaseTask


def chosen_letters(waiting: Iterable[CaseTask]) -> dict[str, str]:
    """Option → letter of the ways that were chosen, while they are prepared or sent: of the open steps of a line."""
    task = next((each for each in waiting if each.node in ("prepare", "send")), None)
    return (task.process.answer("letters") or {}) if task else {}
