"""What the pages of a report and of the counter share: in whose name one reports, one’s own draft, what it would send."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property

from cases import permissions
from cases.actions.people import facts_to_change
from cases.forms import FormData
from cases.locks import lock_newcomers
from cases.models import FactSource, Household, Structure, Tenancy
from workflows.actions import drafts
from workflows.actions.completions import waits_for_agreement
from workflows.actions.drafts import PROPOSED
from workflows.actions.known_tenancy import CannotReport, find_tenancy
from workflows.models import ReportDraft
from workflows.routing.apply import table_in_force
from workflows.routing.preview import Preview, preview_routing
from workflows.routing.table import RoutingTable
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
from workflows.views.arrears.report_matches import HouseholdMatch, Search
from workflows.views.parts.pages import Page


class ArrearsReportPage(Page):
    """For those who may report: the first of their structures unless they choose another."""

    right = "report_arrears"
    held_back = ()
    structures: list[Structure]

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        mine = permissions.structures_where(self.user, self.right, at=self.today)
        self.structures = list(mine.select_related("landlord_profile"))
        if not self.structures:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form_options(self, structure: Structure) -> dict[str, Any]:
        return {"today": self.today, "structure": structure, "table": self.find_table(structure.territory)}

    def asked_for(self, request: HttpRequest) -> Structure:
        """In whose name; a page of another structure is asked for by its code, which names nobody."""
        wanted = request.GET.get("structure", "")
        return next((each for each in self.structures if each.code == wanted), self.structures[0])

    def find_table(self, territory: str) -> RoutingTable:
        """In force today: its facts are asked. Read once."""
        if territory not in self.tables:
            self.tables[territory] = table_in_force(on=self.today, territory=territory)[1]
        return self.tables[territory]

    @cached_property
    def tables(self) -> dict[str, RoutingTable]:
        return {}


class ReportDraftPage(ArrearsReportPage):
    """A page of one’s own draft; for anyone else it does not exist. A sent draft leads where it went."""

    at_counter = False
    draft: ReportDraft

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
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

    def get_form(self, part: str, data: FormData = None) -> ReportForm:
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

    def search_again_alone(self) -> None:
        """Before somebody is recorded as new: whoever enters her at this moment has done so, or waits."""
        if not self.is_settled:
            lock_newcomers(self.draft.structure.territory)
            self.__dict__.pop("search", None)
            # Sent twice at once, it is the first of the two that enters her.
            self.draft.refresh_from_db(fields=["sent_at", "case"])

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
    def completed_tenancy(self) -> Tenancy | None:
        """The lease whose open case would be completed: that which was chosen, or the one that a known household has."""
        if self.tenancy or not self.household:
            return self.tenancy
        lease = self.get_checked_form("lease").cleaned_data
        if "landlord" not in lease:
            return None
        try:
            return find_tenancy(lease, self.household)
        except CannotReport:
            return None

    @cached_property
    def is_proposed(self) -> bool:
        """Is that case another structure’s, which agrees first?"""
        lease = self.completed_tenancy
        found = lease.cases.filter(closed_on=None, kind="arrears").first() if lease else None
        return found is not None and waits_for_agreement(
            found, structure=self.draft.structure, by=self.user, at=self.now
        )

    @cached_property
    def has_open_case(self) -> bool:
        """Is a case open already for this lease?"""
        lease = self.completed_tenancy
        return bool(lease and lease.cases.filter(closed_on=None, kind="arrears").exists())

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
            territory=self.draft.structure.territory,
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


def preview_context(page: ReportDraftPage) -> dict[str, object]:
    return {
        "preview": page.preview(),
        "is_claimant": page.draft.structure.is_claimant,
        "completes": page.has_open_case,
        "proposes": page.is_proposed,
        "pilot": pilot_of(page.draft.structure.territory),
        "kept_at": page.draft.touched_at,
    }


def said_of(draft: ReportDraft, *, completed: bool) -> str:
    if draft.case is None:
        return "Dette sous votre seuil d’ouverture : le ménage est en veille, vous seul le voyez."
    if draft.told.get(PROPOSED):
        return (
            f"Le dossier {draft.case.reference} était déjà ouvert : ce que vous apportez est proposé au service qui le suit."
            " Rien n’y est inscrit avant son accord ; sa réponse vous sera notifiée."
        )
    if completed:
        return f"Le dossier {draft.case.reference} était déjà ouvert : votre relevé le complète."
    return f"Impayé signalé : le dossier {draft.case.reference} est ouvert."
