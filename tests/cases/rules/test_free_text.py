import pytest

from cases.rules.free_text import find_names, find_sensitive, hide_names, warn_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NIR 1 85 05 78 006 084 91.", "un numéro de sécurité sociale"),
        ("185057800608491", "un numéro de sécurité sociale"),
        ("2 69 05 2A 588 157 17", "un numéro de sécurité sociale"),
        ("RIB : FR76 3000 6000 0112 3456 7890 189", "un numéro de compte (IBAN)"),
        ("rib fr7630006000011234567890189", "un numéro de compte (IBAN)"),
    ],
)
def test_a_number_that_identifies_is_told_without_being_repeated(text, found):
    assert [(each.nature, each.words) for each in find_sensitive(text)] == [(found, "")]


@pytest.mark.parametrize(
    "text",
    [
        "1 85 05 78 006 084 92",  # a wrong key
        "FR76 3000 6000 0112 3456 7890 188",
        "Dossier 2026-00012, 06 12 34 56 78, 1 214,31 €, allocataire 4518207.",
        "A saisi l’Assurance Maladie et la CPAM ; AAH versée le 5.",
        "La personne ne répond pas. Passage le 12 novembre, avis laissé. Reprise du loyer promise.",
        "Assistée par sa sœur. La demande a été malencontreusement classée.",
        "",
    ],
)
def test_what_is_factual_is_not_warned_of(text):
    assert find_sensitive(text) == []
    assert warn_of(text) == ""


def test_the_words_are_told_as_they_were_written_once_each():
    text = "Dépressive, DÉPRESSIVE depuis son hospitalisation ; de mauvaise foi, et menteuse."
    assert [(each.nature, each.words) for each in find_sensitive(text)] == [
        ("santé", "Dépressive"),
        ("santé", "hospitalisation"),
        ("jugement", "mauvaise foi"),
        ("jugement", "menteuse"),
    ]


def test_the_warning_says_what_to_reread_and_why():
    assert warn_of("Il est diabétique.") == (
        "À relire : « diabétique » (santé). Restez factuel : la personne peut demander à lire."
    )


HOUSEHOLD = ("Ouattara", "N’Diaye", "Awa Marie-Thérèse", "Li", "Son")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mme OUATTARA, née ndiaye, refuse.", ["OUATTARA", "ndiaye"]),
        ("awa attend ; Therese aussi, l’amie d’Ouattara.", ["awa", "Therese", "Ouattara"]),
        ("Monsieur Li, puis Awa Li et Ouattara Son.", ["Li", "Awa", "Ouattara", "Son"]),
        ("Le ménage a son dossier ; li et son bailleur.", []),
        ("", []),
    ],
)
def test_the_names_of_a_household_are_found_as_they_are_written(text, found):
    assert find_names(text, HOUSEHOLD) == found


def test_a_text_is_said_without_them():
    assert hide_names("Awa N’Diaye connaît le CCAS.", HOUSEHOLD) == "[nom retiré] [nom retiré] connaît le CCAS."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Un petit logement, un grand retard, et une maison.", []),
        ("Petit attend, M. petit aussi, et GRAND.", ["Petit", "petit", "GRAND"]),
        ("Le ménage petit Maison.", ["petit", "Maison"]),
    ],
)
def test_a_name_that_is_also_a_word_of_such_a_text_counts_where_it_is_written_as_a_name(text, found):
    assert find_names(text, ("Petit", "Grand", "Maison")) == found
