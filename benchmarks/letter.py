"""Measures how long a letter takes: the contestation before the commission (L2), as PDF and as its editable copy."""

import json
from datetime import date

import typst
from django.utils import timezone
from django.utils.timezone import localdate

from benchmarks.measures import Measure, first, median, ms, timed
from cases.letters.docx import render_docx
from cases.letters.line_letter_writer import LineLetterWriter, as_text, letters_of_the_day
from cases.letters.typeset import BLOCKS, LETTER, Envelope, data_of, typeset
from cases.models import DebtLine
from cases.rules.texts import Filled

CODE = "L2"
STORY = "J’ai déclaré ma reprise d’emploi le mois où elle a eu lieu, comme le montrent les pièces jointes. " * 8
CONTESTABLE = "SELECT id FROM cases_debtline WHERE closed_on IS NULL AND benefit = ANY(%s) ORDER BY id LIMIT 1"


def letter_made() -> Measure:
    """From what the line knows to the file; the floor is typst alone, on the same source with the same words."""
    on = localdate(timezone.now())
    _, letters = letters_of_the_day(on=on, territory="grigny")
    benefits = list(letters.letters[CODE].benefits)
    line = first(CONTESTABLE, benefits, otherwise="Aucun trop-perçu qui se conteste ainsi n’est ouvert.")
    filled, envelope = _filled(line, on=on)
    source, data = BLOCKS.read_bytes() + LETTER.read_bytes(), json.dumps(data_of(filled, envelope))
    copy = median(lambda: timed(lambda: _copy(line, on=on)))
    return Measure(
        rows=len(filled.blocks),
        product=median(lambda: timed(lambda: _pdf(line, on=on))),
        floor=median(lambda: timed(lambda: _typst_alone(source, data))),
        details=f" pour le PDF de {CODE}, {ms(copy)} pour sa copie modifiable",
    )


def _filled(line: int, *, on: date) -> tuple[Filled, Envelope]:
    found = DebtLine.objects.select_related("notice__case", "notice__creditor__organisation", "debt").get(pk=line)
    case = found.notice.case
    holder = case.household.memberships.filter(until=None).order_by("pk")[0].beneficiary
    structure, by = case.responsible_structure, found.notice.by
    writer = LineLetterWriter(case=case, line=found, holder=holder, structure=structure, by=by, on=on)
    letter = writer.letters.letters[CODE]
    typed = {name: STORY if name == "story" else "saisi" for name in writer.to_type(letter, arguments=())}
    return writer.compose(letter, typed=typed)


def _pdf(line: int, *, on: date) -> bytes:
    filled, envelope = _filled(line, on=on)
    return typeset(filled, envelope=envelope)


def _copy(line: int, *, on: date) -> bytes:
    return render_docx(as_text(*_filled(line, on=on)))


def _typst_alone(source: bytes, data: str) -> object:
    compiler = typst.Compiler(ignore_system_fonts=True)
    return compiler.compile(source, format="pdf", sys_inputs={"letter": data}, pdf_standards=["ua-1"], timestamp=0)
