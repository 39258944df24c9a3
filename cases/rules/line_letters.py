"""Letters about one line of an overpayment: their texts read from data, checked, and filled with what is known. Pure.

They are made of the blocks of every letter (`cases.rules.letters`), and of arguments that the professional chooses. No
letter is known by its code here.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from cases.refusals import Refusal
from cases.rules.catalogue import CONFIDENCES
from cases.rules.debt_lines import Alarm
from cases.rules.french import MONTHS, money
from cases.rules.letters import BLANK, HOLE, Filled
from cases.rules.overpayments import STEPS, Check
from cases.rules.remedies import BENEFITS, Remedy

FIELDS: Mapping[str, str] = {
    "person": "nom de la personne",
    "salutation": "formule d’appel",
    "file_number": "numéro de dossier chez l’organisme",
    "operator_name": "organisme",
    "of_benefit": "prestation",
    "amount": "somme réclamée",
    "balance": "somme restant due",
    "period": "période",
    "cause": "motif indiqué",
    "notice_date": "date de la notification",
    "receipt_date": "date de réception",
    "today": "date du courrier",
    "court": "tribunal",
    "law_contest": "texte du recours",
    "law_waiver": "texte de la remise",
    "law_suspension": "texte de la suspension",
    "suspension_words": "demande de suspension",
    "suspended_because": "raison de la suspension",
    "prescription": "durée de la prescription",
    "missing": "ce que la notification n’indique pas",
    "request_date": "date de la demande précédente",
    "request_words": "démarche précédente",
    "decision_words": "réponse de l’organisme",
    "silence_date": "date du rejet par le silence",
    "constraint_date": "date de la contrainte",
    "served_date": "jour où la contrainte a été signifiée ou notifiée",
    "penalty_date": "date de l’avis de pénalité",
    "withheld_amount": "retenue constatée",
    "withheld_since": "date de la première retenue",
    "allowed_amount": "retenue du barème",
    "excess_amount": "retenue en trop",
    "monthly_offer": "mensualité proposée",
    "months": "nombre de mois",
    "resources": "ressources du mois",
    "expenses": "charges et dettes du mois",
    "left_to_live": "reste pour vivre",
    "mandate_until": "fin du mandat",
    "privacy_contact": "délégué à la protection des données",
    "professional": "professionnel",
    "structure": "structure",
    "story": "explications de la personne",
    "answer": "réponse",
}
"""What a text may name, with the words that say so to whoever writes it."""

TYPED = (
    "story", "cause", "monthly_offer", "months", "resources", "expenses", "left_to_live", "constraint_date",
    "penalty_date", "mandate_until", "privacy_contact", "answer",
)  # fmt: skip
"""Fields that the professional fills for each letter; the line and its case give the others."""

OF_THE_SCALE = frozenset({"allowed_amount", "excess_amount"})
"""Fields that come from a comparison with the scale of its own year, and from nowhere else: nobody types them."""

ROWS = ("steps",)
"""What a list may repeat: the steps of a computation."""

SENDERS = ("person", "structure", "operator")
RECIPIENTS: Mapping[str, str] = {
    "authority": "",
    "operator": "",
    "waiver": "",
    "mediator": "Médiateur",
    "court": "",
    "defender": "Défenseur des droits",
    "person": "",
    "referent": "",
}
"""To whom, with the first line of the address where it is always the same."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "heading": ("text",),
    "paragraph": ("text", "shared"),
    "closing": ("text", "shared"),
    "list": ("items", "each"),
    "references": ("items",),
    "arguments": (),
    "attachments": ("items",),
    "signature": ("items",),
}
ENDING = ("closing", "signature")
_SHOWN = {"references": "attachments"}
"""Kinds that the typesetter knows under another name."""

COURTS = ("ta", "tj", "tj_social")
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


class InvalidLineLetters(ValueError):
    """Every fault of a catalogue, as French sentences."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class LacksValue(Refusal):
    """A letter cannot be made: what its text names isn’t known. The message says what."""

    def __init__(self, fields: Iterable[str]) -> None:
        self.fields = tuple(fields)
        words = ", ".join(FIELDS[name] for name in self.fields)
        super().__init__(f"Ce courrier ne peut pas encore être produit. Il manque : {words}.")


class LacksScale(Refusal):
    """A letter cannot be made: nothing withheld was found above the scale of its year. The message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "Ce courrier ne peut pas être produit : rien n’a été trouvé au-dessus du barème de l’année sur cette ligne."
            " Vérifier d’abord la retenue. Si le barème de l’année n’est pas connu, demander à l’organisme le détail de"
            " son calcul (courrier « Demande de décompte et de motifs »)."
        )


