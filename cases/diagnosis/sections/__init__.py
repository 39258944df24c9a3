"""A diagnosis in words, section by section: what its page shows and what its sheets print.

A fact that isn’t known has an empty value: who shows it says so.
"""

from cases.diagnosis.sections import money, people, situation
from cases.diagnosis.sections.content import METHODS, DiagnosisContent, DiagnosisSection, label_of, words_of

__all__ = ["METHODS", "DiagnosisContent", "DiagnosisSection", "label_of", "money", "people", "situation", "words_of"]
