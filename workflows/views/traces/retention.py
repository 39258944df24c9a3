"""Conservation: for how long each kind of data is kept, what is due, and what forbids to erase it."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from cases import permissions
from cases.actions.retention import holds, limits
from cases.models import CLAIMANT_KINDS, AccessEntry, Case, LegalHold, RetentionItem, RetentionRun, Structure, User
from cases.models.case import reference_of
from cases.rules.retention import load_kinds
from workflows.actions import retention
from workflows.views.parts.pages import SAFE, FormPage, do_and_tell
from workflows.views.parts.territories import choose_territory
from workflows.views.traces.base import TracesPage
from workflows.views.traces.forms_of_retention import ConfirmForm, HoldForm, LiftForm, LimitForm

SHOWN = 500
"""Households of a run on its page; all are counted."""


class RetentionPage(TracesPage):
    """For the officers of the partnership: a landlord’s knows of no case."""

    tab = "retention"
    shows = AccessEntry.Kind.TRACES
    right_in_territory = "review_traces"

    def may_enter(self) -> bool:
        return super().may_enter() and self.find_own_structure() is not None

    def find_own_structure(self) -> Structure | None:
        """In which the officer works, in the territory of the page."""
        own = permissions.structures_where(self.user, self.right_in_territory, at=self.today)
        if not own.exists():
            return None
        own = own.filter(territory=self.territory).exclude(kind__in=CLAIMANT_KINDS)
        return own.order_by("pk").first()

    @cached_property
    def own_structure(self) -> Structure:
        found = self.find_own_structure()
        if found is None:
            raise Http404
        return found


class Retention(RetentionPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        lengths = limits.read_lengths(self.territory, on=self.today)
        runs = RetentionRun.objects.filter(territory=self.territory).annotate(households=Count("items"))
        waiting = [RetentionRun.State.PROPOSED, RetentionRun.State.RUNNING]
        unconfirmed = limits.find_unconfirmed([self.territory])[self.territory]
        return self.render_page(
            "traces/retention.html",
            kinds=[(kind, kind.say(lengths[code]), kind in unconfirmed) for code, kind in load_kinds().items()],
            unconfirmed=unconfirmed,
            current=runs.filter(state__in=waiting).first(),
            past=runs.exclude(state__in=waiting)[:20],
            holds=LegalHold.objects.standing()
            .filter(household__territory=self.territory)
            .select_related("case", "put_by"),
            history=[
                (load_kinds()[row.kind], load_kinds()[row.kind].say(row.length), row)
                for row in limits.read_history([self.territory])
                if row.kind in load_kinds()
            ],
        )


class RetentionForm(FormPage, RetentionPage):
    title = submit_label = lead = ""

    def render_form(self, form: Form) -> HttpResponse:
        return self.render_page(
            "traces/act.html",
            form=form,
            title=self.title,
            lead=self.lead,
            submit_label=self.submit_label,
            kicker="Conservation",
            back_url=reverse("retention"),
        )


class SetLimit(RetentionForm):
    submit_label = "Fixer la durée"

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if kwargs["kind"] not in load_kinds():
            raise Http404
        self.kind = load_kinds()[str(kwargs["kind"])]
        self.title = self.kind.title
        self.lead = (
            f"Comptée depuis {self.kind.counted_from}. De {self.kind.say(self.kind.least)} à"
            f" {self.kind.say(self.kind.most)} : {self.kind.reference}."
        )
        return super().dispatch(request, *args, **kwargs)

    def get_form(self, data: QueryDict | None = None) -> LimitForm:
        length = limits.read_lengths(self.territory, on=self.today)[self.kind.kind]
        return LimitForm(data, kind=self.kind, initial={"length": length, "effective_on": self.today})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        made = limits.set_limit(structure=self.own_structure, kind=self.kind.kind, by=self.user, at=self.now, **typed)
        said = f"{self.kind.title} : {self.kind.say(made.length)} à partir du {made.effective_on:%d/%m/%Y}."
        return self.lead_on(said, "retention")


class ConfirmLimits(RetentionForm):
    """Those that are « à vérifier », together: read, and kept as they are."""

    title, submit_label = "Confirmer les durées de conservation", "Confirmer ces durées"
    form_class = ConfirmForm

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        own = self.find_own_structure()
        if own is not None:
            lengths = limits.read_lengths(own.territory, on=self.today)
            kinds = limits.find_unconfirmed([own.territory])[own.territory]
            said = " ; ".join(f"{kind.title} : {kind.say(lengths[kind.kind])}" for kind in kinds)
            self.lead = (
                f"À relire avec votre registre et votre analyse d’impact. {said}." if said else "Toutes le sont."
            )
        return super().dispatch(request, *args, **kwargs)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        made = limits.confirm_limits(structure=self.own_structure, by=self.user, at=self.now, **typed)
        return self.lead_on(f"{len(made)} durées confirmées." if len(made) > 1 else "1 durée confirmée.", "retention")


class ProposeRun(RetentionPage):
    def post(self, request: HttpRequest) -> HttpResponse:
        def act() -> str:
            retention.propose(structure=self.own_structure, by=self.user, at=self.now)
            return "Liste établie : rien n’est fait avant l’approbation d’une autre personne."

        do_and_tell(request, act, refused=messages.INFO)
        made = RetentionRun.objects.filter(territory=self.territory, state=RetentionRun.State.PROPOSED).first()
        return redirect("retention_run", made.public_id) if made else redirect("retention")


class OneRun(RetentionPage):
    """For the officers of its territory; for an administrator of it where no other officer may approve the list."""

    run: RetentionRun

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        runs = RetentionRun.objects.select_related("asked_by", "approved_by")
        self.run = get_object_or_404(runs, public_id=kwargs["run"])
        if self.approves_as_administrator:
            self.right_in_territory = self.shown_by_right = "grant_roles"
        if request.method in SAFE and (self.is_officer or self.approves_as_administrator):
            choose_territory(request, self.run.territory)  # a notice leads here from wherever one reads
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def is_officer(self) -> bool:
        own = permissions.structures_where(self.user, "review_traces", at=self.today)
        return own.filter(territory=self.run.territory).exclude(kind__in=CLAIMANT_KINDS).exists()

    @cached_property
    def approves_as_administrator(self) -> bool:
        """To approve it; afterwards, to read what he approved."""
        if self.is_officer or not permissions.rights(self.user, at=self.today).get("grant_roles"):
            return False
        return self.user.pk == self.run.approved_by_id or (
            self.run.state == RetentionRun.State.PROPOSED and self.user in self.approvers
        )

    @cached_property
    def approvers(self) -> list[User]:
        return list(permissions.approvers_of(self.run, at=self.today).order_by("last_name", "first_name", "pk"))

    def may_enter(self) -> bool:
        may = self.approves_as_administrator or super().may_enter()
        return may and self.run.territory == self.territory


class Run(OneRun):
    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        items = self.run.items.order_by("act", "structure__name", "since", "pk").select_related("structure")
        counts = items.order_by("act", "structure__name").values_list("act", "structure__name", "state")
        shown = list(items[:SHOWN])
        return self.render_page(
            "traces/retention_run.html",
            run=self.run,
            is_officer=self.is_officer,
            may_approve=self.user in self.approvers,
            approvers=", ".join(person.get_full_name() for person in self.approvers),
            counts=[
                (RetentionItem.Act(act).label, name or "sans dossier", RetentionItem.State(state).label, number)
                for act, name, state, number in counts.annotate(number=Count("pk"))
            ],
            lines=[(item, references) for item, references in zip(shown, self.read_references(shown), strict=True)],
            total=items.count(),
        )

    def read_references(self, items: list[RetentionItem]) -> list[str]:
        """The numbers of the cases of each household."""
        found: dict[int, list[str]] = {}
        cases = Case.objects.filter(household__in=[item.household_id for item in items]).order_by("opened_on", "pk")
        for home, opened_on, pk in cases.values_list("household", "opened_on", "pk"):
            found.setdefault(home, []).append(reference_of(opened_on, pk))
        return [", ".join(found.get(item.household_id, [])) for item in items]


class ApproveRun(OneRun):
    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        def act() -> str:
            retention.approve(run=self.run, structure=self.own_structure, by=self.user, at=self.now)
            return "Passage approuvé : il se fait dans les minutes qui viennent."

        do_and_tell(request, act)
        return redirect("retention_run", self.run.public_id)


class DropRun(OneRun):
    def may_enter(self) -> bool:
        return self.is_officer and super().may_enter()

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        def act() -> str:
            retention.drop(run=self.run, structure=self.own_structure, by=self.user, at=self.now)
            return "Passage abandonné : rien n’a été fait."

        do_and_tell(request, act)
        return redirect("retention")


class PutHold(RetentionForm):
    title, submit_label = "Geler la conservation d’un dossier", "Geler"
    lead = (
        "Tant que le gel tient, rien de ce ménage n’est archivé ni effacé, dans aucun de ses dossiers."
        " Le motif et l’auteur vont au journal."
    )

    def get_form(self, data: QueryDict | None = None) -> HoldForm:
        cases = permissions.reviewed_cases(self.user, at=self.today).filter(territory=self.territory)
        return HoldForm(data, cases=cases)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        hold = holds.put_hold(structure=self.own_structure, by=self.user, at=self.now, **typed)
        return self.lead_on(f"Dossier {hold.case.reference} gelé.", "retention")


class LiftHold(RetentionForm):
    submit_label = "Lever le gel"
    lead = (
        "Les durées de conservation reprennent aussitôt. Ce que le gel gardait d’un partage auquel la personne s’est opposée est"
        " détruit."
    )

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not permissions.rights(self.user, at=self.today).get("review_traces"):
            raise Http404
        found = LegalHold.objects.filter(household__territory=self.territory).select_related("case")
        self.hold = get_object_or_404(found, public_id=kwargs["hold"])
        self.title = f"Lever le gel du dossier {self.hold.case.reference}"
        return super().dispatch(request, *args, **kwargs)

    def get_form(self, data: QueryDict | None = None) -> LiftForm:
        return LiftForm(data)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        holds.lift_hold(hold=self.hold, structure=self.own_structure, by=self.user, at=self.now, **typed)
        return self.lead_on(f"Gel du dossier {self.hold.case.reference} levé.", "retention")
