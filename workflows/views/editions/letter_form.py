"""The forms of the letters of overpayments: a letter, an argument, or a text in common."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.text import slugify

from cases.actions.letter_catalogue import ARGUMENT, COMMON, LETTER, LINE_LETTERS, rows_of
from cases.forms import FormData
from cases.models import Edition
from cases.rules.editions import Row
from cases.rules.letter_blocks import HELP, UnreadableBlock, to_blocks, to_text
from cases.rules.line_letters import FIELDS, RECIPIENTS, SENDERS, faults_of_row
from workflows.views.editions.catalogue_editors import CONFIDENCE_CHOICES, RuleEditor

CODE = r"^L\d{1,2}[a-z]?$"
ARGUMENT_CODE = r"^[a-z][a-z0-9_]{2,39}$"
TO = {
    "authority": "l’autorité du premier recours", "operator": "l’organisme", "waiver": "qui peut remettre la dette",
    "refusal": "devant qui un refus de remise se conteste", "mediator": "le médiateur", "court": "le tribunal", "penalty_court": "le tribunal de la pénalité", "defender": "le Défenseur des droits",
    "legal_aid": "le bureau d’aide juridictionnelle", "person": "la personne",
    "referent": "le référent",
}  # fmt: skip
FROM = {"person": "la personne", "structure": "la structure", "operator": "l’organisme"}
IN_BRACES = "Les champs s’écrivent entre accolades : {person}."


class CommonTextForm(forms.Form):
    text = forms.CharField(
        label="Texte", help_text=IN_BRACES, widget=forms.Textarea(attrs={"rows": 22}), max_length=12000
    )


class SourcedForm(forms.Form):
    """What a letter and an argument both have."""

    title = forms.CharField(label="Nom dans l’outil", max_length=80)
    reference = forms.CharField(label="Source", max_length=200)
    confidence = forms.ChoiceField(
        label="Confiance",
        help_text="M et L s’affichent « à vérifier ».",
        choices=CONFIDENCE_CHOICES,
    )


class LetterTextForm(SourcedForm):
    code = forms.RegexField(
        CODE, label="Code du courrier", help_text="Donné une fois pour toutes, par exemple L19.",
        error_messages={"invalid": "Écrire L et un nombre, par exemple L19.", "required": "Donner un code."},
    )  # fmt: skip
    sender = forms.ChoiceField(label="De la part de", choices=[(code, FROM[code]) for code in SENDERS])
    to = forms.ChoiceField(label="À", choices=[(code, TO[code]) for code in RECIPIENTS])
    subject = forms.CharField(label="Objet sur le papier", max_length=160)
    about = forms.CharField(label="Quand l’utiliser", max_length=200)
    text = forms.CharField(label="Texte", help_text=HELP, widget=forms.Textarea(attrs={"rows": 22}), max_length=12000)
    proof = forms.BooleanField(label="Son envoi doit être prouvé", required=False)

    field_order = ["code", "sender", "to", "title", "subject", "about", "text", "proof", "reference", "confidence"]

    def __init__(self, data: FormData, *, is_new: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if not is_new:
            for name in ("code", "sender", "to"):
                del self.fields[name]


class ArgumentForm(SourcedForm):
    """A paragraph that a professional may choose to put into the letters that have a place for it."""

    text = forms.CharField(
        label="Texte", help_text=IN_BRACES, widget=forms.Textarea(attrs={"rows": 8}), max_length=4000
    )
    letters = forms.MultipleChoiceField(
        label="Courriers où il peut servir",
        help_text="Ceux dont le texte a une place pour les arguments : [arguments].",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisir au moins un courrier où l’argument peut servir."},
    )
    code = forms.RegexField(
        ARGUMENT_CODE,
        label="Code",
        help_text="Facultatif : fait du nom s’il reste vide. Il ne changera plus.",
        required=False,
        error_messages={
            "invalid": "Écrire 3 à 40 lettres sans majuscule ni accent, chiffres ou « _ » : chute_revenus."
        },
    )

    field_order = ["title", "text", "letters", "reference", "confidence", "code"]

    def __init__(
        self, data: FormData, *, is_new: bool, edition: Edition, own: str, initial: Mapping[str, Any]
    ) -> None:
        super().__init__(data, initial=dict(initial))
        self.territory = edition.territory
        self.others = [row for row in rows_of(edition.parameters) if row["part"] == ARGUMENT and row["code"] != own]
        chosen = initial.get("letters", ())
        field: Any = self.fields["letters"]
        field.choices = [
            (row["code"], f"{row['code']}, {row['title']}")
            for row in rows_of(edition.parameters)
            if row["part"] == LETTER and (_takes_arguments(row) or row["code"] in chosen)
        ]
        if not is_new:
            del self.fields["code"]

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        if any(slugify(row["title"]) == slugify(title) for row in self.others):
            raise forms.ValidationError(
                "Un argument de ce brouillon porte déjà ce nom : le modifier, ou en choisir un autre."
            )
        return title

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if "code" in self.fields and not cleaned.get("code") and "code" not in self.errors:
            taken = {row["code"] for row in self.others}
            cleaned["code"] = free_code(cleaned.get("title", ""), taken=taken, territory=self.territory)


def _takes_arguments(letter: Row) -> bool:
    return any(block["kind"] == "arguments" for block in letter["blocks"])


def free_code(title: str, *, taken: Collection[str], territory: str) -> str:
    """Made of the title: « Chute des revenus » → chute_des_revenus. One that no published edition has used either."""
    made = slugify(title).replace("-", "_").lstrip("_0123456789")[:36].strip("_")
    if len(made) < 3:
        made = f"argument_{made}".strip("_")
    code, number = made, 1
    while code in taken or LINE_LETTERS.published(code, territory):
        number += 1
        code = f"{made}_{number}"
    return code


class LetterEditor(RuleEditor):
    template = "rules/letter_form.html"
    known_fields: ClassVar = [(f"{{{name}}}", words) for name, words in FIELDS.items()]
    part_of_new: ClassVar[str] = LETTER

    def __init__(self, *, edition: Edition, row: Row | None, is_fixed: bool, data: QueryDict | None = None) -> None:
        super().__init__(edition=edition, row=row, is_fixed=is_fixed, data=data)
        self.part = row["part"] if row else self.part_of_new
        self.main = self._form(dict(row or {"confidence": "L", "proof": True}), data)

    def _form(self, kept: dict[str, Any], data: Any) -> forms.Form:
        if self.part == COMMON:
            return CommonTextForm(data, initial=kept)
        if self.part == ARGUMENT:
            return ArgumentForm(
                data, is_new=self.row is None, edition=self.edition, own=kept.get("code", ""), initial=kept
            )
        kept["text"] = to_text(kept.pop("blocks", ()))
        return LetterTextForm(data, is_new=self.row is None, initial=kept)

    @property
    def forms(self) -> list[forms.Form]:
        return [self.main]

    def is_valid(self) -> bool:
        """Each fault of the text beside it: a part that cannot be read, a field or a text in common that nobody knows."""
        if self.main.is_valid():
            try:
                row = self.build_row()
            except UnreadableBlock as refusal:
                self.main.add_error("text", str(refusal))
            else:
                alone = {name: value for name, value in row.items() if name != "part"}
                for fault in faults_of_row(alone, part=self.part, shared=self.edition.parameters[COMMON]):
                    is_of_text = "subject" not in self.main.fields or ", bloc " in fault
                    self.main.add_error("text" if is_of_text else "subject", fault)
        return not self.main.errors and not self.refused

    def build_row(self) -> dict[str, Any]:
        typed = dict(self.main.cleaned_data)
        if self.part == LETTER:
            typed["blocks"] = to_blocks(typed.pop("text"))
        return {**(self.row or {"part": self.part}), **typed}


class ArgumentEditor(LetterEditor):
    """The form of an argument that is added."""

    part_of_new = ARGUMENT
