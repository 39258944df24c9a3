"""Conditions held as data: a key, an operator, a value. They are true, false, or unknown when the key isn't known.

Deadline rules read them on the context of a case, routing rows on its facts. An unknown never counts as true.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from cases.rules.french import money

Value = bool | Decimal | str | date
Verdict = bool | None


class BadValue(ValueError):
    """The message is a French sentence that says what is accepted."""


class KeyKind(StrEnum):
    YES_NO = "yes_no"
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"


@dataclass(frozen=True, kw_only=True)
class Key:
    """Something a condition may ask about."""

    code: str
    label: str
    kind: KeyKind
    choices: Mapping[str, str] = field(default_factory=dict)
    is_money: bool = False
    """Its values are amounts, in euros."""

    @property
    def field_label(self) -> str:
        """The label of a field in which it is typed."""
        return f"{self.label}, en euros" if self.is_money else self.label

    def read(self, raw: object) -> Value:
        """The typed value of what a file, a form or JSON says."""
        value = _READERS[self.kind](raw)
        if value is None or (self.choices and value not in self.choices):
            raise BadValue(f"« {self.label} » n’accepte pas « {raw} » : {self._accepted_values()}.")
        return value

    def show(self, value: Value | None) -> str:
        """A value of this fact in French, « inconnu » when there is none."""
        if value is None:
            return "inconnu"
        if isinstance(value, bool):
            return "oui" if value else "non"
        if isinstance(value, date):
            return f"{value:%d/%m/%Y}"
        if isinstance(value, Decimal):
            if self.is_money:
                return money(value)
            return f"{value:f}".replace(".", ",")
        return self.choices.get(value, value)

    def _accepted_values(self) -> str:
        if self.choices:
            return f"choisir parmi {', '.join(self.choices)}"
        return _EXPECTED[self.kind]


class Operator(StrEnum):
    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOVE = "above"
    BELOW = "below"


ORDERED = frozenset({Operator.AT_LEAST, Operator.AT_MOST, Operator.ABOVE, Operator.BELOW})
_WORDS = {
    Operator.IS_NOT: "autre que ",
    Operator.AT_LEAST: "au moins ",
    Operator.AT_MOST: "au plus ",
    Operator.ABOVE: "plus de ",
    Operator.BELOW: "moins de ",
}
_SOMETHING = {"personne": "quelqu’un"}
"""What is not nothing, as one says it."""
_DATE_WORDS = {
    Operator.AT_LEAST: "à partir du ",
    Operator.AT_MOST: "jusqu’au ",
    Operator.ABOVE: "après le ",
    Operator.BELOW: "avant le ",
}


@dataclass(frozen=True, kw_only=True)
class RuleCondition:
    key: Key
    operator: Operator
    values: tuple[Value, ...]
    """One value; several for IN."""

    def holds(self, known: Value | None) -> Verdict:
        if known is None:
            return None
        if self.operator is Operator.IS_NOT:
            return known != self.values[0]
        if self.operator in ORDERED:
            return _compare(known, self.operator, self.values[0])
        return known in self.values

    def __str__(self) -> str:
        shown = " ou ".join(self.key.show(value) for value in self.values)
        if self.operator is Operator.IS_NOT and shown in _SOMETHING:
            return f"{self.key.label} : {_SOMETHING[shown]}"
        words = _DATE_WORDS if self.key.kind is KeyKind.DATE else _WORDS
        return f"{self.key.label} : {words.get(self.operator, '')}{shown}"


def read_condition(raw: object, *, keys: Mapping[str, Key]) -> RuleCondition:
    """A condition as TOML or JSON holds it: {"key", "operator", "value"}, the operator being `is` when left out."""
    if not isinstance(raw, Mapping) or not raw.keys() >= {"key", "value"} or raw.keys() - {"key", "operator", "value"}:
        raise BadValue(f"« {raw} » n’est pas une condition : donner « key », « operator » et « value ».")
    key = keys.get(str(raw["key"]))
    if key is None:
        raise BadValue(f"« {raw['key']} » est inconnu : choisir parmi {', '.join(keys)}.")
    operator = _read_operator(raw.get("operator", Operator.IS), key=key)
    values = raw["value"] if operator is Operator.IN else [raw["value"]]
    if not isinstance(values, list) or not values:
        raise BadValue(f"« {key.label} » : l’opérateur « in » attend une liste de valeurs.")
    return RuleCondition(key=key, operator=operator, values=tuple(key.read(value) for value in values))


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """True when nothing is false or unknown; one false is enough to know."""
    verdicts = list(verdicts)
    if False in verdicts:
        return False
    return None if None in verdicts else True


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """True as soon as one is; false when all are."""
    verdicts = list(verdicts)
    if True in verdicts:
        return True
    return None if None in verdicts else False


def _read_operator(raw: object, *, key: Key) -> Operator:
    try:
        operator = Operator(str(raw))
    except ValueError:
        raise BadValue(
            f"« {key.label} » : l’opérateur « {raw} » est inconnu, choisir parmi {', '.join(Operator)}."
        ) from None
    if operator in ORDERED and key.kind not in {KeyKind.NUMBER, KeyKind.DATE}:
        raise BadValue(f"« {key.label} » : l’opérateur « {raw} » ne compare que des nombres et des dates.")
    return operator


def _compare(known: Value, operator: Operator, value: Value) -> bool:
    # Reading made both of the key's kind: two numbers or two dates.
    assert not isinstance(known, str | bool)  # noqa: S101
    below = known < value  # type: ignore[operator]
    if operator is Operator.AT_LEAST:
        return not below
    if operator is Operator.BELOW:
        return below
    return (known > value) is (operator is Operator.ABOVE)  # type: ignore[operator]


def _read_yes_no(raw: object) -> bool | None:
    return {"true": True, "oui": True, "yes": True, "false": False, "non": False, "no": False}.get(str(raw).lower())


def _read_number(raw: object) -> Decimal | None:
    if isinstance(raw, bool):
        return Decimal(raw)  # "has children: yes" is at least one
    try:
        number = Decimal(str(raw))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _read_text(raw: object) -> str | None:
    return (raw.strip() or None) if isinstance(raw, str) else None


def _read_date(raw: object) -> date | None:
    try:
        return date.fromisoformat(str(raw))
    except ValueError:
        return None


_READERS = {
    KeyKind.YES_NO: _read_yes_no,
    KeyKind.CHOICE: _read_text,
    KeyKind.NUMBER: _read_number,
    KeyKind.TEXT: _read_text,
    KeyKind.DATE: _read_date,
}
_EXPECTED = {
    KeyKind.YES_NO: "répondre oui ou non",
    KeyKind.CHOICE: "choisir une valeur",
    KeyKind.NUMBER: "écrire un nombre",
    KeyKind.TEXT: "écrire un texte",
    KeyKind.DATE: "écrire une date AAAA-MM-JJ",
}