@dataclass(frozen=True, kw_only=True)
class LineBlock:
    kind: str
    text: str = ""
    items: tuple[str, ...] = ()
    each: str = ""


@dataclass(frozen=True, kw_only=True)
class Argument:
    code: str
    title: str
    text: str
    letters: tuple[str, ...]
    reference: str
    confidence: str
    benefits: tuple[str, ...] = ()
    """Those alone; any when empty."""
    without_fraud: bool = False
    """It does not hold once a fraud was qualified."""


@dataclass(frozen=True, kw_only=True)
class LineLetter:
    code: str
    title: str
    """Its name in the product."""
    subject: str
    about: str
    sender: str
    to: str
    proof: bool
    """Its sending must be proved."""
    counts_as: str
    """The dated fact that its sending is, if any."""
    papers: str
    """The step whose papers go with it."""
    benefits: tuple[str, ...]
    reference: str
    confidence: str
    blocks: tuple[LineBlock, ...]
    follows: tuple[str, ...] = ()
    """The dated facts of the request that it goes on from; of any request when empty."""

    @property
    def is_to_be_verified(self) -> bool:
        return self.confidence != "H"

    @property
    def takes_arguments(self) -> bool:
        return any(block.kind == "arguments" for block in self.blocks)


@dataclass(frozen=True, kw_only=True)
class LineLetters:
    letters: Mapping[str, LineLetter]
    arguments: Mapping[str, Argument]
    of_benefit: Mapping[str, str]
    courts: Mapping[str, str]

    def court_name(self, remedy: Remedy) -> str:
        return self.courts["tj_social" if remedy.court.social else remedy.court.code]

    def field_names(self, letter: LineLetter, *, arguments: Collection[str] = ()) -> tuple[str, ...]:
        """What its text names, and that of the arguments chosen, in the order of reading."""
        texts = [letter.subject]
        for block in letter.blocks:
            texts += [block.text, *block.items]
            if block.kind == "arguments":
                texts += [self.arguments[code].text for code in arguments]
        return tuple(dict.fromkeys(name for text in texts for name in HOLE.findall(text)))

    def typed_fields(self, letter: LineLetter, *, arguments: Collection[str] = ()) -> tuple[str, ...]:
        return tuple(name for name in TYPED if name in self.field_names(letter, arguments=arguments))

    def arguments_of(self, letter: LineLetter, *, benefit: str, fraud: bool | None = None) -> tuple[Argument, ...]:
        """Those that one may choose for this letter."""
        return tuple(
            each
            for each in self.arguments.values()
            if letter.takes_arguments
            and letter.code in each.letters
            and (not each.benefits or benefit in each.benefits)
            and not (fraud and each.without_fraud)
        )

    def letters_about(self, benefit: str) -> tuple[LineLetter, ...]:
        """Those that may speak of this benefit."""
        return tuple(each for each in self.letters.values() if not each.benefits or benefit in each.benefits)

    def fill(
        self,
        letter: LineLetter,
        *,
        values: Mapping[str, str],
        steps: Sequence[str] = (),
        arguments: Collection[str] = (),
        draft: bool = False,
    ) -> Filled:
        """The letter in words. Refuses (`LacksValue`) a value that is missing, or leaves it blank in a draft."""
        missing = [name for name in self.field_names(letter, arguments=arguments) if not values.get(name)]
        if not draft and OF_THE_SCALE & set(missing):
            raise LacksScale
        if missing and not draft:
            raise LacksValue(missing)
        blocks = [
            shown
            for block in letter.blocks
            for shown in (self._argument_blocks(arguments) if block.kind == "arguments" else [block])
        ]
        return Filled(
            subject=_fill_text(letter.subject, values),
            blocks=tuple(_fill_block(block, values, steps=steps) for block in blocks),
        )

    def _argument_blocks(self, codes: Collection[str]) -> list[LineBlock]:
        """In the order of the catalogue, whatever the order of the choice."""
        return [LineBlock(kind="paragraph", text=each.text) for each in self.arguments.values() if each.code in codes]


def with_pieces(letter: LineLetter, pieces: Sequence[str]) -> LineLetter:
    """The letter with the pieces that go with it listed in place of what its text says of them."""
    if not pieces:
        return letter
    said = LineBlock(kind="attachments", items=(f"Pièces jointes : {' ; '.join(_lower(each) for each in pieces)}.",))
    if any(block.kind == "attachments" for block in letter.blocks):
        return replace(letter, blocks=tuple(said if each.kind == "attachments" else each for each in letter.blocks))
    end = next((at for at, each in enumerate(letter.blocks) if each.kind in ENDING), len(letter.blocks))
    return replace(letter, blocks=(*letter.blocks[:end], said, *letter.blocks[end:]))


