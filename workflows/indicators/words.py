"""The words of what indicators are split by, in the order in which they are listed."""

from collections.abc import Callable, Mapping
from datetime import date

from cases.models import (
    AidKind,
    CaseOutcome,
    DebtLine,
    Diagnostic,
    Housing,
    LandlordType,
    Referent,
    RepaymentPlan,
    Report,
    Structure,
)
from cases.models.notices import benefits, operators
from cases.rules import later
from cases.rules.french import MONTHS
from workflows.indicators.kinds import CROSS, Indicator
from workflows.indicators.quarters import Quarter
from workflows.queries.questions import words_on
from workflows.steps.answer import DECLINE_REASONS

UNKNOWN = "non connu"
PRIVATE_LANDLORDS: Mapping[str, str] = {
    **{str(each.value): str(each.label) for each in (LandlordType.PERSON, LandlordType.FAMILY_SCI)},
    "": UNKNOWN,
}
"""Natures of landlords that are people, or may be, with their words: few of them are somebody."""
SPLITS: Mapping[str, str] = {
    "": "sans répartition",
    "structure": "structure",
    "landlord_type": "nature du bailleur",
    "housing": "parc de logement",
    "move": "mouvement",
    CROSS: "structure et nature du bailleur",
    "channel": "voie du signalement",
    "contact": "résultat",
    "reason": "motif",
    "plan_author": "auteur du plan",
    "outcome": "issue",
    "benefit": "prestation",
    "operator": "organisme",
    "cause": "motif du trop-perçu",
    "line_outcome": "issue de la ligne",
    "service": "service de l’organisme",
    "place": "place",
    "end_reason": "motif de fin",
    "followers": "nombre de structures",
    "step": "étape du dossier",
    "family": "composition du ménage",
    "children": "enfants à charge",
    "holder_age": "âge du titulaire",
    "rsa": "RSA",
    "aid": "aide au logement",
    "stage": "étape de la procédure",
    "later_home": "logement",
    "later_trend": "dette",
    "later_plan": "plan",
}
CONTACTS = {
    "reached": "contact établi",
    "declined": "ne souhaite pas être accompagné",
    "not_reached": "contact non établi",
}
FOLLOWERS = {"1": "une structure", "2": "deux structures", "3": "trois structures ou plus"}
STEPS = {
    "turn": "stock initial, attend son tour",
    "check": "courrier à vérifier",
    "qualify": "à qualifier",
    "answer": "attend une structure",
    "contact": "contact à établir",
    "plan": "diagnostic et plan d’actions",
    "monitor": "plan suivi",
    "lines": "démarches à faire",
    "operator": "réponse attendue",
    "close": "à clore",
}
"""Where a case stands, in the order in which it goes on."""
CHILDREN = {"0": "sans enfant à charge", "1": "un enfant", "2": "deux enfants", "3": "trois enfants ou plus"}
AGES = {"0": "moins de 25 ans", "1": "25 à 39 ans", "2": "40 à 59 ans", "3": "60 ans et plus"}
RSA = {"true": "a le RSA", "false": "n’a pas le RSA"}
STAGES = {
    "amicable": "amiable",
    "order_to_pay": "commandement de payer",
    "summons": "assignation",
    "order_to_leave": "commandement de quitter les lieux",
    "police_requested": "concours de la force publique",
}
COORDINATOR = {"coordinator": "coordinateur, toutes structures"}


class Words:
    """Words of codes, read once for all that a page shows: a query for structures, others for causes if asked."""

    def __init__(self, *, territory: str, on: date) -> None:
        self._territory, self._on = territory, on
        self._read: dict[str, Mapping[str, str]] = {}

    def labels_of(self, dimension: str) -> Mapping[str, str]:
        if dimension not in self._read:
            self._read[dimension] = {str(code): str(words) for code, words in self._find(dimension).items()}
        return self._read[dimension]

    def _find(self, dimension: str) -> Mapping[str, str]:
        if dimension in STRUCTURES:
            return {**COORDINATOR, **self._structures} if dimension == "place" else self._structures
        if dimension == "cause":
            return {each.code: each.label for each in words_on(self._on, territory=self._territory).causes}
        return FIXED[dimension]()

    @property
    def _structures(self) -> Mapping[str, str]:
        if "" not in self._read:
            named = Structure.objects.filter(territory=self._territory).order_by("name").values_list("pk", "name")
            self._read[""] = {str(pk): name for pk, name in named}
        return self._read[""]


STRUCTURES = ("structure", "service", "place")
FIXED: Mapping[str, Callable[[], Mapping[str, str]]] = {
    "landlord_type": lambda: dict(LandlordType.choices),
    "housing": lambda: dict(Housing.choices),
    "channel": lambda: dict(Report.Channel.choices),
    "contact": lambda: CONTACTS,
    "reason": lambda: dict(DECLINE_REASONS),
    "plan_author": lambda: dict(RepaymentPlan.Author.choices),
    "outcome": lambda: dict(CaseOutcome.choices),
    "benefit": lambda: dict(benefits()),
    "operator": lambda: dict(operators()),
    "line_outcome": lambda: dict(DebtLine.Outcome.choices),
    "end_reason": lambda: dict(Referent.End.choices),
    "followers": lambda: FOLLOWERS,
    "step": lambda: STEPS,
    "family": lambda: dict(Diagnostic.Family.choices),
    "children": lambda: CHILDREN,
    "holder_age": lambda: AGES,
    "rsa": lambda: RSA,
    "aid": lambda: dict(AidKind.choices),
    "stage": lambda: STAGES,
    "later_home": lambda: later.HOMES,
    "later_trend": lambda: later.TRENDS,
    "later_plan": lambda: later.PLANS,
}


def columns_of(indicator: Indicator, quarter: Quarter, *, as_of: date) -> dict[str, str]:
    """Months that have begun, or bands. The year is the quarter’s."""
    if indicator.is_stock:
        return {each.code: each.words for each in indicator.bands}
    return {f"{each:%Y-%m}": MONTHS[each.month - 1] for each in quarter.months if each <= as_of}
