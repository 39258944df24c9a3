"""The forms by which a manager says who works in his structure, as what, until when, and who takes over."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.text import capfirst

from cases.acting import Away
from cases.forms import ColleagueField, DayField, FormData, FormOptions
from cases.models import Role, Structure, User
from cases.models.structures import RIGHTS
from cases.rules.rights import given_by_managers, rights_of
from workflows.queries.members import Entrusted


def role_choices(structure: Structure) -> list[tuple[str, str]]:
    """The roles that a manager gives in a structure of this kind, each with what it allows there."""
    return [(role, role_words(role, structure)) for role in given_by_managers(structure.kind)]


def role_words(role: str, structure: Structure) -> str:
    return f"{capfirst(Role(role).label)} : {_rights_words(role, structure)}"


def _rights_words(role: str, structure: Structure) -> str:
    held = rights_of(role, structure.kind)
    return ", ".join(words for right, words in RIGHTS if right in held)


class InviteForm(forms.Form):
    email = forms.EmailField(
        label="Courriel professionnel",
        help_text="Le sien, non celui d’un service : l’invitation y arrive.",
        error_messages={"invalid": "Saisir une adresse complète, par exemple prenom.nom@ville.fr."},
    )
    first_name = forms.CharField(label="Prénom", max_length=80)
    last_name = forms.CharField(label="Nom", max_length=80)
    role = forms.ChoiceField(
        label="Rôle", widget=forms.RadioSelect, error_messages={"invalid_choice": "Choisir un rôle de la liste."}
    )
    last_day = DayField(label="Dernier jour", help_text="S’il est déjà connu : stage, contrat court.", required=False)

    def __init__(self, data: FormData = None, *, structure: Structure) -> None:
        super().__init__(data)
        field: Any = self.fields["role"]
        field.choices = role_choices(structure)


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label="Rôles dans la structure",
        help_text="Un seul suffit le plus souvent : un responsable peut tout ce que peut un professionnel.",
        widget=forms.CheckboxSelectMultiple,
        required=False,  # who holds a granted role needs no other: the act asks for one
        error_messages={"invalid_choice": "Choisir un rôle de la liste."},
    )

    def __init__(self, data: FormData = None, *, structure: Structure, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["roles"]
        field.choices = role_choices(structure)


class EndAccessForm(forms.Form):
    when = forms.ChoiceField(
        label="Quand son accès cesse-t-il ?",
        choices=[("day", "À la fin de son dernier jour"), ("now", "Tout de suite")],
        widget=forms.RadioSelect,
        initial="day",
    )
    last_day = DayField(label="Dernier jour", help_text="Aujourd’hui ou plus tard, jour compris.", required=False)

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if cleaned.get("when") == "day" and not cleaned.get("last_day") and "last_day" not in self.errors:
            self.add_error("last_day", ValidationError("Indiquer le dernier jour, ou choisir « Tout de suite »."))


class HandOverForm(forms.Form):
    """To whom the cases that are ticked are given, or all of them."""

    to = ColleagueField(
        label="Confier à",
        queryset=User.objects.none(),
        empty_label="Choisir un membre de la structure",
        error_messages={
            "required": "Choisir la personne qui prend le relais.",
            "invalid_choice": "Cette personne ne peut pas prendre ces dossiers : en choisir une de la liste.",
        },
    )

    def __init__(
        self,
        data: FormData = None,
        *,
        colleagues: QuerySet[User],
        load: Counter[int],
        away: Mapping[int, Away],
        lines: Sequence[Entrusted],
    ) -> None:
        """`colleagues`: those who could take one of the lines at least."""
        super().__init__(data)
        field: Any = self.fields["to"]
        field.offer_colleagues(colleagues, away=away, load=load)
        self.lines = lines

    @property
    def ticked_keys(self) -> set[str]:
        given = set(self.data.getlist("case")) if self.is_bound else set()  # type: ignore[attr-defined]  # a QueryDict
        return given & {line.key for line in self.lines if not line.follows_referent}

    def clean(self) -> None:
        cleaned = self.cleaned_data
        cleaned |= {"cases": self.ticked_keys, "everything": "everything" in self.data}
        if not cleaned["cases"] and not cleaned["everything"]:
            self.add_error(None, "Cocher au moins un dossier encore confié à cette personne, ou tout confier.")
        if cleaned.get("to") and not cleaned["everything"]:
            self._refuse_beyond(cleaned["to"])

    def _refuse_beyond(self, to: User) -> None:
        """What is ticked and that this person could not do, with who could."""
        beyond: dict[str, list[str]] = {}
        for line in self.lines:
            if line.key in self.ticked_keys and to not in line.takers:
                beyond.setdefault(line.said_takers, []).append(line.case.reference)
        for takers, references in beyond.items():
            several = len(references) > 1
            cases = f"les dossiers {', '.join(references)}" if several else f"le dossier {references[0]}"
            self.add_error(
                None,
                f"{to} ne peut pas prendre {cases}. {takers} {'Les' if several else 'Le'} décocher, ou choisir une autre personne.",
            )
