"""What the first page of the report says of each figure, in sentences made of the numbers beside them. Pure."""

from collections.abc import Sequence

from django.utils.text import capfirst

from workflows.indicators.first_page import ComparedQuarter, FirstPageLine
from workflows.indicators.formatting import NO_BREAK, format_number
from workflows.indicators.tables import ShownCell

NUMBERS = ("aucun", "un", "deux", "trois", "quatre", "cinq")


def answer(lines: Sequence[FirstPageLine]) -> str:
    """Earlier or later, of the head figure alone: « Plus tôt qu’au trimestre précédent, plus tard qu’un an avant. »"""
    head = lines[0]
    changes = [
        (words, head.change_since(past), head.past.get(past))
        for past, words in (
            (ComparedQuarter.BEFORE, "au trimestre précédent"),
            (ComparedQuarter.YEAR_AGO, "un an avant"),
        )
    ]
    said = [
        f"{'autant' if change == 0 else head.judge(change)} qu’{words}"
        for words, change, _ in changes
        if change is not None
    ]
    if not said:
        return "Pas encore de réponse : rien ne se compare pour l’instant."
    few = head.is_few(head.now) or any(head.is_few(cell) for _, change, cell in changes if change is not None)
    return capfirst(", ".join(said)) + (", sur peu de cas." if few else ".")


def count_trends(lines: Sequence[FirstPageLine]) -> str:
    """Of all figures, since the quarter before."""
    changes = [line.change_since(ComparedQuarter.BEFORE) for line in lines]
    good = sum(
        change is not None and line.is_for_the_better(change) for line, change in zip(lines, changes, strict=True)
    )
    same, unknown = changes.count(0), changes.count(None)
    bad = len(lines) - good - same - unknown
    before = ComparedQuarter.BEFORE.quarter_of(lines[0].quarter)
    if unknown == len(lines):
        return f"Aucun des {NUMBERS[len(lines)]} chiffres ne se compare au {before}."
    parts = [
        ("plus tôt ou mieux tenu", good),
        ("plus tard ou moins bien tenu", bad),
        *([("sans changement", same)] if same else []),
        *([("sans comparaison", unknown)] if unknown else []),
    ]
    said = " ; ".join(f"{words}, {NUMBERS[number]}" for words, number in parts)
    return f"Depuis le {before}, de ces {NUMBERS[len(lines)]} chiffres : {said}."


def describe(line: FirstPageLine) -> str:
    """The figure, what became of it, how far the target is, and how much it can be trusted."""
    value = line.measure(line.now)
    if value is None:
        return _describe_nothing(line)
    return " ".join(
        [
            f"{capfirst(line.figure.says.format(value=line.with_unit(value)))}.",
            *_compare_with_past(line),
            _compare_with_target(line, value),
            *_warn_of_few(line),
        ]
    )


def _describe_nothing(line: FirstPageLine) -> str:
    if line.now.is_hidden:
        return "Trop peu de cas ce trimestre pour montrer ce chiffre : il ne se compare à rien."
    return "Aucun cas ce trimestre : rien à comparer."


def _compare_with_past(line: FirstPageLine) -> list[str]:
    """A sentence for each quarter; one for all where none had a case."""
    quarters = [str(past.quarter_of(line.quarter)) for past in ComparedQuarter]
    cells = [line.past.get(past) for past in ComparedQuarter]
    if all(cell is not None and not cell.is_hidden and not cell.number for cell in cells):
        return [f"Ni le {' ni le '.join(quarters)} n’ont de cas : pas de comparaison."]
    return [_compare(line, past) for past in ComparedQuarter]


def _compare(line: FirstPageLine, past: ComparedQuarter) -> str:
    quarter = past.quarter_of(line.quarter)
    change = line.change_since(past)
    cell = line.past.get(past)
    if change is None:
        if cell is not None and cell.is_hidden:
            return f"Au {quarter}, trop peu de cas pour être montrés : pas de comparaison."
        why = "n’a pas été compté" if cell is None else "n’a aucun cas"
        return f"Le {quarter} {why} : pas de comparaison."
    then = line.with_unit(line.measure(cell) or 0)
    if change == 0:
        return f"C’est autant qu’au {quarter}."
    return f"C’est {line.judge(change)} qu’au {quarter} ({then}) : {_distance(line, change)} de {'plus' if change > 0 else 'moins'}."


def _distance(line: FirstPageLine, change: float) -> str:
    """« 9 points », « 2 jours »."""
    if line.indicator.unit != "%":
        return line.with_unit(abs(change))
    return f"{format_number(abs(change))}{NO_BREAK}{'points' if abs(change) >= 2 else 'point'}"


def _compare_with_target(line: FirstPageLine, value: float) -> str:
    target = line.target
    if target is None:
        return "Aucun objectif n’est fixé."
    whose = "des partenaires" if target.is_agreed else "noté, que les partenaires n’ont pas confirmé,"
    said = f"L’objectif {whose} est de {line.with_unit(target.value)}"
    if line.figure.more_is_better and target.value == 0:
        return f"{said} : tout résultat l’atteint, il ne dit rien."
    short = round(target.value - value if line.figure.more_is_better else value - target.value, 1)
    if short <= 0:
        return f"{said} : il est atteint."
    missing = "il manque {}" if line.figure.more_is_better else "{} de trop"
    return f"{said} : il n’est pas atteint, {missing.format(_distance(line, short))}."


def _warn_of_few(line: FirstPageLine) -> list[str]:
    cells: list[tuple[str, ShownCell | None]] = [("ce trimestre", line.now)]
    cells += [(f"au {past.quarter_of(line.quarter)}", line.past.get(past)) for past in ComparedQuarter]
    few = [f"{cell.number} {words}" for words, cell in cells if cell is not None and line.is_few(cell)]
    if not few:
        return []
    return [f"Peu de cas ({', '.join(few)}) : quelques-uns de plus ou de moins changent ce chiffre."]
