"""The internal observation that several steps let one write beside their act."""

from typing import NotRequired, TypedDict

from django import forms

from cases.actions import support
from cases.models import JournalEntry
from cases.models.case import Note
from workflows.models import CaseTask


def note_field(help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label="Observation interne",
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )


class NotedAnswers(TypedDict):
    """Of a step whose form has the field above."""

    note: NotRequired[str]


def keep_note(task: CaseTask, text: str | None, *, cause: JournalEntry) -> None:
    """Keep what was written, for the structure that has the ball; nothing when nothing was."""
    turn = task.process.turn
    if text:
        support.write_note(
            case=task.case,
            structure=task.structure,
            author=turn.by,
            text=text,
            visibility=Note.Visibility.INTERNAL,
            at=turn.at,
            cause=cause,
        )
