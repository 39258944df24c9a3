"""What a line of an overpayment says to its letters: from what is known of it, the words of each field and the address. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.text import capfirst

from cases.rules.debt_line_standing import Alarm
from cases.rules.french import money, month_name, of_month
from cases.rules.line_letters import RECIPIENTS, REQUESTS, LineLetter, LineLetters
from cases.rules.overpayments import Check
from cases.rules.remedies import Remedy
from cases.rules.texts import non_empty_lines

OF_A_WAIVER = frozenset({"waiver", "refusal"})
PENALTY_COURT = "penalty_court"
"""That of a penalty: copied from its decision, and guessed nowhere."""
SALUTATION, OF_A_JUDGE = "Madame, Monsieur", "Madame, Monsieur le Président"
CODES = {
    "CSS": "du code de la sécurité sociale",
    "CASF": "du code de l’action sociale et des familles",
    "CCH": "du code de la construction et de l’habitation",
    "CJA": "du code de justice administrative",
    "CGCT": "du code général des collectivités territoriales",
    "Code du travail": "du code du travail",
}
_ARTICLE = r"[LRD]\d+(?:-\d+)*(?:-[A-Z])?(?:, alinéas? \d+(?: à \d+)?|, \d+°(?: et \d+°)?|, [IVX]+)?"
LAW = re.compile(
    rf"^(?P<code>{'|'.join(CODES)}) (?P<articles>{_ARTICLE}(?:(?:, et |, | et | à ){_ARTICLE})*)\s*(?:[:;].*)?$"
)
"""A reference that names articles and nothing else, before a colon or a semicolon."""


@dataclass(frozen=True, kw_only=True)
class PriorRequest:
    """What was asked before this letter, by the dated fact that it was, and what became of it."""

    fact: str
    on: date
    refused_on: date | None = None
    silent_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class LineLetterFacts:
    """What is known of a line when one writes about it. Dates and sums; None or empty when not known."""

    person: str
    operator_name: str
    benefit: str
    amount: Decimal
    balance: Decimal | None = None
    """What remains; the whole when nobody paid yet."""
    first_month: date | None = None
    last_month: date | None = None
    file_number: str = ""
    cause: str = ""
    notice_on: date | None = None
    received_on: date | None = None
    requests: tuple[PriorRequest, ...] = ()
    formal_notice_on: date | None = None
    """A formal notice, received."""
    served_on: date | None = None
    """A contrainte, by signification or notification."""
    penalty_decided_on: date | None = None
    penalty_mediation_asked_on: date | None = None
    penalty_mediation_ended_on: date | None = None
    admitted_on: date | None = None
    erased_on: date | None = None
    """A file of over-indebtedness: declared admissible, then the debts erased."""
    withheld: Decimal | None = None
    withheld_since: date | None = None
    allowed: Decimal | None = None
    lacks: tuple[Check, ...] = ()
    """What the notification does not say."""
    alarm: Alarm | None = None
    withheld_unlawfully: Decimal | None = None
    """The last one of which there is an alarm."""
    professional: str = ""
    structure: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)


def values_of(
    facts: LineLetterFacts, *, letter: LineLetter, letters: LineLetters, remedy: Remedy, on: date
) -> dict[str, str]:
    """Merge field → words. What is not known is empty."""
    request = _request_before(letter, facts.requests, names_silence="silence_date" in letters.field_names(letter))
    withheld, withheld_since = facts.withheld, facts.withheld_since
    if (
        facts.alarm and letter.code == facts.alarm.letter
    ):  # of what was withheld while it might not be, and of nothing before
        withheld, withheld_since = facts.withheld_unlawfully, facts.alarm.seen_on
    values = {
        "person": facts.person,
        "salutation": OF_A_JUDGE if letter.to in ("court", PENALTY_COURT) else SALUTATION,
        "file_number": facts.file_number,
        "operator_name": facts.operator_name,
        "of_benefit": letters.of_benefit[facts.benefit],
        "amount": money(facts.amount),
        "balance": money(facts.amount if facts.balance is None else facts.balance),
        "period": _period(facts.first_month, facts.last_month),
        "cause": facts.cause,
        "notice_date": _format_day(facts.notice_on),
        "receipt_date": _format_day(facts.received_on),
        "today": _format_day(on),
        "court": letters.court_name(remedy),
        "request_date": _format_day(request.on if request else None),
        "request_words": _said_of(request),
        "decision_words": _decision(request),
        "silence_date": _format_day(request.silent_on if request else None),
        "formal_notice_date": _format_day(facts.formal_notice_on),
        "served_date": _format_day(facts.served_on),
        "penalty_decided_date": _format_day(facts.penalty_decided_on),
        "penalty_request_words": _penalty_request(facts),
        "admitted_date": _format_day(facts.admitted_on),
        "erased_date": _format_day(facts.erased_on),
        "missing": " ; ".join(check.missing for check in facts.lacks),
        "professional": facts.professional,
        "structure": facts.structure,
        "withheld_amount": _money(withheld),
        "withheld_since": _format_day(withheld_since),
        "allowed_amount": _money(facts.allowed),
        "excess_amount": _excess(facts),
    }
    return values | _of_law(facts, letter=letter, remedy=remedy) | dict(facts.typed)


def _of_law(facts: LineLetterFacts, *, letter: LineLetter, remedy: Remedy) -> dict[str, str]:
    reasons = facts.alarm.because if facts.alarm else ()
    # An edition of the matrix may be older than this text: the letter then names its own.
    limit = in_full(remedy.withholding.reference if remedy.withholding else letter.reference)
    texts = [in_full(reason.reference) for reason in reasons] or [in_full(remedy.suspension.reference)]
    return {
        "law_contest": in_full(remedy.contest.reference),
        "law_waiver": in_full(remedy.waiver.reference) if remedy.waiver else "",
        "waiver_plea": remedy.waiver.plea if remedy.waiver else "",
        "law_suspension": " et ".join(dict.fromkeys(_with_article(text) for text in texts if text)),
        "law_withholding": _with_article(limit) if limit else "",
        "suspended_because": " ; ".join(reason.words for reason in reasons),
        "suspension_words": suspension_words(letter, remedy),
        "prescription": f"{remedy.prescription.ordinary} ans" if remedy.prescription else "",
    }


def suspension_words(letter: LineLetter, remedy: Remedy) -> str:
    """What a recourse or a request for a waiver says of recovery: by law, or as a request."""
    step = "waiver" if letter.to in OF_A_WAIVER else "recourse"
    text = in_full(remedy.suspension.reference)
    if remedy.suspension.stops(step) and text:
        what = "Cette demande" if letter.to == "waiver" else "Ce recours"
        return f"{what} suspend le recouvrement ({text}) : aucune retenue ne peut être faite avant la réponse."
    return "Je vous demande expressément de suspendre toute retenue jusqu’à votre décision."


def in_full(reference: str) -> str:
    """CSS R142-1 → article R142-1 du code de la sécurité sociale. Empty for what is no article that a letter may quote."""
    found = LAW.match(reference)
    if found is None:
        return ""
    articles = found["articles"]
    many = " et " in articles or re.search(r"\d à [LRD]?\d", articles)
    comma = "," if "alinéa" in articles or "°" in articles else ""
    return f"article{'s' if many else ''} {articles}{comma} {CODES[found['code']]}"


def _with_article(text: str) -> str:
    return f"les {text}" if text.startswith("articles") else f"l’{text}"


def recipient_lines(
    letter: LineLetter, facts: LineLetterFacts, *, letters: LineLetters, remedy: Remedy
) -> tuple[str, ...]:
    """The first lines of the address; the rest comes from the directory of the partners."""
    name = facts.operator_name
    if letter.to == "court":
        return (capfirst(letters.court_name(remedy)),)
    if named := {"authority": remedy.contest, "waiver": remedy.waiver, "refusal": remedy.refusal}.get(letter.to):
        return (named.addressee,) if named.outside else non_empty_lines(named.addressee, name)
    if letter.to == "mediator":
        return non_empty_lines(RECIPIENTS["mediator"], name)
    if letter.to == "legal_aid":
        return (RECIPIENTS["legal_aid"], capfirst(letters.court_of_home))
    if letter.to == PENALTY_COURT:
        return (capfirst(facts.typed.get(PENALTY_COURT) or RECIPIENTS[PENALTY_COURT]),)
    if letter.to == "defender":
        return (RECIPIENTS["defender"],)
    if letter.to == "referent":
        return non_empty_lines(facts.professional, facts.structure)
    return (facts.person,) if letter.to == "person" else (name,)


def _format_day(day: date | None) -> str:
    return f"{'1er' if day.day == 1 else day.day} {month_name(day)}" if day else ""


def _period(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return ""
    end = month_name(last)
    return of_month(first) if month_name(first) == end else f"{of_month(first)} à {end}"


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else money(amount)


def _excess(facts: LineLetterFacts) -> str:
    """What is withheld above the scale, when both are known."""
    if facts.withheld is None or facts.allowed is None or facts.withheld <= facts.allowed:
        return ""
    return money(facts.withheld - facts.allowed)


def _request_before(
    letter: LineLetter, requests: Iterable[PriorRequest], *, names_silence: bool
) -> PriorRequest | None:
    """The last one that the letter may go on from: a recourse never speaks of a waiver that was refused since."""
    may = (each for each in requests if not letter.follows or each.fact in letter.follows)
    return max((each for each in may if each.silent_on or not names_silence), key=lambda each: each.on, default=None)


def _penalty_request(facts: LineLetterFacts) -> str:
    """What was done against the penalty before the court."""
    if facts.penalty_mediation_asked_on is None:
        return "Je la conteste."
    ended = facts.penalty_mediation_ended_on
    end = f" La médiation a pris fin le {_format_day(ended)}." if ended else ""
    return (
        f"J’ai saisi le médiateur le {_format_day(facts.penalty_mediation_asked_on)}.{end} Je conteste cette pénalité."
    )


def _said_of(request: PriorRequest | None) -> str:
    return REQUESTS[request.fact].asked.format(day=_format_day(request.on)) if request else ""


def _decision(request: PriorRequest | None) -> str:
    if request and request.refused_on:
        return REQUESTS[request.fact].refused.format(day=_format_day(request.refused_on))
    if request and request.silent_on:
        return REQUESTS[request.fact].silent.format(day=_format_day(request.silent_on))
    return "Je n’ai pas reçu de réponse."
