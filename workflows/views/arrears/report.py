"""Signaler un impayé: search, then who, lease and debt, sending. What is typed is kept at each pause."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import BooleanField, BoundField, DateField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property

from cases import permissions
from cases.actions.people import facts_to_change
from cases.forms import MoneyField
from cases.models import FactSource, Household, Structure, Tenancy
from cases.templatetags.relais import birth_date, euros, short_date
from workflows import engine
from workflows.actions import drafts
from workflows.models import ReportDraft
from workflows.routing.apply import table_in_force
from workflows.routing.preview import Preview, preview_routing
from workflows.steps.desk import pilot_of
from workflows.views.arrears.report_forms import (
    DebtForm,
    FactsForm,
    HouseholdSearchForm,
    LeaseForm,
    PersonForm,
    ReportForm,
    SendForm,
)
from workflows.views.arrears.report_matches import TOO_MANY_FOUND, HouseholdMatch, Search
from workflows.views.parts.pages import Page

STEPS = ("Qui ?", "Logement et dette", "Envoyer")
PARTS = {"qui": "person", "dette": "lease", "envoi": "send"}
"""The last word of an address → the part of the draft that its page fills."""
ORDER = list(PARTS)


class ArrearsReportPage(Page):
    """For those who may report: the first of their structures unless they choose another."""

    right = "report_arrears"
    structures: list[Structure]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        mine = permissions.structures_where(self.user, self.right, at=self.today)
        self.structures = list(mine.select_related("landlord_profile"))
        if not self.structures:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form_options(self, structure: Structure) -> dict[str, Any]:
        return {"today": self.today, "structure": structure, "table": self.table}

    def asked_for(self, request: HttpRequest) -> Structure:
        """In whose name; a page of another structure is asked for by its code, which names nobody."""
        wanted = request.GET.get("structure", "")
        return next((each for each in self.structures if each.code == wanted), self.structures[0])

    @cached_property
    def table(self) -> Any:
        return table_in_force(on=self.today)[1]


class NewReport(ArrearsReportPage):
    """The search that comes before: it begins the draft."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._render_search_form(request, HouseholdSearchForm(**self.form_options(self.asked_for(request))))

    def post(self, request: HttpRequest) -> HttpResponse:
        structure = self.asked_for(request)
        form = HouseholdSearchForm(request.POST, **self.form_options(structure))
        if not form.is_valid():
            return self._render_search_form(request, form)
        draft = drafts.begin(
            author=self.user, structure=structure, answers={"search": form.get_typed_answers()}, at=self.now
        )
        return redirect("report_matches", draft=draft.public_id)

    def show_typed(self) -> HttpResponse:
        structure = self.asked_for(self.request)
        return self._render_search_form(
            self.request, HouseholdSearchForm(self.request.POST, **self.form_options(structure))
        )

    def _render_search_form(self, request: HttpRequest, form: HouseholdSearchForm) -> HttpResponse:
        left = ReportDraft.objects.filter(author=self.user, structure__in=self.structures, sent_at=None)
        context = {
            "form": form,
            "structure": form.structure,
            "structures": self.structures,
            "drafts": left.filter(at_counter=False)[:5],
            "has_counter": permissions.has_right(self.user, "open_case", form.structure.pk, at=self.today),
        }
        return render(request, "report/search.html", context)


