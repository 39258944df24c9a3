"""Why two tables send one situation to two structures: what became of the rule that decided, and of the one that decides."""

from collections.abc import Iterable, Mapping, Sequence

from cases.rules.conditions import Verdict
from workflows.routing.decide import HELD, Criterion, Decision, Judged, State

PILOT = "le pilote"
VERDICTS: Mapping[Verdict, str] = {True: "vrai", False: "faux", None: "inconnu"}


def why_moved(before: Decision, after: Decision, *, names: Mapping[str, str]) -> tuple[str, ...]:
    """In French sentences, with the criteria that changed. `names`: of structures, by code."""
    if before.rule == after.rule:
        return (f"{after.rule} désigne {_name(after, names)}, au lieu de {_name(before, names)}.",)
    found = tuple(filter(None, (_lost(before, after), _won(before, after))))
    return found or (f"{after.rule} est lue avant {before.rule}.",)


def _lost(before: Decision, after: Decision) -> str:
    """What became of the rule that decided before."""
    was, now = _judged(before, before.rule), _judged(after, before.rule)
    if now is None:
        return f"{before.rule} est retirée."
    if was is None or now.state in HELD:
        return _passed_over(now)
    changed = _new_criteria(now, known=was)
    return f"{before.rule} demande maintenant {changed}." if changed else ""


def _won(before: Decision, after: Decision) -> str:
    """What became of the rule that decides now."""
    was, now = _judged(before, after.rule), _judged(after, after.rule)
    if now is None or now.row.is_fallback:
        return f"{after.rule} : aucune autre règle ne s’applique."
    if was is None:
        asked = _listed([*now.all, *now.any])
        return f"{after.rule} est ajoutée : {asked}." if asked else f"{after.rule} est ajoutée."
    if was.state in HELD:
        return _passed_over(was, then=True)
    changed = _new_criteria(was, known=now)
    return f"{after.rule} ne demande plus {changed}." if changed else ""


def _passed_over(judged: Judged, *, then: bool = False) -> str:
    """Its conditions hold with either table: its structure did not take it, or does not take it any more."""
    if judged.state is State.MATCHES:
        return ""
    words = {
        State.SUSPENDED: "ne prend pas de nouvelles situations",
        State.UNAVAILABLE: "n’est pas en service",
        State.DECLINED: "a déjà décliné",
        State.CLAIMANT: "réclame la dette, ou n’accompagne pas",
    }[judged.state]
    when = "désignait une structure qui" if then else "désigne une structure qui"
    return f"{judged.row.code} {when} {words}."


def _new_criteria(judged: Judged, *, known: Judged) -> str:
    """Those of a rule that do not hold, and that the other table does not ask in the same words."""
    same = {str(each.condition) for each in (*known.all, *known.any)}
    kept_any = {str(each.condition) for each in known.any}
    asked = [each for each in judged.all if each.verdict is not True and str(each.condition) not in same - kept_any]
    asked += [each for each in judged.any if each.verdict is not True and str(each.condition) not in same]
    return _listed(asked)


def _listed(criteria: Sequence[Criterion]) -> str:
    return " ; ".join(_said(criteria))


def _said(criteria: Iterable[Criterion]) -> Iterable[str]:
    for each in criteria:
        known = each.shown if each.verdict is not None else "non connu"
        yield f"« {each.condition} » ({VERDICTS[each.verdict]} : {known})"


def _judged(decision: Decision, code: str) -> Judged | None:
    return next((each for each in decision.rows if each.row.code == code), None)


def _name(decision: Decision, names: Mapping[str, str]) -> str:
    return names.get(decision.structure, decision.structure) if decision.structure else PILOT
