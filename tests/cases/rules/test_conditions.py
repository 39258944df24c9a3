from datetime import date
from decimal import Decimal

import pytest

from cases.rules.conditions import BadValue, Key, KeyKind, Value, all_of, any_of, read_condition

KEYS = {
    "rsa": Key(code="rsa", label="RSA", kind=KeyKind.YES_NO),
    "age": Key(code="age", label="Âge", kind=KeyKind.NUMBER),
    "aid": Key(code="aid", label="Aide", kind=KeyKind.CHOICE, choices={"APL": "APL", "none": "aucune aide"}),
    "lease": Key(code="lease", label="Bail", kind=KeyKind.DATE),
    "note": Key(code="note", label="Note", kind=KeyKind.TEXT),
}


def condition(key: str, operator: str, value: object):
    return read_condition({"key": key, "operator": operator, "value": value}, keys=KEYS)


@pytest.mark.parametrize(
    ("key", "operator", "value", "holding", "failing"),
    [
        ("rsa", "is", True, True, False),
        ("rsa", "is", "non", False, True),
        ("aid", "is_not", "none", "APL", "none"),
        ("aid", "in", ["APL"], "APL", "none"),
        ("age", "at_least", 60, Decimal(60), Decimal(59)),
        ("age", "at_most", 60, Decimal(60), Decimal(61)),
        ("age", "above", 60, Decimal(61), Decimal(60)),
        ("age", "below", 60, Decimal(59), Decimal(60)),
        ("lease", "at_least", "2023-07-29", date(2023, 7, 29), date(2023, 7, 28)),
        ("lease", "below", date(2023, 7, 29), date(2023, 7, 28), date(2023, 7, 29)),
    ],
)
def test_a_condition_is_true_false_or_unknown(key: str, operator: str, value: object, holding: Value, failing: Value):
    asked = condition(key, operator, value)
    assert asked.holds(holding) is True
    assert asked.holds(failing) is False
    assert asked.holds(None) is None


def test_the_operator_is_equality_when_left_out():
    assert read_condition({"key": "rsa", "value": True}, keys=KEYS) == condition("rsa", "is", True)


@pytest.mark.parametrize(
    ("key", "operator", "value", "text"),
    [
        ("rsa", "is", True, "RSA : oui"),
        ("age", "at_least", 60, "Âge : au moins 60"),
        ("age", "above", "1.5", "Âge : plus de 1,5"),
        ("aid", "is_not", "none", "Aide : autre que aucune aide"),
        ("aid", "in", ["APL", "none"], "Aide : APL ou aucune aide"),
        ("lease", "at_least", "2023-07-29", "Bail : à partir du 29/07/2023"),
        ("lease", "below", "2023-07-29", "Bail : avant le 29/07/2023"),
    ],
)
def test_a_condition_reads_in_french(key: str, operator: str, value: object, text: str):
    assert str(condition(key, operator, value)) == text


def test_other_than_nobody_is_somebody():
    key = Key(code="followed_by", label="Déjà suivi par", kind=KeyKind.CHOICE, choices={"none": "personne"})
    raw = {"key": "followed_by", "operator": "is_not", "value": "none"}
    assert str(read_condition(raw, keys={"followed_by": key})) == "Déjà suivi par : quelqu’un"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("rsa", "n’est pas une condition"),
        ({"key": "rsa"}, "n’est pas une condition"),
        ({"key": "rsa", "value": True, "valeur": 1}, "n’est pas une condition"),
        ({"key": "shoe_size", "value": 42}, "« shoe_size » est inconnu : choisir parmi rsa, age, aid, lease, note"),
        ({"key": "rsa", "operator": "equals", "value": True}, "l’opérateur « equals » est inconnu"),
        ({"key": "aid", "operator": "above", "value": "APL"}, "ne compare que des nombres et des dates"),
        ({"key": "aid", "value": "ALX"}, "« Aide » n’accepte pas « ALX » : choisir parmi APL, none"),
        ({"key": "aid", "operator": "in", "value": "APL"}, "attend une liste"),
        ({"key": "aid", "operator": "in", "value": []}, "attend une liste"),
        ({"key": "age", "value": "soixante"}, "écrire un nombre"),
        ({"key": "age", "value": "NaN"}, "écrire un nombre"),
        ({"key": "rsa", "value": "peut-être"}, "répondre oui ou non"),
        ({"key": "lease", "value": "29/07/2023"}, "écrire une date AAAA-MM-JJ"),
        ({"key": "note", "value": " "}, "écrire un texte"),
    ],
)
def test_a_bad_condition_is_refused_in_french(raw: object, message: str):
    with pytest.raises(BadValue, match=message):
        read_condition(raw, keys=KEYS)


def test_one_false_is_enough_for_all_to_be_false_and_one_true_for_any():
    assert all_of([True, None, False]) is False
    assert all_of([True, None]) is None
    assert all_of([True, True]) is True
    assert all_of([]) is True
    assert any_of([False, None, True]) is True
    assert any_of([False, None]) is None
    assert any_of([False, False]) is False
    assert any_of([]) is False


def test_a_number_of_children_may_be_told_as_yes_or_no():
    children = Key(code="children", label="Enfants", kind=KeyKind.NUMBER)
    assert children.read(True) == 1
    assert children.read(False) == 0
    assert children.read("2") == 2


def test_a_sum_is_shown_as_one_and_asked_in_euros():
    debt = Key(code="debt", label="Dette", kind=KeyKind.NUMBER, is_money=True)
    assert debt.show(Decimal("2008.08")) == "2\u202f008,08\u00a0€"
    assert (debt.field_label, KEYS["age"].field_label) == ("Dette, en euros", "Âge")
    over = read_condition({"key": "debt", "operator": "above", "value": "450"}, keys={"debt": debt})
    assert str(over) == "Dette : plus de 450,00\u00a0€"


def test_an_unknown_value_is_shown_as_such():
    assert KEYS["rsa"].show(None) == "inconnu"
    assert KEYS["aid"].show("none") == "aucune aide"
    assert KEYS["note"].show("tel quel") == "tel quel"
