"""The catalogue of the deadlines: what a rule gives on a date, what a draft would change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import QueryDict

from cases import permissions
from cases.actions import editions
from cases.actions.deadlines import themes_of
from cases.actions.editions import words_of
from cases.models import Edition, User
from cases.rules.catalogue import APPLIES, OTHER_THEME, CheckedDeadlineRule, DeadlineCatalogue, compute_typed
from cases.rules.catalogue_reading import read_rule
from cases.rules.conditions import BadValue
from cases.rules.editions import Finding, Row
from cases.rules.reading import UNREADABLE
from cases.templatetags.relais import weekday_date
from workflows.queries.editions import Impact, compute_impact, would_miss
from workflows.views.editions.catalogue_editors import CatalogueEditor, Theme, register_catalogue_editor
from workflows.views.editions.deadline_form import DeadlineEditor
from workflows.views.work.deadline_calculator import QuestionsForm

# What a rule gives on a date


def _rule(edition: Edition, row: Row | None) -> CheckedDeadlineRule | None:
    return read_rule(row, **words_of(edition)) if row else None


def try_deadline(
    *,
    edition: Edition,
    row: Row,
    current: Edition | None,
    current_row: Row | None,
    asked: QueryDict,
    rows: Sequence[Row],
) -> Mapping[str, object] | None:
    """The dates under the draft and under the edition in force, side by side. None of a draft that cannot be read."""
    try:
        drafted, catalogue = read_rule(row, **words_of(edition)), _catalogue(edition, rows)
    except UNREADABLE:
        return None
    former = _rule(current, current_row) if current else None
    either = replace(drafted, all=(*drafted.all, *(former.conditions if former else ())))
    form = QuestionsForm(asked if "essayer" in asked else None, rule=either, catalogue=catalogue, initial=asked.dict())
    columns = [("Avec le brouillon", drafted)]
    columns += [(f"Avec l’édition en vigueur ({current.number})", former)] if former and current else []
    results = [_trial_result(title, rule, form) for title, rule in columns] if form.is_valid() else []
    return {
        "lead": "Avec la règle telle qu’elle est enregistrée dans le brouillon.",
        "form": form,
        "results": [result for result in results if result],
        "is_new": former is None,
    }


def _trial_result(title: str, rule: CheckedDeadlineRule, form: QuestionsForm) -> dict[str, object] | None:
    try:
        computed = compute_typed(rule, start=form.cleaned_data["depart"], context=form.context)
    except BadValue as refusal:
        form.add_error(None, str(refusal))
        return None
    dates = [("Dernier jour", computed.legal_date), ("Date de sûreté", computed.safe_date)]
    return {
        "title": title,
        "facts": [(label, weekday_date(day)) for label, day in dates if day],
        "words": APPLIES[computed.applies],
        "steps": computed.steps,
    }


# What a draft would change


Watcher = Callable[..., list[Finding]]
"""What another catalogue, that rests on the delays, has to say of a change, from the former ones to the new ones, in a
`territory`, `on` a day."""
WATCHERS: list[Watcher] = [would_miss]


def register_watcher(watcher: Watcher) -> None:
    WATCHERS.append(watcher)


def deadline_impact(
    *,
    edition: Edition,
    rows: Sequence[Row],
    base: Edition | None,
    base_rows: Sequence[Row],
    codes: frozenset[str],
    user: User,
    on: date,
) -> Mapping[str, object]:
    before, after = _rules(base, base_rows) if base else {}, _rules(edition, rows)
    own = permissions.kinds_of_desk(edition.catalogue)
    found = compute_impact(
        before=before, after=after, codes=codes, territory=edition.territory, kinds=own, user=user, on=on
    )
    rules = list(before.values()), list(after.values())
    return {
        "template": "rules/deadline_impact.html",
        "found": found,
        "running": _running_words(found, codes),
        "doubts": [doubt for watcher in WATCHERS for doubt in watcher(*rules, territory=edition.territory, on=on)],
    }


def _running_words(found: Impact, codes: frozenset[str]) -> dict[str, str]:
    """Code → what runs with the rule, and what it would have moved, in words."""
    said = {}
    for code in codes:
        number, moved = found.running.get(code, 0), found.by_code.get(code, 0)
        words = ["Aucune échéance de votre action ne court avec cette règle."]
        if number:
            words = [
                f"{number} échéances courent avec cette règle : elles gardent leurs dates."
                if number > 1
                else "1 échéance court avec cette règle : elle garde sa date."
            ]
        if moved:
            words.append(f"{moved} dossiers" if moved > 1 else "1 dossier")
            words[-1] += f" des six derniers mois aurai{'en' if moved > 1 else ''}t une autre date."
        said[code] = " ".join(words)
    return said


def _rules(edition: Edition, rows: Sequence[Row]) -> dict[str, CheckedDeadlineRule]:
    return {row["code"]: read_rule(row, **words_of(edition)) for row in rows}


def deadline_themes(edition: Edition, rows: list[dict[str, Any]]) -> list[Theme]:
    """As `DeadlineCatalogue.by_theme`, for rows that perhaps cannot all be read."""
    titles = {start: theme.title for theme in themes_of(edition) for start in theme.starts}
    found: dict[str, list[str]] = {title: [] for title in (*titles.values(), OTHER_THEME)}
    for row in rows:
        found[titles.get(row["start"], OTHER_THEME)].append(row["code"])
    return [(title, codes) for title, codes in found.items() if codes]


def _catalogue(edition: Edition, rows: Sequence[Row]) -> DeadlineCatalogue:
    words = words_of(edition)
    rules = tuple(read_rule(row, **words) for row in rows)
    return DeadlineCatalogue(
        milestones=words["milestones"], actors=words["actors"], rules=rules, themes=themes_of(edition)
    )


register_catalogue_editor(
    CatalogueEditor(
        slug="delais",
        rank=1,
        title="Délais",
        lead="Combien de temps chacun a pour agir, depuis quel fait daté, et ce qui se passe ensuite.",
        catalogue=editions.DEADLINES,
        editor=DeadlineEditor,
        themes=deadline_themes,
        trial=try_deadline,
        impact=deadline_impact,
    )
)
