"""The letters of overpayments among the catalogues of the pilot: their form, and what one says of an invented person."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from cases.actions.letter_shelf import ARGUMENT, COMMON, LETTER, LINE_LETTERS, with_rows
from cases.actions.remedies import matrix_in_force
from cases.models import Edition
from cases.rules.debt_lines import Alarm, Reason
from cases.rules.editions import Row
from cases.rules.letter_blocks import HELP, UnreadableBlock, to_blocks, to_text
from cases.rules.line_letters import (
    FIELDS,
    RECIPIENTS,
    SENDERS,
    Facts,
    InvalidLineLetters,
    LineLetters,
    faults_of_row,
    read_line_letters,
    values_of,
)
from cases.rules.overpayments import Check
from cases.rules.remedies import BENEFITS, OPERATORS
from workflows.views.editions.books import Book, Editor, Theme, register

CODE = r"^L\d{1,2}[a-z]?$"
TO = {
    "authority": "l’autorité du premier recours", "operator": "l’organisme", "waiver": "qui peut remettre la dette",
    "mediator": "le médiateur", "court": "le tribunal", "defender": "le Défenseur des droits", "person": "la personne",
    "referent": "le référent",
}  # fmt: skip
FROM = {"person": "la personne", "structure": "la structure", "operator": "l’organisme"}


class LetterForm(forms.Form):
    """Of a letter, an argument, or a text in common: what the part has of these fields."""

    code = forms.RegexField(
        CODE, label="Code du courrier", help_text="Donné une fois pour toutes, par exemple L19.",
        error_messages={"invalid": "Écrire L et un nombre, par exemple L19.", "required": "Donner un code."},
    )  # fmt: skip
    sender = forms.ChoiceField(label="De la part de", choices=[(code, FROM[code]) for code in SENDERS])
    to = forms.ChoiceField(label="À", choices=[(code, TO[code]) for code in RECIPIENTS])
    title = forms.CharField(label="Nom dans l’outil", max_length=80)
    subject = forms.CharField(label="Objet sur le papier", max_length=160)
    about = forms.CharField(label="Quand l’utiliser", max_length=200)
    text = forms.CharField(label="Texte", widget=forms.Textarea(attrs={"rows": 22}), max_length=12000)
    proof = forms.BooleanField(label="Son envoi doit être prouvé", required=False)
    reference = forms.CharField(label="Source", max_length=200)
    confidence = forms.ChoiceField(
        label="Confiance",
        help_text="M et L s’affichent « à vérifier ».",
        choices=[("H", "lue dans le texte"), ("M", "de seconde main"), ("L", "à confirmer")],
    )

    def __init__(self, data: Any, *, part: str, is_new: bool, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        gone = {LETTER: set(), ARGUMENT: {"subject", "about", "proof"}, COMMON: {*self.fields} - {"text"}}[part]
        for name in gone | (set() if is_new else {"code", "sender", "to"}):
            self.fields.pop(name, None)
        self.fields["text"].help_text = HELP if part == LETTER else "Les champs s’écrivent entre accolades : {person}."


class LetterEditor(Editor):
    template = "rules/letter_form.html"
    known_fields = [(f"{{{name}}}", words) for name, words in FIELDS.items()]

    def __init__(self, *, edition: Edition, row: Row | None, is_fixed: bool, data: Any = None) -> None:
        super().__init__(edition=edition, row=row, is_fixed=is_fixed, data=data)
        self.part = row["part"] if row else LETTER
        kept = dict(row or {"confidence": "L", "proof": True})
        if self.part == LETTER:
            kept["text"] = to_text(kept.pop("blocks", ()))
        self.main = LetterForm(data, part=self.part, is_new=row is None, initial=kept)

    @property
    def forms(self) -> list[forms.Form]:
        return [self.main]

    def is_valid(self) -> bool:
        """Each fault of the text beside it: a part that cannot be read, a field or a text in common that nobody knows."""
        if self.main.is_valid():
            try:
                row = self.read()
            except UnreadableBlock as refusal:
                self.main.add_error("text", str(refusal))
            else:
                alone = {name: value for name, value in row.items() if name != "part"}
                for fault in faults_of_row(alone, part=self.part, shared=self.edition.parameters[COMMON]):
                    is_of_text = "subject" not in self.main.fields or ", bloc " in fault
                    self.main.add_error("text" if is_of_text else "subject", fault)
        return not self.main.errors and not self.refused

    def read(self) -> dict[str, Any]:
        typed = dict(self.main.cleaned_data)
        if self.part == LETTER:
            typed["blocks"] = to_blocks(typed.pop("text"))
        return {**(self.row or {"part": LETTER}), **typed}


# What a letter says of an invented person

INVENTED = Facts(
    person="Mme Camille Exemple",
    operator_name="Organisme de l’exemple",
    benefit="rsa",
    amount=Decimal("1214.31"),
    first_month=date(2026, 6, 1),
    last_month=date(2026, 8, 1),
    file_number="0000000",
    cause="reprise d’emploi",
    notice_on=date(2026, 10, 19),
    received_on=date(2026, 10, 22),
    requested_on=date(2026, 11, 2),
    silent_since=date(2027, 1, 2),
    withheld=Decimal(205),
    withheld_since=date(2026, 12, 5),
    allowed=Decimal("127.65"),
    lacks=(Check(code="", act="notice", label="", missing="le motif", operators=(), reference="", confidence="H"),),
    alarm=Alarm(seen_on=date(2026, 12, 5), because=(Reason(words="un recours est en cours", reference=""),),
                is_certain=True, letter=""),
    professional="Professionnel de l’exemple",
    structure="Structure de l’exemple",
    typed={"story": "Explications de la personne."},
)  # fmt: skip


class InventedForm(forms.Form):
    """Its name is that of the address, hence French."""

    ligne = forms.ChoiceField(label="Prestation et organisme")

    def __init__(self, data: Any, *, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        field: Any = self.fields["ligne"]
        field.choices = choices


def trial(
    *, edition: Edition, row: Row, current: Edition | None, current_row: Row | None, asked: Any, rows: Sequence[Row]
) -> Mapping[str, Any] | None:
    """The letter as it would be printed, with the draft and with the edition in force, about an invented person."""
    if row["part"] != LETTER:
        return None
    matrix = matrix_in_force(on=edition.effective_on)
    spoken = row.get("benefits") or list(BENEFITS)
    pairs = [(f"{operator}:{benefit}", f"{BENEFITS[benefit]} ({OPERATORS[operator]})")
             for operator in matrix.operators for benefit in matrix.benefits_of(operator) if benefit in spoken]  # fmt: skip
    form = InventedForm(asked if "essayer" in asked else {"ligne": pairs[0][0]}, choices=pairs)
    results = []
    if form.is_valid():
        operator, _, benefit = form.cleaned_data["ligne"].partition(":")
        remedy = matrix.remedy_for(benefit=benefit, operator=operator, on=edition.effective_on)
        for title, each, kept in (("Avec le brouillon", edition, row), ("Édition en vigueur", current, current_row)):
            letters = _read(each, kept) if each and kept else None
            if letters and kept:
                letter = letters.letters[kept["code"]]
                values = values_of(
                    _about(benefit), letter=letter, letters=letters, remedy=remedy, on=edition.effective_on
                )
                offered = [argument.code for argument in letters.arguments_of(letter, benefit=benefit)]
                filled = letters.fill(letter, values=values, arguments=offered, draft=True)
                results.append({"title": title, "letter": filled})
    return {
        "template": "rules/letter_trial.html",
        "lead": "Avec une personne inventée et tous les arguments possibles ; ce qui se saisit à chaque fois reste en blanc.",
        "form": form,
        "results": results,
        "is_new": current_row is None,
    }


def _about(benefit: str) -> Facts:
    return Facts(**{**{name: getattr(INVENTED, name) for name in INVENTED.__dataclass_fields__}, "benefit": benefit})


def _read(edition: Edition, row: Row) -> LineLetters | None:
    """None of a draft that cannot be read yet."""
    try:
        return read_line_letters(with_rows(edition.parameters, [row]))
    except InvalidLineLetters:
        return None


def themes(edition: Edition, rows: list[dict[str, Any]]) -> list[Theme]:
    titles = {LETTER: "Courriers", ARGUMENT: "Arguments", COMMON: "Textes communs"}
    return [(title, [row["code"] for row in rows if row["part"] == part]) for part, title in titles.items()]


register(
    Book(
        slug="courriers-indus",
        rank=4,
        title="Courriers de trop-perçu",
        lead="Ce que disent les courriers et leurs arguments. Un courrier déjà produit garde l’édition dont il vient.",
        shelf=LINE_LETTERS,
        editor=LetterEditor,
        themes=themes,
        trial=trial,
    )
)
