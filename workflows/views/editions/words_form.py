"""The form of a letter whose catalogue is written in a file: its words, one field each. When it is offered, to whom, and how it is
built stay as they are."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from cases.actions.editions import EditableCatalogue
from cases.models import Edition
from cases.rules import letters, tenant_letters
from cases.rules.editions import Finding, Row
from workflows.views.editions.catalogue_editors import CatalogueRowEditor

EDITED = ("letters", "phrases", "alerts")
"""The parts whose rows are words that families, courts and professionals read."""
FIELDS: Mapping[str, Mapping[str, str]] = {
    Edition.Catalogue.LETTERS: letters.FIELDS,
    Edition.Catalogue.TENANT_LETTERS: tenant_letters.FIELDS,
}
COLUMNS = {
    "title": "Nom dans l’outil",
    "subject": "Objet sur le papier",
    "about": "Quand l’utiliser",
    "elsewhere": "Ce qui est dit hors de ce moment",
    "recipient": "Destinataire",
    "advice": "Conseils au professionnel",
    "without_enclosure": "Ce qui est dit sans pièce jointe",
    "known": "Quand on le sait",
    "unknown": "Quand on ne le sait pas",
}
BLOCKS = {"heading": "Titre", "paragraph": "Paragraphe", "closing": "Fin", "list": "Liste", "signature": "Signature",
          "table": "Tableau", "cards": "Fiches", "attachments": "Pièces jointes"}  # fmt: skip
IN_BLOCK = ("title", "text", "items", "columns")
BY_LINE = "Une ligne pour chaque."
LONGEST = 4000
Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class EditedText:
    path: Path
    """Where it stands in the row."""
    label: str
    value: str
    is_list: bool


class WordsForm(forms.Form):
    def __init__(self, data: QueryDict | None, *, texts: list[EditedText]) -> None:
        super().__init__(data)
        for rank, each in enumerate(texts):
            rows = max(2, sum(1 + len(line) // 80 for line in each.value.splitlines()))
            self.fields[f"texte_{rank}"] = forms.CharField(
                label=each.label,
                help_text=BY_LINE if each.is_list else "",
                initial=each.value,
                max_length=LONGEST,
                required=bool(each.value),
                widget=forms.Textarea(attrs={"rows": rows}),
                error_messages={"required": "Ce texte ne peut pas rester vide."},
            )


class WordsEditor(CatalogueRowEditor):
    def __init__(self, *, edition: Edition, row: Row | None, is_fixed: bool, data: QueryDict | None = None) -> None:
        super().__init__(edition=edition, row=row, is_fixed=is_fixed, data=data)
        self.texts = list(_texts_of(row["row"])) if row else []
        self.main = WordsForm(data, texts=self.texts)
        self.known_fields = [(f"{{{name}}}", words) for name, words in FIELDS[edition.catalogue].items()]

    def find_faults_to_leave(self, catalogue: EditableCatalogue, rows: Sequence[Row]) -> Collection[Finding]:
        return catalogue.check(self.edition, rows, self.edition.effective_on).faults

    def build_row(self) -> dict[str, Any]:
        made = deepcopy(dict(self.row or {}))
        for rank, each in enumerate(self.texts):
            typed = self.main.cleaned_data[f"texte_{rank}"].replace("\r\n", "\n").strip()
            place: Any = made["row"]
            *way, last = each.path
            for step in way:
                place = place[step]
            place[last] = [line.strip() for line in typed.splitlines() if line.strip()] if each.is_list else typed
        return made


def _texts_of(row: Row) -> Iterator[EditedText]:
    for column, label in COLUMNS.items():
        if column in row:
            yield _edited((column,), label, row[column])
    for rank, condition in enumerate(row.get("conditions", ())):
        if "refusal" in condition:
            yield _edited(("conditions", rank, "refusal"), f"Sinon, condition {rank + 1}", condition["refusal"])
    for rank, block in enumerate(row.get("blocks", ())):
        for column in IN_BLOCK:
            if column in block:
                label = f"{BLOCKS.get(block['kind'], block['kind'])}, bloc {rank + 1}"
                yield _edited(("blocks", rank, column), label, block[column])


def _edited(path: Path, label: str, value: Any) -> EditedText:
    is_list = isinstance(value, list | tuple)
    return EditedText(path=path, label=label, value="\n".join(value) if is_list else value, is_list=is_list)
