"""Letters about one line of an overpayment: their texts read from data, checked, and filled with what is known. Pure.

They are made of the blocks of every letter (`cases.rules.texts`), and of arguments that the professional chooses. No
letter is known by its code here.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cases.rules.overpayments import STEPS
from cases.rules.reading import (
    CONFIDENCES,
    DataRow,
    make_row,
    refuse_faults,
    row_faults,
    unknown_codes,
    wrong_confidence,
)
from cases.rules.remedies import BENEFITS, OPERATORS, Remedy
from cases.rules.texts import Filled, MissingValue, TextBlock, TextGrammar, fill_blocks, names_in

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
    "waiver_plea": "motif de la remise",
    "law_suspension": "texte de la suspension",
    "law_withholding": "texte qui limite les retenues",
    "suspension_words": "demande de suspension",
    "suspended_because": "raison de la suspension",
    "prescription": "durée de la prescription",
    "missing": "ce que la notification n’indique pas",
    "request_date": "date de la demande précédente",
    "request_words": "démarche précédente",
    "decision_words": "réponse de l’organisme",
    "silence_date": "date du rejet par le silence",
    "formal_notice_date": "jour où la mise en demeure a été reçue",
    "constraint_date": "date de la contrainte",
    "constraint_amount": "somme que réclame la contrainte",
    "served_date": "jour où la contrainte a été signifiée ou notifiée",
    "penalty_date": "date de l’avis de pénalité",
    "penalty_decided_date": "jour où la pénalité a été reçue",
    "penalty_amount": "montant de la pénalité",
    "penalty_court": "tribunal que la décision de pénalité indique",
    "penalty_request_words": "démarche contre la pénalité",
    "admitted_date": "jour où le surendettement a été déclaré recevable",
    "erased_date": "jour où les dettes ont été effacées",
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
    "constraint_amount", "penalty_date", "penalty_amount", "penalty_court", "mandate_until", "privacy_contact", "answer",
)  # fmt: skip
"""Fields that the professional fills for each letter; the line and its case give the others."""

OF_THE_SCALE = frozenset({"allowed_amount", "excess_amount"})
"""Fields that come from a comparison with the scale of its own year, and from nowhere else: nobody types them."""

SENDERS = ("person", "structure", "operator")
RECIPIENTS: Mapping[str, str] = {
    "authority": "",
    "operator": "",
    "waiver": "",
    "refusal": "",
    "mediator": "Médiateur",
    "court": "",
    "penalty_court": "Tribunal que la décision de pénalité indique",
    "defender": "Défenseur des droits",
    "legal_aid": "Bureau d’aide juridictionnelle",
    "person": "",
    "referent": "",
}
"""To whom, with the first line of the address where it is always the same."""

GRAMMAR = TextGrammar(
    fields=FIELDS,
    kinds={
        "heading": ("text",),
        "paragraph": ("text", "shared"),
        "closing": ("text", "shared"),
        "list": ("items", "each"),
        "references": ("items",),
        "arguments": (),
        "attachments": ("items",),
        "signature": ("items",),
    },
    repeats={"steps": 1},
)
ENDING = ("closing", "signature")
COURTS = ("ta", "tj", "tj_social")
NAMED_SINCE = frozenset({"aspa"})
"""Benefits that an edition from before them does not name: it is read all the same, and calls them by their own name."""


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
    "waiver_recourse_sent": RequestWords(
        asked="La remise de cette dette m’a été refusée. J’ai contesté ce refus le {day}.",
        refused="Cette démarche a pris fin le {day} sans remise.",
        silent="Sans réponse, mon recours a été rejeté par le silence le {day}.",
    ),
}
"""The dated facts that are requests, in the words of the person who made them."""


class LacksScale(MissingValue):
    """A letter cannot be made: nothing withheld was found above the scale of its year. The message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "Ce courrier ne peut pas être produit : rien n’a été trouvé au-dessus du barème de l’année sur cette ligne."
            " Vérifier d’abord la retenue. Si le barème de l’année n’est pas connu, demander à l’organisme le détail de"
            " son calcul (courrier « Demande de décompte et de motifs »)."
        )


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
    after: str = ""
    """The dated fact from which it holds, if any."""


