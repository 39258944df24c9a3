"""What changes in a text is told word by word."""

import pytest

from cases.rules.word_changes import compare_words

LETTER = (
    "Madame, Monsieur,",
    "Je vous propose un rendez-vous pour parler de votre logement et chercher avec vous des solutions.",
    "Il est gratuit et confidentiel. Vous pouvez venir avec une personne de votre choix.",
)


def test_one_word_is_seen_among_those_that_stay():
    changed = (LETTER[0], LETTER[1].replace("logement", "loyer"), LETTER[2])
    assert compare_words(LETTER, changed) == (
        ("same", "Madame, Monsieur,"),
        ("line", ""),
        ("same", "Je vous propose un rendez-vous pour parler de votre"),
        ("removed", "logement"),
        ("added", "loyer"),
        ("same", "et chercher avec vous des solutions."),
        ("line", ""),
        ("same", "Il est gratuit et confidentiel. […]"),
    )


def test_a_line_that_comes_is_added_whole():
    runs = compare_words(LETTER, (*LETTER, "À bientôt."))
    assert runs == (
        ("same", "[…] gratuit et confidentiel. Vous pouvez venir avec une personne de votre choix."),
        ("line", ""),
        ("added", "À bientôt."),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("10 jours",), ("15 jours",)),
        (LETTER, ()),
        (LETTER, ("Tout autre chose est dit ici, en neuf mots ou plus, sans rapport aucun.",)),
    ],
)
def test_what_is_short_or_unlike_is_read_one_after_the_other(before, after):
    assert compare_words(before, after) == ()
