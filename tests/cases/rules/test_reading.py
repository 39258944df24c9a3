"""Words that every catalogue shares."""

import re

from django.conf import settings

from cases.rules.law import LegalStatement
from cases.rules.reading import CONFIDENCES
from workflows.views.editions.catalogue_editors import CONFIDENCE_CHOICES


def test_a_confidence_is_called_the_same_wherever_it_is_shown_or_chosen():
    assert CONFIDENCES == {"H": "lu dans le texte", "M": "source secondaire, à vérifier", "L": "à confirmer"}
    assert CONFIDENCE_CHOICES == [
        ("H", "Lu dans le texte"),
        ("M", "Source secondaire, à vérifier"),
        ("L", "À confirmer"),
    ]
    said = {code: LegalStatement.confidence_words.fget(_Stated(code)) for code in ("H", "M", "L", "")}  # type: ignore[attr-defined]
    assert said == {**CONFIDENCES, "": "aucune confiance n’est écrite"}


class _Stated:
    def __init__(self, confidence: str) -> None:
        self.confidence = confidence


def test_no_other_file_says_it_in_words_of_its_own():
    """A mapping, or choices, from the three letters to words."""
    own_words = re.compile(r"""(["']H["']:|\(["']H["'],) ["'][a-zà-ÿ]{2}""")
    found = [
        str(path.relative_to(settings.BASE_DIR))
        for folder in ("cases", "workflows", "notifications", "config", "demo")
        for path in (settings.BASE_DIR / folder).rglob("*.py")
        if own_words.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["cases/rules/reading.py"]
