"""The letters of overpayments among the catalogues of the pilot, and what one says of an invented person."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from cases.actions.letter_catalogue import ARGUMENT, COMMON, LETTER, LINE_LETTERS, is_setting, with_rows
from cases.actions.remedies import matrix_in_force
from cases.forms import FormData
from cases.models import Edition
from cases.rules.debt_line_standing import Alarm, SuspensionReason
from cases.rules.editions import Row
from cases.rules.line_letter_values import LineLetterFacts, PriorRequest, values_of
from cases.rules.line_letters import REQUESTS, read_line_letters
from cases.rules.overpayments import Check
from cases.rules.reading import FaultyRules
from cases.rules.remedies import BENEFITS, OPERATORS, Remedy
from cases.rules.texts import Filled
from workflows.views.editions.catalogue_editors import CatalogueEditor, Sort, Theme, register_catalogue_editor
from workflows.views.editions.letter_form import ArgumentEditor, LetterEditor

# What a letter says of an invented person

INVENTED = LineLetterFacts(
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
    requests=tuple(PriorRequest(fact=fact, on=date(2026, 11, 2), silent_on=date(2027, 1, 2)) for fact in REQUESTS),
    withheld=Decimal(205),
    withheld_since=date(2026, 12, 5),
    allowed=Decimal("127.65"),
    lacks=(Check(code="", act="notice", label="", missing="le motif", operators=(), reference="", confidence="H"),),
    alarm=Alarm(seen_on=date(2026, 12, 5), because=(SuspensionReason(words="un recours est en cours", reference=""),),
                is_certain=True, letter=""),
    professional="Professionnel de l’exemple",
    structure="Structure de l’exemple",
    typed={"story": "Explications de la personne."},
)  # fmt: skip


class InventedForm(forms.Form):
    """Its name is that of the address, hence French."""

    ligne = forms.ChoiceField(label="Prestation et organisme")

    def __init__(self, data: FormData, *, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        field: Any = self.fields["ligne"]
        field.choices = choices


def try_letter(
    *,
    edition: Edition,
    row: Row,
    current: Edition | None,
    current_row: Row | None,
    asked: QueryDict,
    rows: Sequence[Row],
) -> Mapping[str, object] | None:
    """A letter as it would be printed, with the draft and with the edition in force, about an invented person.

    Of an argument: the first of its letters, with it alone.
    """
    shown = _letter_to_show(row, rows)
    if shown is None:
        return None
    matrix = matrix_in_force(on=edition.effective_on, territory=edition.territory)
    spoken = [code for code in BENEFITS if all(code in (each.get("benefits") or BENEFITS) for each in (row, shown))]
    pairs = [(f"{operator}:{benefit}", f"{BENEFITS[benefit]} ({OPERATORS[operator]})")
             for operator in matrix.operators for benefit in matrix.benefits_of(operator) if benefit in spoken]  # fmt: skip
    if not pairs:
        return None
    form = InventedForm(asked if "essayer" in asked else {"ligne": pairs[0][0]}, choices=pairs)
    results = []
    if form.is_valid():
        operator, _, benefit = form.cleaned_data["ligne"].partition(":")
        remedy = matrix.remedy_for(benefit=benefit, operator=operator, on=edition.effective_on)
        for title, each, kept in (("Avec le brouillon", edition, row), ("Édition en vigueur", current, current_row)):
            letter = (
                _fill_letter(each, kept, shown=shown["code"], remedy=remedy, benefit=benefit)
                if each and kept
                else None
            )
            if letter:
                results.append({"title": title, "letter": letter})
    alone = f"cet argument seul, dans {shown['code']}" if row["part"] == ARGUMENT else "tous les arguments possibles"
    return {
        "template": "rules/letter_trial.html",
        "lead": f"Avec une personne inventée et {alone} ; ce qui se saisit à chaque fois reste en blanc.",
        "form": form,
        "results": results,
        "is_new": current_row is None,
    }


def _letter_to_show(row: Row, rows: Sequence[Row]) -> Row | None:
    """The letter in which a row is read; none of a text in common."""
    if row["part"] == ARGUMENT:
        return next((each for each in rows if each["part"] == LETTER and each["code"] in row["letters"]), None)
    return row if row["part"] == LETTER else None


def _fill_letter(edition: Edition, row: Row, *, shown: str, remedy: Remedy, benefit: str) -> Filled | None:
    """None of a draft that cannot be read yet, or that lacks the letter."""
    try:
        letters = read_line_letters(with_rows(edition.parameters, [row]))
    except FaultyRules:
        return None
    letter = letters.letters.get(shown)
    if letter is None:
        return None
    values = values_of(_about(benefit), letter=letter, letters=letters, remedy=remedy, on=edition.effective_on)
    offered = {argument.code for argument in letters.arguments_of(letter, benefit=benefit)}
    chosen = offered & {row["code"]} if row["part"] == ARGUMENT else offered
    return letters.fill(letter, values=values, arguments=chosen, draft=True)


def _about(benefit: str) -> LineLetterFacts:
    return LineLetterFacts(
        **{**{name: getattr(INVENTED, name) for name in INVENTED.__dataclass_fields__}, "benefit": benefit}
    )


def letter_themes(edition: Edition, rows: list[dict[str, Any]]) -> list[Theme]:
    titles = {LETTER: "Courriers", ARGUMENT: "Arguments", COMMON: "Textes communs"}
    said = [(title, [row["code"] for row in rows if row["part"] == part]) for part, title in titles.items()]
    return [*said, ("Mots des courriers", [row["code"] for row in rows if is_setting(row)])]


register_catalogue_editor(
    CatalogueEditor(
        slug="courriers-indus",
        rank=4,
        title="Courriers de trop-perçu",
        lead="Ce que disent les courriers et leurs arguments. Un courrier déjà produit garde l’édition dont il vient.",
        catalogue=LINE_LETTERS,
        editor=LetterEditor,
        add_title="Ajouter un courrier",
        others={"argument": Sort(title="Ajouter un argument", editor=ArgumentEditor)},
        themes=letter_themes,
        is_edited=lambda row: not is_setting(row),
        trial=try_letter,
    )
)
