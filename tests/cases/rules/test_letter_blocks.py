"""The text that the pilot types is the blocks of the letter, both ways."""

import pytest

from cases.rules.letter_blocks import UnreadableBlock, to_blocks, to_text
from tests.cases.rules.test_line_letters import FIRST_EDITION


@pytest.mark.parametrize("letter", FIRST_EDITION["letters"], ids=lambda letter: letter["code"])
def test_each_letter_reads_back_as_it_was(letter):
    assert to_blocks(to_text(letter["blocks"])) == letter["blocks"]


def test_signs_say_what_each_part_is():
    typed = "# Titre\n\nUn paragraphe\nsur deux lignes.\n\n- un\n- [calcul]\n\n[arguments]\n\n= [texte polite]\n\n\n\n~ {person}\n"
    assert to_blocks(typed) == [
        {"kind": "heading", "text": "Titre"},
        {"kind": "paragraph", "text": "Un paragraphe sur deux lignes."},
        {"kind": "list", "items": ["un"], "each": "steps"},
        {"kind": "arguments"},
        {"kind": "closing", "shared": "polite"},
        {"kind": "signature", "items": ["{person}"]},
    ]


def test_a_list_with_a_line_of_another_sign_is_refused_with_its_place():
    with pytest.raises(UnreadableBlock, match="Partie 2 : commencer chaque ligne par « - »"):
        to_blocks("Un mot.\n\n- un\ndeux")
