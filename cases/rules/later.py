"""Six and twelve months after a case closed: when news of the household is asked for, and what may be answered. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cases.rules.counting import add_months

SIX, TWELVE = 6, 12
HORIZONS = (SIX, TWELVE)
WORDS: Mapping[int, str] = {SIX: "six mois après", TWELVE: "un an après"}
ASKED_FOR = 3
"""Months, from that day on, during which a statement of the landlord or an answer counts. Then it stays unknown."""

YES, NO, UNKNOWN = "yes", "no", "unknown"
LESS, SAME, MORE = "less", "same", "more"
KEPT, BROKEN = "kept", "broken"
HOMES: Mapping[str, str] = {YES: "toujours dans le logement", NO: "n’y est plus", UNKNOWN: "non connu"}
TRENDS: Mapping[str, str] = {
    LESS: "en baisse ou soldée",
    SAME: "stable",
    MORE: "en hausse",
    UNKNOWN: "non connu",
}
PLANS: Mapping[str, str] = {KEPT: "tenu", BROKEN: "non tenu", UNKNOWN: "non connu"}


@dataclass(frozen=True, kw_only=True)
class LaterNews:
    """What is known of a household after its case."""

    home: str = UNKNOWN
    trend: str = UNKNOWN
    plan: str = ""
    """Empty: no plan was running when the case closed."""

    @property
    def words(self) -> str:
        if self.home == UNKNOWN and self.trend == UNKNOWN:
            return "non connu"
        said = [HOMES[self.home]]
        said += [f"dette {TRENDS[self.trend]}"] if self.trend != UNKNOWN else []
        said += [f"plan {PLANS[self.plan]}"] if self.plan not in ("", UNKNOWN) else []
        return ", ".join(said)


@dataclass(frozen=True, kw_only=True)
class OfferedAnswer:
    words: str
    news: LaterNews


def offer_answers(*, has_plan: bool) -> dict[str, OfferedAnswer]:
    """Code → one press that says all. A plan that goes on lowers the debt: stable or higher, it is not kept."""
    failed, unknown = (BROKEN, UNKNOWN) if has_plan else ("", "")
    kept = {"kept": OfferedAnswer(words="Toujours là, plan tenu", news=LaterNews(home=YES, trend=LESS, plan=KEPT))}
    less = "Toujours là, dette en baisse, plan non tenu" if has_plan else "Toujours là, dette en baisse ou soldée"
    return (kept if has_plan else {}) | {
        "less": OfferedAnswer(words=less, news=LaterNews(home=YES, trend=LESS, plan=failed)),
        "same": OfferedAnswer(words="Toujours là, dette stable", news=LaterNews(home=YES, trend=SAME, plan=failed)),
        "more": OfferedAnswer(words="Toujours là, dette en hausse", news=LaterNews(home=YES, trend=MORE, plan=failed)),
        "home": OfferedAnswer(words="Toujours là, dette non connue", news=LaterNews(home=YES, plan=unknown)),
        "left": OfferedAnswer(words="N’habite plus ce logement", news=LaterNews(home=NO, plan=unknown)),
        "unknown": OfferedAnswer(words="Non connu", news=LaterNews(plan=unknown)),
    }


@dataclass(frozen=True, kw_only=True)
class LaterWindow:
    """The days whose news counts as those of a horizon."""

    first: date
    until: date
    """The first day on which it counts no more."""

    def __contains__(self, day: date) -> bool:
        return self.first <= day < self.until


def window_of(closed_on: date, months: int) -> LaterWindow:
    return LaterWindow(first=add_months(closed_on, months), until=add_months(closed_on, months + ASKED_FOR))


def is_asked_about(closed_on: date, day: date) -> bool:
    """Is it news, that day, of a case closed then?"""
    return any(day in window_of(closed_on, months) for months in HORIZONS)
