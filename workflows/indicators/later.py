"""Action 12, six and twelve months after: what became of the households whose cases closed (domain/arrears.md §6).

What the landlord’s file says goes before what a professional answered. Counted at the end of the month in which the time
is over, so that each month is that of a month of closings: as many as were closed then, and no difference to read. Where
what was closed is hidden for what moved beside it, so are these.
"""

from typing import Any

from workflows.indicators.kinds import Action, Indicator, IndicatorSection
from workflows.indicators.quarters import MONTHS_OF_QUARTER
from workflows.queries.later import NEWS

SECTION = IndicatorSection(Action.ARREARS, "Six et douze mois après")


_NEWS = f"""
SELECT (date_trunc('month', n.due_on::timestamp) + interval '1 month - 1 day')::date AS day, n.months,
  n.home AS later_home, n.trend AS later_trend, n.plan AS later_plan, n.returned AS hit
FROM ({NEWS}) n WHERE n.closed_on >= %(first)s::date - interval '15 months'
"""  # noqa: S608 - constants


def _of(months: int, when: str) -> tuple[Indicator, ...]:
    of_these = f"o.months = {months}"
    same: dict[str, Any] = {
        "counts": "closed", "counts_after": months // MONTHS_OF_QUARTER, "keep": of_these, "source": _NEWS,
    }  # fmt: skip
    known = f"{when} la clôture, au mois où ces {months} mois sont passés"
    return (
        SECTION.count(
            f"later_{months}_home", f"Toujours dans le logement, {when}",
            f"Dossiers clos, selon que le ménage occupe encore son logement {known} : d’après le fichier du bailleur dans les trois mois qui suivent, sinon la réponse du professionnel. « Non connu » compte ceux à qui la question ne se pose pas (doublon, erreur, décès).",
            dimensions=("later_home",), **same,
        ),
        SECTION.count(
            f"later_{months}_trend", f"La dette, {when}",
            f"Les mêmes dossiers, selon que le solde est plus bas (ou nul), le même ou plus haut {known} que le dernier relevé avant la clôture.",
            dimensions=("later_trend",), **same,
        ),
        SECTION.count(
            f"later_{months}_plan", f"Plans encore tenus, {when}",
            f"Les dossiers clos avec un plan en cours, selon que le plan est tenu {known} : le solde ne dépasse pas ce que le plan laisse à payer ce jour-là, à une mensualité près.",
            dimensions=("later_plan",), keep=f"{of_these} AND o.later_plan IS NOT NULL", source=_NEWS,
        ),
        SECTION.share(
            f"later_{months}_returned", f"Retours, {when}",
            f"Part des dossiers clos dont le ménage a eu un nouveau dossier d’impayé entre la clôture et la fin de ces {months} mois.",
            **same,
        ),
    )  # fmt: skip


INDICATORS = (*_of(6, "six mois après"), *_of(12, "un an après"))
