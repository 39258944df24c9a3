"""Signaler un impayé: search, then who, lease and debt, sending. What is typed is kept at each pause."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import BooleanField, BoundField, DateField
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from cases import permissions
from cases.forms import MoneyField, show_refusal
from cases.refusals import Refusal
from cases.templatetags.relais import birth_date, euros, short_date
from workflows.actions import drafts
from workflows.models import ReportDraft
from workflows.views.arrears.report_draft import ArrearsReportPage, ReportDraftPage, preview_context, said_of
from workflows.views.arrears.report_forms import HouseholdSearchForm, ReportForm
from workflows.views.arrears.report_matches import TOO_MANY_FOUND
from workflows.views.parts.cut_lists import read_first
from workflows.views.parts.pages import FormPage

STEPS = ("Qui ?", "Logement et dette", "Envoyer")
PARTS = {"qui": "person", "dette": "lease", "envoi": "send"}
"""The last word of an address → the part of the draft that its page fills."""
ORDER = list(PARTS)


class NewReport(FormPage, ArrearsReportPage):
    """The search that comes before: it begins the draft."""

    def get_form(self, data: QueryDict | None = None) -> HouseholdSearchForm:
        return HouseholdSearchForm(data, **self.form_options(self.asked_for(self.request)))

    def process_sent(self, form: HouseholdSearchForm) -> HttpResponse:
        draft = drafts.begin(
            author=self.user, structure=form.structure, answers={"search": form.get_typed_answers()}, at=self.now
        )
        return redirect("report_matches", draft=draft.public_id)

    def render_form(self, form: HouseholdSearchForm) -> HttpResponse:
        mine = ReportDraft.objects.filter(author=self.user, structure__in=self.structures, sent_at=None)
        left, left_count = read_first(mine.filter(at_counter=False))
        context = {
            "form": form,
            "structure": form.structure,
            "structures": self.structures,
            "drafts": left,
            "draft_count": left_count,
            "has_counter": permissions.has_right(self.user, "open_case", form.structure.pk, at=self.today),
        }
        return render(self.request, "report/search.html", context)


class Matches(ReportDraftPage):
    """Is it one of these households? To say so completes its case instead of opening a second one."""

    def get(self, request: HttpRequest, draft: str) -> HttpResponse:
        matches, is_claimant = self.to_settle(), self.draft.structure.is_claimant
        if self.search.too_many_found:
            messages.warning(request, TOO_MANY_FOUND)
        if not matches:
            if not self.is_settled and not self.dismissed_keys:
                who = "de vos locataires connus" if is_claimant else "dossier ouvert"
                messages.info(request, f"Aucun {who} ne correspond : remplir les trois étapes.")
            return redirect(self.step_url("qui"))
        context = {"draft": self.draft, "matches": matches, "is_claimant": is_claimant}
        return render(request, "report/matches.html", context)

    def post(self, request: HttpRequest, draft: str) -> HttpResponse:
        shown = self.search.find_matches(dismissed=[])
        chosen = next((match for match in shown if match.key == request.POST.get("household")), None)
        if chosen is None:
            drafts.keep_parts(
                draft=self.draft, at=self.now, dismissed=[match.key for match in shown], household=None, tenancy=None
            )
            return redirect(self.step_url("qui"))
        tenancy = chosen.tenancy.pk if chosen.tenancy else None
        drafts.keep_parts(draft=self.draft, at=self.now, household=chosen.household.pk, tenancy=tenancy)
        return redirect(self.step_url("qui" if not self.draft.structure.is_claimant else "dette"))


class StepOfDraft(ReportDraftPage):
    """One of the three steps. Whatever is asked of it keeps what is typed, right or not, before anything else."""

    def keep_typed_answers(self) -> ReportForm:
        part = PARTS[self.kwargs["step"]]
        form = self.get_form(part, self.request.POST)
        drafts.keep_parts(draft=self.draft, at=self.now, **{part: form.get_typed_answers()})
        return form

    def show_typed(self) -> HttpResponse:
        self.keep_typed_answers()
        return redirect(self.step_url(self.kwargs["step"]))


class ReportStep(StepOfDraft):
    def get(self, request: HttpRequest, draft: str, step: str) -> HttpResponse:
        part = PARTS[step]
        return self._render_step(
            request, step, self.get_checked_form(part) if "verifier" in request.GET else self.get_form(part)
        )

    def post(self, request: HttpRequest, draft: str, step: str) -> HttpResponse:
        action = request.POST.get("action", "next")
        if action == "discard":
            drafts.discard(draft=self.draft, at=self.now)
            return self.lead_on("Saisie effacée.", "report", level=messages.INFO)
        form = self.keep_typed_answers()
        if self.draft.sent_at:
            return self.already_sent(request)
        if action == "back":
            return redirect(self.step_url(ORDER[max(ORDER.index(step) - 1, 0)]))
        if action == "keep":
            return redirect(self.step_url(step))
        if not form.is_valid():
            return self._render_step(request, step, form)
        if step != ORDER[-1]:
            return redirect(self.step_url(ORDER[ORDER.index(step) + 1]))
        return self._send(request, form)

    def _render_step(self, request: HttpRequest, step: str, form: ReportForm) -> HttpResponse:
        number = ORDER.index(step)
        context = {
            "draft": self.draft,
            "structure": self.draft.structure,
            "form": form,
            "step": step,
            "steps": STEPS,
            "number": number + 1,
            "is_last": step == ORDER[-1],
            "completes": self.has_open_case,
            "is_settled": self.is_settled,
            "to_settle": self.to_settle() if step == ORDER[-1] else [],
            "summary": self._summary() if step == ORDER[-1] else [],
            **preview_context(self),
        }
        return render(request, "report/step.html", context)

    def _summary(self) -> list[tuple[str, str, list[tuple[str, Any]]]]:
        """What is about to be sent: title, address to correct it, and the answers given."""
        parts = [
            ("Qui ?", "qui", self.get_checked_form("person")),
            ("Logement et dette", "dette", self.get_checked_form("lease")),
        ]
        return [(title, self.step_url(step), list(_answers(form))) for title, step, form in parts]

    def _send(self, request: HttpRequest, send: ReportForm) -> HttpResponse:
        person, lease = self.get_checked_form("person"), self.get_checked_form("lease")
        for step, form in (("qui", person), ("dette", lease)):
            if not form.is_valid():
                return redirect(f"{self.step_url(step)}?verifier=1")
        was_open = self.has_open_case
        try:
            with transaction.atomic():
                self.search_again_alone()
                if self.draft.sent_at:
                    return self.already_sent(request)
                if self.to_settle():
                    messages.warning(request, "Un ménage déjà connu ressemble à celui-ci : dire si c’est le même.")
                    return redirect("report_matches", draft=self.draft.public_id)
                intake = self.intake(person=person, lease=lease, send=send)
                sent = drafts.send(draft=self.draft, intake=intake, by=self.user, at=self.now)
        except Refusal as refusal:
            show_refusal(send, refusal)
            return self._render_step(request, ORDER[-1], send)
        messages.success(request, said_of(sent, completed=was_open))
        return self.redirect_after_sending(sent)


class ReportPreview(StepOfDraft):
    """What the page asks for while one types: who would take the case."""

    def post(self, request: HttpRequest, draft: str, step: str) -> HttpResponse:
        self.keep_typed_answers()
        return render(request, "report/preview.html", preview_context(self) | {"kept_at": self.now})


def _answers(form: ReportForm) -> Iterator[tuple[str, str]]:
    """Label and words of each answer given, as people write them."""
    for group in form.group_fields():
        for bound in group.fields:
            value = form.cleaned_data.get(bound.name)
            if value not in (None, "") and (value is not False or bound.value()):
                yield str(bound.label), _answer_words(bound, value)


def _answer_words(bound: BoundField, value: Any) -> str:
    if isinstance(bound.field, MoneyField):
        return euros(value)
    if isinstance(bound.field, DateField):
        return short_date(value)
    if isinstance(bound.field, BooleanField):
        return "oui"
    if bound.name == "birth_date":
        return birth_date(value)
    choices = {} if hasattr(bound.field, "queryset") else dict(getattr(bound.field, "choices", ()))
    return str(choices.get(bound.value(), value))