def _lower(text: str) -> str:
    """An abbreviation keeps its capitals; a brace is a brace."""
    text = text.replace("{", "(").replace("}", ")")
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _fill_block(block: LineBlock, values: Mapping[str, str], *, steps: Sequence[str]) -> dict[str, Any]:
    items = [_fill_text(item, values) for item in block.items]
    return {
        "kind": _SHOWN.get(block.kind, block.kind),
        "text": _fill_text(block.text, values),
        "items": [*items, *steps] if block.each else items,
        "columns": [],
        "rows": [],
    }


def _fill_text(text: str, values: Mapping[str, str]) -> str:
    """One pass: braces inside a value are that value’s own."""
    return HOLE.sub(lambda hole: values.get(hole[1]) or BLANK, text)


# What a line says to its letters


@dataclass(frozen=True, kw_only=True)
class PriorRequest:
    """What was asked before this letter, by the dated fact that it was, and what became of it."""

    fact: str
    on: date
    refused_on: date | None = None
    silent_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class RequestWords:
    """What a letter says of a request. Each names its `day`."""

    asked: str
    refused: str
    silent: str = "Sans réponse, ma demande a été rejetée par le silence le {day}."


REQUESTS: Mapping[str, RequestWords] = {
    "rectification_asked": RequestWords(
        asked="J’ai demandé une rectification le {day}.",
        refused="Ma demande a été rejetée par une décision du {day}.",
    ),
    "recourse_sent": RequestWords(
        asked="J’ai formé un recours le {day}.",
        refused="Mon recours a été rejeté par une décision du {day}.",
        silent="Sans réponse, mon recours a été rejeté par le silence le {day}.",
    ),
    "mediation_asked": RequestWords(
        asked="J’ai saisi le médiateur le {day}.", refused="La médiation a pris fin le {day}."
    ),
    "waiver_asked": RequestWords(
        asked="J’ai demandé une remise de cette dette le {day}.",
        refused="Cette remise a été refusée par une décision du {day}.",
        silent="Sans réponse, cette remise a été refusée par le silence le {day}.",
    ),
}
"""The dated facts that are requests, in the words of the person who made them."""


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
    served_on: date | None = None
    """A contrainte, by signification or notification."""
    withheld: Decimal | None = None
    withheld_since: date | None = None
    allowed: Decimal | None = None
    lacks: tuple[Check, ...] = ()
    """What the notification does not say."""
    alarm: Alarm | None = None
    professional: str = ""
    structure: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)


def values_of(
    facts: LineLetterFacts, *, letter: LineLetter, letters: LineLetters, remedy: Remedy, on: date
) -> dict[str, str]:
    """Merge field → words. What is not known is empty."""
    request = _request_before(letter, facts.requests, names_silence="silence_date" in letters.field_names(letter))
    values = {
        "person": facts.person,
        "salutation": OF_A_JUDGE if letter.to == "court" else SALUTATION,
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
        "served_date": _format_day(facts.served_on),
        "missing": " ; ".join(check.missing for check in facts.lacks),
        "professional": facts.professional,
        "structure": facts.structure,
        "withheld_amount": _money(facts.withheld),
        "withheld_since": _format_day(facts.withheld_since),
        "allowed_amount": _money(facts.allowed),
        "excess_amount": _excess(facts),
    }
    return values | _of_law(facts, letter=letter, remedy=remedy) | dict(facts.typed)


def _of_law(facts: LineLetterFacts, *, letter: LineLetter, remedy: Remedy) -> dict[str, str]:
    reasons = facts.alarm.because if facts.alarm else ()
    texts = [in_full(reason.reference) for reason in reasons] or [in_full(remedy.suspension.reference)]
    return {
        "law_contest": in_full(remedy.contest.reference),
        "law_waiver": in_full(remedy.waiver.reference) if remedy.waiver else "",
        "law_suspension": " et ".join(dict.fromkeys(_with_article(text) for text in texts if text)),
        "suspended_because": " ; ".join(reason.words for reason in reasons),
        "suspension_words": suspension_words(letter, remedy),
        "prescription": f"{remedy.prescription.ordinary} ans" if remedy.prescription else "",
    }


