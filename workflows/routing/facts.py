"""The facts that decide who takes a case: what may be asked, what is known, and from whom.

A fact that isn't known is absent. "Nobody" and "no" are answers; an absence is not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cases.rules.conditions import BadValue, Key, KeyKind, Value

NOBODY = "none"
AMICABLE = "amicable"
"""The stage in which no bailiff was sent yet."""
_UNKNOWN = (None, "", "unknown", "inconnu")


@dataclass(frozen=True, kw_only=True)
class KnownStructure:
    """A structure that a row or a fact may name."""

    code: str
    kind: str
    name: str
    is_active: bool = True
    """A structure out of service keeps its name in rows and facts, and is asked nothing."""
    suspended_until: date | None = None
    """The last day on which it takes no new case; it is asked nothing either, unless the row says so."""
    suspended_for: str = ""
    """The code of the reason."""
    may_follow: bool = True
    """It accompanies households: it neither recovers, claims rent, nor pilots."""

    @property
    def suspension_in_words(self) -> str:
        """Why the structure takes no new case, in French; empty when it does."""
        return f"{self.name} jusqu’au {self.suspended_until:%d/%m/%Y}" if self.suspended_until else ""


class InvalidFacts(ValueError):
    """Every fault of the facts given, as French sentences."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, kw_only=True)
class RoutingFact:
    value: Value
    source: str = ""


@dataclass(frozen=True)
class RoutingFacts:
    known: Mapping[str, RoutingFact]

    def value(self, code: str) -> Value | None:
        fact = self.known.get(code)
        return fact.value if fact else None

    def source(self, code: str) -> str:
        fact = self.known.get(code)
        return fact.source if fact else ""

    def as_json(self) -> dict[str, object]:
        return {code: {"value": json_value(fact.value), "source": fact.source} for code, fact in self.known.items()}


def json_value(value: Value | None) -> object:
    """Amounts stay exact: a whole number, or its decimal text."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else str(value)


def read_facts(raw: Mapping[str, object], *, keys: Mapping[str, Key], source: str = "") -> RoutingFacts:
    """Facts from JSON or a form: a plain value, or {"value", "source"}. InvalidFacts tells every fault at once."""
    faults, known = [], {}
    for code, given in raw.items():
        value, its_source = (given.get("value"), given.get("source")) if isinstance(given, Mapping) else (given, None)
        if code not in keys:
            faults.append(f"« {code} » n’est pas un fait connu : choisir parmi {', '.join(keys)}.")
        elif value not in _UNKNOWN:
            try:
                known[code] = RoutingFact(value=keys[code].read(value), source=str(its_source or source))
            except BadValue as fault:
                faults.append(str(fault))
    if faults:
        raise InvalidFacts(faults)
    return RoutingFacts(known)


def fact_keys(structures: Iterable[KnownStructure]) -> Mapping[str, Key]:
    """What a routing table may ask about an arrears case."""
    names = {structure.code: structure.name for structure in structures}
    keys = (
        Key(code="followed_by", label="Déjà suivi par", kind=KeyKind.CHOICE, choices={NOBODY: "personne", **names}),
        Key(code="dependent_children", label="Enfants à charge", kind=KeyKind.NUMBER),
        Key(code="family_benefits", label="Prestations familiales", kind=KeyKind.YES_NO),
        Key(
            code="aid_kind",
            label="Aide au logement",
            kind=KeyKind.CHOICE,
            choices={"APL": "APL", "ALF": "ALF", "ALS": "ALS", "none": "aucune"},
        ),
        Key(
            code="housing",
            label="Parc",
            kind=KeyKind.CHOICE,
            choices={"social": "social", "private": "privé", "epfif": "Grigny 2, EPFIF ou plan de sauvegarde"},
        ),
        Key(
            code="occupation",
            label="À quel titre le ménage occupe le logement",
            kind=KeyKind.CHOICE,
            choices={
                "tenant": "locataire",
                "owner": "propriétaire occupant",
                "hosted": "hébergé",
                "sublet": "sous-locataire",
                "hostel": "foyer, résidence sociale ou hôtel",
            },
        ),
        Key(code="rsa", label="RSA", kind=KeyKind.YES_NO),
        Key(code="age", label="Âge", kind=KeyKind.NUMBER),
        Key(
            code="stage",
            label="Étape de la procédure",
            kind=KeyKind.CHOICE,
            choices={
                AMICABLE: "amiable",
                "order_to_pay": "commandement de payer",
                "summons": "assignation",
                "order_to_leave": "commandement de quitter les lieux",
                "police_requested": "concours de la force publique requis",
            },
        ),
        Key(
            code="legal_protection",
            label="Tutelle, curatelle ou accompagnement budgétaire ordonné par le juge",
            kind=KeyKind.YES_NO,
        ),
        Key(code="mandated_body", label="Organisme chargé de la mesure", kind=KeyKind.CHOICE, choices=names),
        Key(code="employed", label="Salarié", kind=KeyKind.YES_NO),
        Key(code="urgent", label="Urgence : violence, coupure ou expulsion sous 30 jours", kind=KeyKind.YES_NO),
        Key(code="msa", label="Affilié à la MSA", kind=KeyKind.YES_NO),
        Key(code="debt_disputed", label="Dette contestée ou logement non décent", kind=KeyKind.YES_NO),
        Key(code="months_unpaid", label="Mois impayés", kind=KeyKind.NUMBER),
        Key(code="debt", label="Dette", kind=KeyKind.NUMBER, is_money=True),
        Key(
            code="landlord_support_agreed",
            label="Accord du locataire pour un suivi par le bailleur",
            kind=KeyKind.YES_NO,
        ),
    )
    return {key.code: key for key in keys}
