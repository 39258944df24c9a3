"""Why two tables send one situation to two structures: what became of the rule that decided, and of the one that decides."""

from collections.abc import Iterable, Mapping, Sequence

from cases.rules.conditions import Verdict
from workflows.routing.decide import HELD, Criterion, Decision, JudgedRow, RowState

PILOT = "le pilote"
VERDICTS: Mapping[Verdict, str] = {True: "vrai", False: "faux", None: "inconnu"}


def why_moved(before: Decision, after: Decision, *, names: Mapping[str, str]) -> tuple[str, ...]:
    """In French sentences, with the criteria that changed. `names`: of structures, by code."""
    if before.rule == after.rule:
        return (f"{after.rule} désigne {_name(after, names)}, au lieu de {_name(before, names)}.",)
    found = tuple(filter(None, (_say_former_rule(before, after), _say_deciding_rule(before, after))))
    return found or (f"{after.rule} est lue avant {before.rule}.",)


def _say_former_rule(before: Decision, after: Decision) -> str:
    """What became of the rule that decided before."""
    was, now = _find_row(before, before.rule), _find_row(after, before.rule)
    if now is None:
        return f"{before.rule} est retirée."
    if was is None or now.state in HELD:
        return _passed_over(now)
    changed = _new_criteria(now, known=was)
    return f"{before.rule} demande maintenant {changed}." if changed else ""


def _say_deciding_rule(before: Decision, after: Decision) -> str:
    """What became of the rule that decides now."""
    was, now = _find_row(before, after.rule), _find_row(after, after.rule)
    if now is None or now.row.is_fallback:
        return f"{after.rule} : aucune autre règle ne s’applique."
    if was is None:
        asked = _list_criteria([*now.all, *now.any])
        return f"{after.rule} est ajoutée : {asked}." if asked else f"{after.rule} est ajoutée."
    if was.state in HELD:
        return _passed_over(was, then=True)
    changed = _new_criteria(was, known=now)
    return f"{after.rule} ne demande plus {changed}." if changed else ""


def _passed_over(judged: JudgedRow, *, then: bool = False) -> str:
    """Its conditions hold with either table: its structure did not take it, or does not take it any more."""
    if judged.state is RowState.MATCHES:
        return ""
    words = {
        RowState.SUSPENDED: "ne prend pas de nouvelles situations",
        RowState.UNAVAILABLE: "n’est pas en service",
        RowState.DECLINED: "a déjà décliné",
        RowState.CLAIMANT: "réclame la dette, ou n’accompagne pas",
    }[judged.state]
    when = "désignait une structure qui" if then else "désigne une structure qui"
    return f"{judged.row.code} {when} {words}."


def _new_criteria(judged: JudgedRow, *, known: JudgedRow) -> str:
    """Those of a rule that do not hold, and that the other table does not ask in the same words."""
    same = {str(each.condition) for each in (*known.all, *known.any)}
    kept_any = {str(each.condition) for each in known.any}
    asked = [each for each in judged.all if each.verdict is not True and str(each.condition) not in same - kept_any]
    asked += [each for each in judged.any if each.verdict is not True and str(each.condition) not in same]
    return _list_criteria(asked)


def _list_criteria(criteria: Sequence[Criterion]) -> str:
    return " ; ".join(_say_criteria(criteria))


def _say_criteria(criteria: Iterable[Criterion]) -> Iterable[str]:
    for each in criteria:
        known = each.shown if each.verdict is not None else "non connu"
        yield f"« {each.condition} » ({VERDICTS[each.verdict]} : {known})"


def _find_row(decision: Decision, code: str) -> JudgedRow | None:
    return next((each for each in decision.rows if each.row.code == code), None)


def _name(decision: Decision, names: Mapping[str, str]) -> str:
    return names.get(decision.structure, decision.structure) if decision.structure else PILOT