@dataclass(frozen=True, kw_only=True)
class LineLetter:
    code: str
    title: str
    """Its name in the product."""
    subject: str
    about: str
    sender: str
    to: str
    proof: bool = False
    """Its sending must be proved."""
    counts_as: str = ""
    """The dated fact that its sending is, if any."""
    papers: str = ""
    """The step whose papers go with it."""
    benefits: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    """Those alone that its addressee belongs to; any when empty."""
    reference: str
    confidence: str
    blocks: tuple[TextBlock, ...]
    follows: tuple[str, ...] = ()
    """The dated facts of the request that it goes on from; of any request when empty."""

    @property
    def is_to_be_verified(self) -> bool:
        return self.confidence != "H"

    @property
    def is_signed_by_person(self) -> bool:
        """Does it leave a place for her signature, whoever sends it?"""
        signed = [item for block in self.blocks if block.kind == "signature" for item in block.items]
        return self.sender == "person" or "person" in names_in(signed)

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

    @property
    def court_of_home(self) -> str:
        """That of the dwelling, whose bureau is asked for legal aid whichever court is seized."""
        return self.courts["tj"]

    def field_names(self, letter: LineLetter, *, arguments: Collection[str] = ()) -> tuple[str, ...]:
        """What its text names, and that of the arguments chosen, in the order of reading."""
        texts = [letter.subject]
        for block in letter.blocks:
            texts += block.texts
            if block.kind == "arguments":
                texts += [self.arguments[code].text for code in arguments]
        return names_in(texts)

    def typed_fields(self, letter: LineLetter, *, arguments: Collection[str] = ()) -> tuple[str, ...]:
        return tuple(name for name in TYPED if name in self.field_names(letter, arguments=arguments))

    def arguments_of(
        self,
        letter: LineLetter,
        *,
        benefit: str,
        fraud: bool | None = None,
        facts: Collection[str] | None = None,
    ) -> tuple[Argument, ...]:
        """Those that one may choose for this letter. `facts`: the dated facts of the line; whatever happened when left out."""
        return tuple(
            each
            for each in self.arguments.values()
            if letter.takes_arguments
            and letter.code in each.letters
            and (not each.benefits or benefit in each.benefits)
            and not (fraud and each.without_fraud)
            and (facts is None or not each.after or each.after in facts)
        )

    def letters_about(self, benefit: str) -> tuple[LineLetter, ...]:
        """Those that may speak of this benefit, whoever pays it."""
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
        """The letter in words. Refuses (`MissingValue`) a value that is missing, or leaves it blank in a draft."""
        if not draft:
            names = self.field_names(letter, arguments=arguments)
            if any(name in OF_THE_SCALE and not values.get(name) for name in names):
                raise LacksScale
            GRAMMAR.refuse_missing(names, values)
        blocks = [
            shown
            for block in letter.blocks
            for shown in (self._argument_blocks(arguments) if block.kind == "arguments" else [block])
        ]
        return fill_blocks(letter.subject, blocks, values=values, rows={"steps": [(step,) for step in steps]})

    def _argument_blocks(self, codes: Collection[str]) -> list[TextBlock]:
        """In the order of the catalogue, whatever the order of the choice."""
        return [TextBlock(kind="paragraph", text=each.text) for each in self.arguments.values() if each.code in codes]


def with_pieces(letter: LineLetter, pieces: Sequence[str]) -> LineLetter:
    """The letter with the pieces that go with it listed in place of what its text says of them."""
    if not pieces:
        return letter
    said = TextBlock(kind="attachments", items=(f"Pièces jointes : {' ; '.join(_lower(each) for each in pieces)}.",))
    if any(block.kind == "attachments" for block in letter.blocks):
        return replace(letter, blocks=tuple(said if each.kind == "attachments" else each for each in letter.blocks))
    end = next((at for at, each in enumerate(letter.blocks) if each.kind in ENDING), len(letter.blocks))
    return replace(letter, blocks=(*letter.blocks[:end], said, *letter.blocks[end:]))


