"""Each letter of overpayments is an accessible PDF, made in less than a second."""

import pytest

from cases.letters.typeset import Envelope, typeset
from tests.cases.rules.test_line_letters import LETTERS, TODAY, made, words

OF = {"L2": ("aah", "caf"), "L2b": ("apl", "caf"), "L4": ("are", "france_travail"), "L5": ("ass", "france_travail"),
      "L6b": ("apl", "caf"), "L6c": ("ij", "cpam"), "L6d": ("are", "france_travail"), "L13b": ("prime_noel", "caf")}  # fmt: skip


@pytest.mark.parametrize("code", LETTERS.letters)
def test_each_letter_prints(code: str):
    filled = made(code, *OF.get(code, ("rsa", "caf")), steps=["Retenue du barème : 127,65 €"])
    assert "{" not in words(filled)
    envelope = Envelope(
        sender=("Mme Fatim Delaunay-Traoré", "3 rue des Lilas", "91350 Grigny"),
        recipient=("CAF de l’Essonne",),
        reference="DOS-2026-0042",
        made_on=TODAY,
    )
    pdf = typeset(filled, envelope=envelope)
    assert pdf.startswith(b"%PDF-")
    assert b"pdfuaid" in pdf or b"StructTreeRoot" in pdf