def suspension_words(letter: LineLetter, remedy: Remedy) -> str:
    """What a recourse or a request for a waiver says of recovery: by law, or as a request."""
    step = "waiver" if letter.to == "waiver" else "recourse"
    text = in_full(remedy.suspension.reference)
    if remedy.suspension.stops(step) and text:
        what = "Cette demande" if step == "waiver" else "Ce recours"
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
        return (_capitalise(letters.court_name(remedy)),)
    if letter.to == "authority":
        contest = remedy.contest
        return (contest.addressee,) if contest.outside else _non_empty_lines(contest.addressee, name)
    if letter.to == "waiver" and remedy.waiver:
        waiver = remedy.waiver
        return (waiver.addressee,) if waiver.outside else _non_empty_lines(waiver.addressee, name)
    if letter.to == "mediator":
        return _non_empty_lines(RECIPIENTS["mediator"], name)
    if letter.to == "defender":
        return (RECIPIENTS["defender"],)
    if letter.to == "referent":
        return _non_empty_lines(facts.professional, facts.structure)
    return (facts.person,) if letter.to == "person" else (name,)


def _non_empty_lines(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def _format_day(day: date | None) -> str:
    if day is None:
        return ""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def _period(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return ""
    months = [f"{MONTHS[day.month - 1]} {day.year}" for day in (first, last)]
    return _of_month(months[0]) if months[0] == months[1] else f"{_of_month(months[0])} à {months[1]}"


def _of_month(month: str) -> str:
    return f"d’{month}" if month[0] in "ao" else f"de {month}"


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


def _said_of(request: PriorRequest | None) -> str:
    return REQUESTS[request.fact].asked.format(day=_format_day(request.on)) if request else ""


def _decision(request: PriorRequest | None) -> str:
    if request and request.refused_on:
        return REQUESTS[request.fact].refused.format(day=_format_day(request.refused_on))
    if request and request.silent_on:
        return REQUESTS[request.fact].silent.format(day=_format_day(request.silent_on))
    return "Je n’ai pas reçu de réponse."


# Reading

_NEEDED = ("code", "title", "subject", "about", "sender", "to", "reference", "confidence", "blocks")
_KEYS = {*_NEEDED, "proof", "counts_as", "papers", "benefits", "follows"}
_ARGUMENT = ("code", "title", "text", "letters", "reference", "confidence")
_ABOUT_ARGUMENT = ("benefits", "without_fraud")


def read_line_letters(data: Mapping[str, Any], *, facts: Collection[str] | None = None) -> LineLetters:
    """The checked catalogue, or `InvalidLineLetters` with every fault at once. The facts that letters count as are checked
    when they are given."""
    rows: Sequence[Mapping[str, Any]] = data.get("letters", ())
    codes = [row.get("code") for row in rows]
    shared: Mapping[str, str] = data.get("shared", {})
    faults = [fault for row in rows for fault in _letter_faults(row, codes=codes, shared=shared, facts=facts)]
    if not rows:
        faults.append("Le catalogue ne contient aucun courrier.")
    faults += [fault for name, text in shared.items() for fault in _unknown_fields(text, f"Texte commun « {name} »")]
    faults += [fault for row in data.get("arguments", ()) for fault in _argument_faults(row, codes=codes)]
    faults += [
        f"Prestation « {BENEFITS[code]} » : dire comment la nommer dans un courrier (« au titre … »)."
        for code in BENEFITS
        if not data.get("benefits", {}).get(code)
    ]
    faults += [f"Tribunal « {code} » : donner son nom." for code in COURTS if not data.get("courts", {}).get(code)]
    if faults:
        raise InvalidLineLetters(faults)
    return LineLetters(
        letters={row["code"]: _read_letter(row, shared=shared) for row in rows},
        arguments={row["code"]: Argument(**_lists_to_tuples(row)) for row in data.get("arguments", ())},
        of_benefit=data["benefits"],
        courts=data["courts"],
    )


def faults_of_row(row: Mapping[str, Any], *, part: str, shared: Mapping[str, str]) -> list[str]:
    """What is wrong in one letter, one argument or one text in common, read alone."""
    if part == "shared":
        return list(_unknown_fields(row["text"], "Texte commun"))
    if part == "arguments":
        return list(_argument_faults(row, codes=list(row.get("letters", ()))))
    return list(_letter_faults(row, codes=[row["code"]], shared=shared, facts=None))


PARTS = ("benefits", "courts", "shared", "arguments", "letters")


def _read_letter(row: Mapping[str, Any], *, shared: Mapping[str, str]) -> LineLetter:
    texts = {key: row[key] for key in ("code", "title", "subject", "about", "sender", "to", "reference", "confidence")}
    return LineLetter(
        **texts,
        proof=row.get("proof", False),
        counts_as=row.get("counts_as", ""),
        papers=row.get("papers", ""),
        benefits=tuple(row.get("benefits", ())),
        follows=tuple(row.get("follows", ())),
        blocks=tuple(
            LineBlock(
                kind=block["kind"],
                text=shared[block["shared"]] if block.get("shared") else block.get("text", ""),
                items=tuple(block.get("items", ())),
                each=block.get("each", ""),
            )
            for block in row["blocks"]
        ),
    )


def _lists_to_tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _letter_faults(
    row: Mapping[str, Any], *, codes: list[Any], shared: Mapping[str, str], facts: Collection[str] | None
) -> Iterator[str]:
    where = f"Courrier « {row.get('code', 'sans code')} »"
    missing = [key for key in _NEEDED if not row.get(key)]
    if missing:
        yield f"{where} : il manque {', '.join(missing)}."
        return
    yield from (f"{where} : « {key} » n’est pas connu." for key in row if key not in _KEYS)
    if codes.count(row["code"]) > 1:
        yield f"{where} : ce code est donné deux fois."
    choices: dict[str, Collection[str]] = {
        "sender": SENDERS,
        "to": RECIPIENTS,
        "papers": STEPS,
        "confidence": CONFIDENCES,
        **({} if facts is None else {"counts_as": facts}),
    }
    for key, known in choices.items():
        if row.get(key) and row[key] not in known:
            yield f"{where} : {key} = « {row[key]} » n’est pas connu. Valeurs possibles : {', '.join(known)}."
    for fact in row.get("follows", ()):
        if fact not in REQUESTS:
            yield f"{where} : follows = « {fact} » n’est pas connu. Valeurs possibles : {', '.join(REQUESTS)}."
    yield from _unknown_benefits(row, where)
    yield from _unknown_fields(row["subject"], where)
    for number, block in enumerate(row["blocks"], start=1):
        yield from _block_faults(block, shared=shared, where=f"{where}, bloc {number}")


def _block_faults(block: Mapping[str, Any], *, shared: Mapping[str, str], where: str) -> Iterator[str]:
    allowed = KINDS.get(block.get("kind", ""))
    if allowed is None:
        yield f"{where} : nature « {block.get('kind', '')} » inconnue. Natures possibles : {', '.join(KINDS)}."
        return
    yield from (
        f"{where} : « {key} » ne va pas avec {block['kind']}." for key in block if key not in ("kind", *allowed)
    )
    if allowed and not any(block.get(key) for key in allowed):
        yield f"{where} : le bloc est vide."
    if block.get("shared") and block["shared"] not in shared:
        yield f"{where} : le texte commun « {block['shared']} » n’existe pas. Textes communs : {', '.join(shared)}."
    if block.get("each") and block["each"] not in ROWS:
        yield f"{where} : each = « {block['each']} » n’est pas connu. Valeurs possibles : {', '.join(ROWS)}."
    for text in (block.get("text", ""), *block.get("items", ())):
        yield from _unknown_fields(text, where)


def _argument_faults(row: Mapping[str, Any], *, codes: list[Any]) -> Iterator[str]:
    where = f"Argument « {row.get('code', 'sans code')} »"
    missing = [key for key in _ARGUMENT if not row.get(key)]
    if missing:
        yield f"{where} : il manque {', '.join(missing)}."
        return
    yield from (f"{where} : « {key} » n’est pas connu." for key in row if key not in (*_ARGUMENT, *_ABOUT_ARGUMENT))
    yield from (f"{where} : le courrier « {code} » n’existe pas." for code in row["letters"] if code not in codes)
    if row["confidence"] not in CONFIDENCES:
        yield f"{where} : la confiance « {row['confidence']} » n’est pas H, M ou L."
    yield from _unknown_benefits(row, where)
    yield from _unknown_fields(row["text"], where)


def _unknown_benefits(row: Mapping[str, Any], where: str) -> Iterator[str]:
    for code in row.get("benefits", ()):
        if code not in BENEFITS:
            yield f"{where} : benefits = « {code} » n’est pas connu. Valeurs possibles : {', '.join(BENEFITS)}."


def _unknown_fields(text: str, where: str) -> Iterator[str]:
    for name in HOLE.findall(text):
        if name not in FIELDS:
            yield f"{where} : le champ « {{{name}}} » n’existe pas. Champs connus : {', '.join(FIELDS)}."
    if any(brace in HOLE.sub("", text) for brace in "{}"):
        yield f"{where} : une accolade n’est pas fermée."
