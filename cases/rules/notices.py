"""What a notice of overpayment can and cannot say. Pure: every fault at once, each with its field, in French."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cases.rules.french import money

PLAUSIBLE = Decimal(60000)
"""Above, a comma was probably forgotten: the largest overpayments that the domain files cite stay far below."""
OLDEST = 10
"""Years: no prescription is longer (domain §A2)."""


@dataclass(frozen=True, kw_only=True)
class TypedLine:
    benefit: str
    amount: Decimal
    since: date | None = None
    until: date | None = None
    cause: str = ""
    fraud: str = "unknown"
    fraud_by: str = ""
    fraud_on: date | None = None


def facts_told_by(*, operator: str, lines: Sequence[TypedLine]) -> dict[str, bool]:
    """What a letter says of the household by its lines alone: who is claimed some RSA receives it, and the MSA claims
    from its own members. Nothing is deduced from what a letter does not say."""
    found = {}
    if any(line.benefit == "rsa" for line in lines):
        found["rsa"] = True
    if operator == "msa":
        found["msa"] = True
    return found


def faults_of(
    *, letter_date: date, received_on: date | None, lines: Sequence[TypedLine], today: date
) -> list[tuple[str, str]]:
    """(field, sentence); the fields of a line carry its rank: `amount-2`."""
    faults = _date_faults(letter_date, received_on, today=today)
    if not lines:
        faults.append(("", "Saisir au moins une ligne : la prestation et le montant réclamé."))
    for rank, line in enumerate(lines, start=1):
        faults += [
            (f"{field}-{rank}", words) for field, words in _line_faults(line, letter_date=letter_date, today=today)
        ]
        if line in lines[: rank - 1]:
            faults.append((f"benefit-{rank}", "Cette ligne est la même qu’une autre : en retirer une."))
    return faults


def _date_faults(letter_date: date, received_on: date | None, *, today: date) -> list[tuple[str, str]]:
    faults = []
    if letter_date > today:
        faults.append(("letter_date", "La date du courrier ne peut pas être à venir."))
    if letter_date.year < today.year - OLDEST:
        faults.append(("letter_date", "Vérifier l’année : ce courrier aurait plus de dix ans."))
    if received_on and received_on > today:
        faults.append(("received_on", "La date de réception ne peut pas être à venir."))
    if received_on and received_on < letter_date:
        faults.append(("received_on", "Le courrier ne peut pas être reçu avant sa propre date : vérifier les deux."))
    return faults


def _line_faults(line: TypedLine, *, letter_date: date, today: date) -> list[tuple[str, str]]:
    faults = []
    if line.amount <= 0:
        faults.append(("amount", "Le montant réclamé est supérieur à zéro."))
    elif line.amount > PLAUSIBLE:
        faults.append(("amount", f"Plus de {money(PLAUSIBLE)} : vérifier la virgule."))
    if line.since and line.until and line.until < line.since:
        faults.append(("until", "La période finit avant de commencer : inverser les deux mois."))
    if line.until and line.until > letter_date:
        faults.append(("until", "Le trop-perçu ne peut pas porter sur un mois postérieur au courrier."))
    return faults + faults_of_fraud(line.fraud, by=line.fraud_by, on=line.fraud_on, today=today)


def faults_of_fraud(said: str, *, by: str, on: date | None, today: date) -> list[tuple[str, str]]:
    """Who qualified a fraud is always said: a letter that only speaks of it has qualified nothing."""
    faults = []
    if said == "yes" and not by:
        faults.append(("fraud_by", "Dire qui a décidé. Si aucune décision n’est citée : « évoquée, sans décision »."))
    if said != "yes" and by:
        faults.append(("fraud", "Une autorité est donnée : dire si elle a qualifié la fraude."))
    if said not in ("yes", "alleged") and on:
        faults.append(("fraud", "Une date est donnée : dire si le courrier qualifie de fraude."))
    if on and on > today:
        faults.append(("fraud_on", "Cette date ne peut pas être à venir."))
    return faults