class ReportDraftPage(ArrearsReportPage):
    """A page of one’s own draft; for anyone else it does not exist. A sent draft leads where it went."""

    at_counter = False
    draft: ReportDraft

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.draft = get_object_or_404(self.own_drafts, public_id=kwargs["draft"])
        if self.draft.sent_at:
            return self.already_sent(request)
        return super().dispatch(request, *args, **kwargs)

    @property
    def own_drafts(self) -> QuerySet[ReportDraft]:
        found = ReportDraft.objects.filter(author=self.user, at_counter=self.at_counter)
        return found.select_related("structure__landlord_profile", "structure__organisation", "case", "letter")

    def already_sent(self, request: HttpRequest) -> HttpResponse:
        messages.info(request, "Ce signalement a déjà été envoyé.")
        return self.redirect_after_sending(self.draft)

    def redirect_after_sending(self, draft: ReportDraft) -> HttpResponse:
        if draft.structure.is_claimant:
            return redirect("reports" if draft.case else "watch_list")
        if draft.case and permissions.can_view(self.user, draft.case, at=self.today):
            return redirect("case", case=draft.case.public_id)
        return redirect("report")

    # What was typed

    def get_typed_answers(self, part: str) -> dict[str, str]:
        return self.draft.answers.get(part) or {}

    def get_form(self, part: str, data: Any = None) -> ReportForm:
        """The form of a part, filled with what was typed; `data` is what is being sent."""
        kind = {"person": PersonForm, "lease": LeaseForm, "send": SendForm}[part]
        if part == "person" and (self.household or self.tenancy):
            kind = FactsForm
        if part == "lease" and self.tenancy:
            kind = DebtForm
        if data is not None:
            return kind(data, **self.form_options(self.draft.structure))
        initial = {**self.get_typed_answers("search"), **self.get_typed_answers(part)}
        return kind(initial=initial, **self.form_options(self.draft.structure))

    def get_checked_form(self, part: str) -> Any:
        """The form of a part with its faults, as if it were sent as it was left."""
        form = self.get_form(part, {**self.get_typed_answers("search"), **self.get_typed_answers(part)})
        form.full_clean()
        return form

    # Who it is

    @cached_property
    def tenancy(self) -> Tenancy | None:
        pk = self.draft.answers.get("tenancy")
        return Tenancy.objects.select_related("household").get(pk=pk) if pk else None

    @cached_property
    def household(self) -> Household | None:
        pk = self.draft.answers.get("household")
        return Household.objects.get(pk=pk) if pk else None

    @cached_property
    def search(self) -> Search:
        typed: dict[str, Any] = {}
        search = HouseholdSearchForm(self.get_typed_answers("search"), **self.form_options(self.draft.structure))
        search.full_clean()
        for cleaned in (
            search.cleaned_data,
            self.get_checked_form("person").cleaned_data,
            self.get_checked_form("lease").cleaned_data,
        ):
            typed |= {name: value for name, value in cleaned.items() if value not in (None, "")}
        return Search(typed, structure=self.draft.structure, user=self.user, at=self.now)

    @property
    def dismissed_keys(self) -> list[str]:
        return self.draft.answers.get("dismissed") or []

    @property
    def is_settled(self) -> bool:
        return bool(self.tenancy or self.household)

    def to_settle(self) -> list[HouseholdMatch]:
        """Households that resemble and of which the author has not said whether they are this one."""
        return [] if self.is_settled else self.search.find_matches(dismissed=self.dismissed_keys)

    # Who would take it

    @cached_property
    def has_open_case(self) -> bool:
        """Is a case open already for this lease?"""
        return bool(self.tenancy and self.tenancy.cases.filter(closed_on=None, kind="arrears").exists())

    def preview(self) -> Preview | None:
        """Nobody else would be asked when a case is completed; a landlord is never told who."""
        if self.has_open_case or self.draft.structure.is_claimant:
            return None
        person, lease, send = (
            self.get_checked_form("person"),
            self.get_checked_form("lease"),
            self.get_checked_form("send"),
        )
        facts = {**self.known_facts(person.facts), **lease.preview_facts()}
        if send.cleaned_data.get("is_urgent"):
            facts["urgent"] = True
        landlord = lease.cleaned_data.get("landlord")
        return preview_routing(
            {name: value for name, value in facts.items() if value not in (None, "")},
            born=person.cleaned_data.get("birth_date") or "",
            landlord=landlord.pk if landlord else None,
            on=self.today,
        )

    def known_facts(self, typed: dict[str, Any]) -> dict[str, Any]:
        """What will be known once it is sent: of a household that the author sees, more than he types."""
        if self.household is None:
            return typed
        known = {fact.name: fact for fact in self.household.facts.all()}
        said = {name: fact.value for name, fact in known.items()}
        return said | facts_to_change(known, typed, source=FactSource.PROFESSIONAL)

    # What is sent

    def intake(self, *, person: Any, lease: Any, send: Any, **more: Any) -> drafts.Intake:
        """What the forms say, once they are valid."""
        known = self.household or (
            None if self.tenancy else self.search.recognise_household(dismissed=self.dismissed_keys)
        )
        return drafts.Intake(
            household=known,
            tenancy=self.tenancy,
            person=person.person if isinstance(person, PersonForm) else {},
            lease=self.said_of_lease(lease),
            facts=person.facts,
            balance=lease.cleaned_data["balance"],
            as_of=lease.cleaned_data.get("as_of", self.today),
            details=lease.details,
            milestones=lease.milestones,
            is_urgent=send.cleaned_data.get("is_urgent", False),
            **more,
        )

    def said_of_lease(self, form: Any) -> dict[str, Any]:
        """A lease as it will be written; of one that is known, only what may complete it."""
        if not isinstance(form, LeaseForm):
            return {}
        return form.lease if self.tenancy is None else form.beside_lease

    def step_url(self, step: str) -> str:
        return reverse("report_step", kwargs={"draft": self.draft.public_id, "step": step})


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
            messages.info(request, "Saisie effacée.")
            return redirect("report")
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
        if self.to_settle():
            messages.warning(request, "Un ménage déjà connu ressemble à celui-ci : dire si c’est le même.")
            return redirect("report_matches", draft=self.draft.public_id)
        intake = self.intake(person=person, lease=lease, send=send)
        was_open = self.has_open_case
        try:
            sent = drafts.send(draft=self.draft, intake=intake, by=self.user, at=self.now)
        except (drafts.CannotReport, engine.Refused) as refusal:
            send.add_error(None, str(refusal))
            return self._render_step(request, ORDER[-1], send)
        messages.success(request, said_of(sent, completed=was_open))
        return self.redirect_after_sending(sent)


class ReportPreview(StepOfDraft):
    """What the page asks for while one types: who would take the case."""

    def post(self, request: HttpRequest, draft: str, step: str) -> HttpResponse:
        self.keep_typed_answers()
        return render(request, "report/preview.html", preview_context(self) | {"kept_at": self.now})


def preview_context(page: ReportDraftPage) -> dict[str, Any]:
    return {
        "preview": page.preview(),
        "is_claimant": page.draft.structure.is_claimant,
        "completes": page.has_open_case,
        "pilot": pilot_of(page.draft.structure.territory),
        "kept_at": page.draft.touched_at,
    }


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


def said_of(draft: ReportDraft, *, completed: bool) -> str:
    if draft.case is None:
        return "Dette sous votre seuil d’ouverture : le ménage est en veille, vous seul le voyez."
    if completed:
        return f"Le dossier {draft.case.reference} était déjà ouvert : votre relevé le complète."
    return f"Impayé signalé : le dossier {draft.case.reference} est ouvert."
