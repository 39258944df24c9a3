"""What an operator answers: one of the answers to such a question, what comes with it, and what it does to the line."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Unpack

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.timezone import make_aware

from cases.forms import (
    DayField,
    FilesField,
    FormData,
    FormFiles,
    FormOptions,
    MoneyField,
    UnfoldingForm,
    UnfoldingRadio,
)
from cases.rules.overpayments import AnswerChoice, Overpayments
from cases.rules.uploads import RefusedFile, accept_file
from workflows.models import KeptFile
from workflows.steps.same_sum import same_sum_field

FILES = 10


def _label_with_effect(answer: AnswerChoice, words: Overpayments) -> str:
    effect = words.effect_of(answer)
    return format_html('{} <span class="small muted d-block">{}</span>', answer.label, effect)


class QuestionAnswerForm(UnfoldingForm):
    unfolds: ClassVar = {}

    answer = forms.ChoiceField(
        label="Votre réponse", help_text="Ce qu’elle change est écrit dessous.", widget=UnfoldingRadio
    )
    decided_on = DayField(label="Décidé le", help_text="Les délais qui suivent comptent de ce jour.")
    pieces = FilesField(
        label="Fichiers à joindre",
        help_text="Décompte, pièce, courrier : PDF ou photos JPEG ou PNG, 10 Mo au plus chacun, dix à la fois.",
        required=False,
        accept="application/pdf,image/jpeg,image/png",
    )
    text = forms.CharField(
        label="Précision",
        help_text="Le professionnel la lira. Ni donnée de santé, ni autre personne.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=1000,
        required=False,
    )

    kept_files: Sequence[KeptFile] = ()
    """Those of an earlier sending that had a fault."""

    def __init__(
        self,
        data: FormData = None,
        files: FormFiles = None,
        *,
        words: Overpayments,
        kind: str,
        is_taken_off: bool = False,
        **kwargs: Unpack[FormOptions],
    ) -> None:
        """`is_taken_off`: was a sum deducted since the question was asked? Which one is no business of who answers."""
        super().__init__(data, files, **kwargs)
        answers = words.answers_to(kind)
        field: Any = self.fields["answer"]
        field.choices = [(each.code, _label_with_effect(each, words)) for each in answers]
        # A field for each: two of the same name would be one whose last value counts.
        unfolded: dict[str, tuple[str, ...]] = {}
        for each in answers:
            if words.lowered_part(each) == "part":
                self.fields[f"amount_{each.code}"] = MoneyField(label="Somme qui n’est plus réclamée", required=False)
                unfolded[each.code] = (f"amount_{each.code}", f"noted_{each.code}")
                if is_taken_off:
                    self.fields[f"noted_{each.code}"] = same_sum_field(
                        "Une somme a été déduite depuis cette question."
                    )
            elif each.takes == "meeting":
                self._add_moment(each.code)
                unfolded[each.code] = (f"meets_at_{each.code}", f"hour_{each.code}")
        self.unfolds = {"answer": unfolded}  # type: ignore[misc]  # of the edition

    def _add_moment(self, code: str) -> None:
        self.fields[f"meets_at_{code}"] = DayField(label="Jour du rendez-vous", required=False)
        self.fields[f"hour_{code}"] = forms.TimeField(
            label="Heure",
            help_text="Le lieu, ou le numéro à appeler, se dit dans la précision.",
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            error_messages={"invalid": "Heure impossible : l’écrire heures:minutes, par exemple 14:30."},
            required=False,
        )

    def clean_pieces(self) -> list[bytes]:
        """The content of each, once each. What may not be kept is said before anything is."""
        sent, contents = [*self.kept_files, *(self.cleaned_data["pieces"] or [])], []
        if len(sent) > FILES:
            raise ValidationError(f"{len(sent)} fichiers choisis : en envoyer dix au plus.")
        for file in sent:
            contents.append(file.read())
            try:
                accept_file(contents[-1])
            except RefusedFile as refusal:
                raise ValidationError(f"« {file.name} » : {refusal}" if len(sent) > 1 else str(refusal)) from refusal
        return list(dict.fromkeys(contents))

    def clean(self) -> None:
        cleaned = self.cleaned_data
        code = cleaned.get("answer")
        day, hour = cleaned.get(f"meets_at_{code}"), cleaned.get(f"hour_{code}")
        if day and not hour and f"hour_{code}" not in self.errors:
            self.add_error(f"hour_{code}", "Indiquer aussi l’heure du rendez-vous.")
        cleaned["amount"] = cleaned.get(f"amount_{code}")
        cleaned["noted"] = cleaned.get(f"noted_{code}", "")
        cleaned["meets_at"] = make_aware(datetime.combine(day, hour)) if day and hour else None

    def field_of(self, refused: str) -> str:
        """Each answer has its own amount, which it is, its own day and hour."""
        own = f"{refused}_{self.cleaned_data.get('answer')}"
        return own if own in self.fields else refused
