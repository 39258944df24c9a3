"""A professional asks an operator about a line, or takes his question back. What he shares is chosen field by field."""

from collections.abc import Mapping
from typing import Any, Unpack

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.text import capfirst

from cases.actions.questions import BASES
from cases.actions.remedies import overpayments_in_force
from cases.forms import FormData, FormOptions
from cases.models import Question, Structure
from cases.models.structures import OPERATOR_KINDS
from cases.rules.parameters import read_uuid
from cases.rules.questions import PRESET, SHARED
from workflows.actions import questions
from workflows.views.overpayment.line import LineAct


class AskQuestionForm(forms.Form):
    structure = forms.ModelChoiceField(
        Structure.objects.none(),
        label="Service interrogé",
        help_text="Celui qui réclame la somme est proposé.",
        empty_label=None,
        to_field_name="code",
    )
    kind = forms.ChoiceField(label="Votre question", widget=forms.RadioSelect)
    shared = forms.MultipleChoiceField(
        label="Ce que le service verra",
        help_text="Rien d’autre du dossier ne lui est montré, et plus rien une fois la réponse donnée.",
        choices=list(SHARED.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=list(PRESET),
    )
    text = forms.CharField(
        label="Précision",
        help_text="Ni donnée de santé, ni jugement, ni autre personne : le service et la personne peuvent la lire.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        required=False,
    )
    basis = forms.ChoiceField(
        label="Fondement",
        choices=[(basis.value, capfirst(basis.label)) for basis in BASES],
        widget=forms.RadioSelect,
        initial=BASES[0].value,
    )

    def __init__(
        self,
        data: FormData = None,
        *,
        structures: QuerySet[Structure],
        kinds: list[tuple[str, str]],
        **kwargs: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **kwargs)
        fields: Any = self.fields
        fields["structure"].queryset = structures
        fields["kind"].choices = kinds


class AskQuestion(LineAct):
    title = submit_label = "Demander à l’organisme"
    lead = "La réponse est attendue en dix jours ouvrés. Aucun délai de recours ne s’arrête pendant ce temps."
    follows: Question | None = None

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        answer = super().find_objects(request, **kwargs)
        if asked := request.GET.get("suite"):
            found = read_uuid(asked)
            self.follows = Question.objects.filter(line=self.line, public_id=found).first() if found else None
            if self.follows is None:
                raise Http404
        return answer

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        words = overpayments_in_force(on=self.today, territory=self.case.territory)
        structures = Structure.objects.filter(kind__in=OPERATOR_KINDS, territory=self.case.territory, is_active=True)
        before = self.follows
        initial = {"structure": before.structure.code if before else self.line.notice.creditor.code}
        if before:
            initial["kind"] = before.kind
        return AskQuestionForm(
            data,
            structures=structures,
            kinds=[(each.code, each.label) for each in words.questions],
            initial=initial,
        )

    def carry_out(self, typed: dict[str, Any]) -> str:
        asked = questions.ask(line=self.line, follows=self.follows, by=self.user, at=self.now, **typed)
        return f"Question envoyée à {asked.structure}. Les délais de recours continuent de courir."


class WithdrawQuestion(LineAct):
    title = submit_label = "Retirer la question"
    lead = "Le service ne la voit plus. Ce qui a déjà été lu l’a été."
    question: Question

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        answer = super().find_objects(request, **kwargs)
        found = Question.objects.select_related("structure", "line__notice__case")
        self.question = get_object_or_404(found, public_id=kwargs["question"], line=self.line)
        return answer

    def carry_out(self, typed: Mapping[str, object]) -> str:
        questions.withdraw(question=self.question, by=self.user, at=self.now)
        return "Question retirée."
