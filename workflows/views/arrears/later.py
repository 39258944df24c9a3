"""Six and twelve months after: what became of the households whose cases one closed. One press answers; nothing waits for it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import cached_property

from cases import permissions
from cases.forms import DayField, FormData
from cases.models import AccessEntry, Case, CaseKind, LaterAnswer
from cases.queries import name_of
from cases.rules.later import HORIZONS, WORDS, LaterNews, offer_answers
from cases.rules.parameters import read_number
from workflows.actions.later import answer_later
from workflows.queries.later import (
    KnownLater,
    find_answers,
    find_later_questions,
    is_asked,
    may_be_asked,
    read_cases_asked_about,
    read_known_later,
)
from workflows.views.parts.cut_lists import MOST_SHOWN
from workflows.views.parts.pages import CasePage, FormPage, Page

BY_LIST = "liste"


class LaterForm(forms.Form):
    """One answer, which says all; the day is today unless another is typed."""

    months = forms.TypedChoiceField(
        coerce=int, choices=[(each, WORDS[each]) for each in HORIZONS], widget=forms.HiddenInput
    )
    answer = forms.ChoiceField(
        label="Qu’est devenu ce ménage ?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisir une réponse. « Non connu » en est une."},
    )
    known_on = DayField(label="Situation au", required=False, help_text="Aujourd’hui, si rien n’est saisi.")

    def __init__(self, data: FormData = None, *, months: int, has_plan: bool) -> None:
        super().__init__(data, initial={"months": months})
        self.offered = offer_answers(has_plan=has_plan)
        choices = [(code, each.words) for code, each in self.offered.items()]
        self.fields["answer"].choices = choices  # type: ignore[attr-defined]

    @property
    def news(self) -> LaterNews:
        return self.offered[self.cleaned_data["answer"]].news


class LaterQuestions(Page):
    shows = AccessEntry.Kind.LIST

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.held.get("handle_case"):
            raise Http404
        found = find_later_questions(self.user, held=self.held, today=self.today)
        shown = found[:MOST_SHOWN]
        cases = read_cases_asked_about(shown)
        lines = [_build_line(cases[each.case_id], each) for each in shown]
        return render(request, "later/list.html", {"lines": lines, "total": len(found)})


def _build_line(case: Case, known: KnownLater) -> dict[str, object]:
    return {
        "case": case,
        "person": name_of(case) or "Titulaire non renseigné",
        "known": known,
        "when": WORDS[known.months],
        "last_day": known.until_on - timedelta(days=1),
        "offered": [(code, each.words) for code, each in offer_answers(has_plan=known.has_plan).items()],
    }


class CaseLater(FormPage, CasePage):
    """What is known of one household, by its landlord’s file and by its professionals; and the question, while it is asked."""

    known: dict[int, KnownLater]

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if self.case.kind != CaseKind.ARREARS or self.case.closed_on is None:
            raise Http404
        if not self.full and not self.follows:
            raise PermissionDenied
        found = read_known_later([self.case.pk])
        self.known = {months: found[self.case.pk, months] for months in HORIZONS}
        return None

    @cached_property
    def follows(self) -> bool:
        at = self.case.responsible_structure_id
        return permissions.has_right(self.user, "handle_case", at, at=self.today)

    @property
    def asked(self) -> KnownLater | None:
        waiting = [each for each in self.known.values() if is_asked(each, today=self.today)]
        return waiting[0] if waiting and self.follows and may_be_asked(self.case) else None

    def get_form(self, data: QueryDict | None = None) -> LaterForm | None:
        if data is None:
            return LaterForm(months=self.asked.months, has_plan=self.asked.has_plan) if self.asked else None
        months = read_number(data.get("months", ""))
        known = self.known.get(months or 0) or self.known[HORIZONS[0]]
        return LaterForm(data, months=known.months, has_plan=known.has_plan)

    def process_sent(self, form: LaterForm) -> HttpResponse:
        typed = form.cleaned_data
        answer = answer_later(
            case=self.case,
            months=typed["months"],
            news=form.news,
            known_on=typed["known_on"],
            by=self.user,
            at=self.now,
        )
        words = f"Noté pour le dossier {self.case.reference}, {WORDS[answer.months]} : {answer.news.words}."
        if self.request.POST.get("retour") == BY_LIST:
            return self.lead_on(words, "later")
        return self.lead_on(words, "case_later", self.case.public_id)

    def render_form(self, form: LaterForm | None) -> HttpResponse:
        answers = {each.months: each for each in find_answers(self.case)}
        rows = [_describe(each, answers.get(each.months)) for each in self.known.values()]
        shown = [row for row in rows if row["known"].due_on <= self.today]
        return self.render_page("later/case.html", form=form, rows=shown, first=rows[0], full=self.full)


def _describe(known: KnownLater, answer: LaterAnswer | None) -> dict[str, Any]:
    return {
        "when": WORDS[known.months],
        "known": known,
        "file": known.by_file.words if known.by_file else "",
        "answer": answer,
        "differ": bool(answer and known.by_file and _differ(known.by_file, answer.news)),
        "standing": known.standing.words,
    }


def _differ(by_file: LaterNews, answered: LaterNews) -> bool:
    """Did both say something, and not the same?"""
    pairs = ((by_file.home, answered.home), (by_file.trend, answered.trend), (by_file.plan, answered.plan))
    return any({one, other}.isdisjoint({"", "unknown"}) and one != other for one, other in pairs)
