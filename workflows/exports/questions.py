"""The questions that wait at a service as a file that whoever never signs in fills in: what their page shows of each, no more."""

import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from cases import journal
from cases.models import Question, Structure, User
from cases.rules.answer_files import KEY, MOST, TO_FILL
from cases.rules.questions import SHARED
from workflows.exports.jobs import CannotExport
from workflows.exports.sheets import write_sheet
from workflows.lists.base import Column, ColumnKind, Line
from workflows.queries.questions import build_shown_questions, shared_fields_of, with_all, words_on

CODE = "questions"
NOT_SHARED = "non partagé"
"""In place of what who asked did not share: an empty cell would be read as what nobody knows."""
COLUMNS = (
    Column(title=KEY, width=38),
    Column(title="Question"),
    Column(title="Posée le", kind=ColumnKind.DATE),
    Column(title="Réponse attendue le", kind=ColumnKind.DATE),
    *(Column(title=label) for label in SHARED.values()),
    Column(title="Précision de la question"),
    Column(title="Réponses possibles"),
    *(Column(title=label) for label in TO_FILL),
)


@transaction.atomic
def export_questions(*, waiting: QuerySet[Question], structure: Structure, by: User, at: datetime) -> IO[bytes]:
    """Those that wait at a service, the oldest first: `waiting`, as the reader’s door gives them. Refuses (`CannotExport`) when
    none waits. The journal says how many, never which."""
    today = localdate(at)
    found = list(with_all(waiting.filter(structure=structure)).order_by("asked_at", "pk")[:MOST])
    if not found:
        raise CannotExport("Aucune question n’attend de réponse : il n’y a rien à télécharger.")
    journal.record("list.exported", at=at, by=by, structure=structure, list=CODE, format="csv", rows=len(found))
    out = tempfile.TemporaryFile()  # noqa: SIM115  # the answer that sends it closes it
    heading = f"{structure} : questions qui attendent une réponse, le {today:%d/%m/%Y}"
    write_sheet(out, _lines_of(found, structure, on=today), file_type="csv", heading=heading, columns=COLUMNS)
    out.seek(0)
    return out


def _lines_of(found: list[Question], structure: Structure, *, on: date) -> Iterator[Line]:
    words, fields = words_on(on, territory=structure.territory), shared_fields_of(found)
    for shown in build_shown_questions(found, words=words, on=on):
        question = shown.question
        shared = dict(fields[question.pk])
        yield (
            str(question.public_id),
            shown.title,
            localdate(question.asked_at),
            shown.due_on,
            *(_without_fine_spaces(shared.get(label, NOT_SHARED)) for label in SHARED.values()),
            shown.asked,
            " / ".join(each.label for each in words.answers_to(question.kind)),
            *("" for _ in TO_FILL),
        )


def _without_fine_spaces(text: str) -> str:
    """Whoever fills the file in may have an old spreadsheet, whose code page has none."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")