def _lower(text: str) -> str:
    """An abbreviation keeps its capitals; a brace is a brace."""
    text = text.replace("{", "(").replace("}", ")")
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


# Reading

PARTS = ("benefits", "courts", "shared", "arguments", "letters")


def read_line_letters(data: Mapping[str, Any], *, facts: Collection[str] | None = None) -> LineLetters:
    """The checked catalogue, or `FaultyRules` with every fault at once. The facts that letters count as are checked when
    they are given."""
    rows, arguments, shared = data.get("letters", ()), data.get("arguments", ()), data.get("shared", {})
    faults = list(_letter_faults(rows, shared=shared, facts=facts))
    if not rows:
        faults.append("Le catalogue ne contient aucun courrier.")
    for name, text in shared.items():
        faults += GRAMMAR.text_faults(text, where=f"Texte commun « {name} »")
    faults += _argument_faults(arguments, letters=[row.get("code") for row in rows])
    named = data.get("benefits", {})
    faults += [
        f"Prestation « {BENEFITS[code]} » : dire comment la nommer dans un courrier (« au titre … »)."
        for code in BENEFITS
        if not named.get(code) and (code in named or code not in NAMED_SINCE)
    ]
    faults += [f"Tribunal « {code} » : donner son nom." for code in COURTS if not data.get("courts", {}).get(code)]
    refuse_faults(faults)
    return LineLetters(
        letters={row["code"]: make_row(LineLetter, row, blocks=_read_blocks(row, shared)) for row in rows},
        arguments={row["code"]: make_row(Argument, row) for row in arguments},
        of_benefit={code: f"de la prestation « {BENEFITS[code]} »" for code in NAMED_SINCE} | named,
        courts=data["courts"],
    )


def faults_of_row(row: DataRow, *, part: str, shared: Mapping[str, str]) -> list[str]:
    """What is wrong in one letter, one argument or one text in common, read alone."""
    if part == "shared":
        return list(GRAMMAR.text_faults(row["text"], where="Texte commun"))
    if part == "arguments":
        return list(_argument_faults([row], letters=row.get("letters", ())))
    return list(_letter_faults([row], shared=shared, facts=None))


def _read_blocks(row: DataRow, shared: Mapping[str, str]) -> tuple[TextBlock, ...]:
    return tuple(
        make_row(TextBlock, block, text=shared[block["shared"]]) if block.get("shared") else make_row(TextBlock, block)
        for block in row["blocks"]
    )


def _letter_faults(
    rows: Sequence[DataRow], *, shared: Mapping[str, str], facts: Collection[str] | None
) -> Iterator[str]:
    choices: dict[str, Collection[str]] = {
        "sender": SENDERS,
        "to": RECIPIENTS,
        "papers": STEPS,
        "confidence": CONFIDENCES,
        **({} if facts is None else {"counts_as": facts}),
        "follows": REQUESTS,
        "benefits": BENEFITS,
        "operators": OPERATORS,
    }

    def unknown_text(block: DataRow, where: str) -> Iterator[str]:
        if block.get("shared") and block["shared"] not in shared:
            yield f"{where} : le texte commun « {block['shared']} » n’existe pas. Textes communs : {', '.join(shared)}."

    def text_faults(row: DataRow, where: str) -> Iterator[str]:
        return GRAMMAR.find_faults(row["subject"], blocks=row["blocks"], where=where, more=unknown_text)

    return row_faults(rows, LineLetter, name="Courrier", choices=choices, more=text_faults)


def _argument_faults(rows: Sequence[DataRow], *, letters: Collection[object]) -> Iterator[str]:
    def own_faults(row: DataRow, where: str) -> Iterator[str]:
        yield from (
            f"{where} : le courrier « {code} » n’existe pas." for code in row["letters"] if code not in letters
        )
        yield from wrong_confidence(row, where=where)
        yield from unknown_codes(row, {"benefits": BENEFITS}, where=where)
        yield from GRAMMAR.text_faults(row["text"], where=where)

    return row_faults(rows, Argument, name="Argument", more=own_faults)
