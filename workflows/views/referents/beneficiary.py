"""A person who is followed: her référents, who coordinates, what she said of it, and the acts about that."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property

from cases import permissions
from cases.actions import coordination, places
from cases.actions.coordination import CannotCoordinate
from cases.actions.referents import CannotFollow
from cases.forms import ColleagueField, DayField, UnfoldingForm, UnfoldingRadio
from cases.letters import referent_sheet as sheets
from cases.letters.typeset import CannotTypeset
from cases.models import AccessEntry, Case, CaseKind, Referent, Structure, User
from cases.queries import label_words
from workflows import engine
from workflows.actions import coordination as coordinators, referents
from workflows.models import RESPONDING, CaseTask
from workflows.queries.referents import Coordinated
from workflows.queries.time_left import with_last_day
from workflows.queries.timeline import entries_of
from workflows.steps.follow_up import REASONS
from workflows.steps.propose_coordinator import offer_referents
from workflows.views.parts.pages import CasePage, FormPage
from workflows.views.parts.private_files import private_pdf
from workflows.views.parts.timeline import build_timeline
from workflows.views.referents.referents import offer_colleagues


class FollowedPersonPage(CasePage):
    """A page of somebody’s coordination case. Any other case has no such page."""

    structure: Structure | None

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        if self.case.kind != CaseKind.COORDINATION:
            raise Http404
        self.structure = permissions.acting_structure(self.user, self.case, at=self.today)
        self.check_access()
        return None

    def check_access(self) -> None:
        """Refuse (`PermissionDenied`) who has nothing to do on this page."""

    @property
    def person_url(self) -> str:
        return reverse("beneficiary", args=[self.case.public_id])

    @property
    def may_propose(self) -> bool:
        """In one’s own structure: its managers, and the référent himself."""
        held = permissions.rights(self.user, at=self.today).get("view_backlog", frozenset())
        return (
            self.case.is_open
            and self.structure is not None
            and (self.structure.pk in held or self.own_place is not None)
        )

    @property
    def is_piloted(self) -> bool:
        """Is it read at a desk that pilots the référents?"""
        return self.structure is not None and self.structure.pk in self.held.get("pilot_action", frozenset())

    @cached_property
    def own_place(self) -> Referent | None:
        """The place of one’s structure, if one holds it oneself."""
        held = Referent.objects.current().filter(case=self.case, structure=self.structure, user=self.user)
        found: Referent | None = held.select_related("case", "structure", "user").first()
        return found

    @property
    def structure_place(self) -> Referent | None:
        return places.in_place(self.case, self.structure) if self.structure else None


class BeneficiaryView(FollowedPersonPage):
    revealed: Referent | None = None
    """The référent whose telephone and e-mail the reader asked for."""

    def read_with(self, cases: QuerySet[Case]) -> QuerySet[Case]:
        labelling = permissions.labelling_structure_ids(permissions.rights(self.user, at=self.today))
        restrictions = permissions.restrictions_of(OuterRef("household"))
        return cases.annotate(
            label_words=label_words("pk", structures=labelling),
            restricted_at=Subquery(restrictions.values("put_at")[:1]),
        )

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        data = Coordinated(self.case, on=self.today)
        seen = set(
            permissions.visible_cases(self.user, at=self.today)
            .filter(pk__in=[each.pk for each in data.other_cases])
            .values_list("pk", flat=True)
        )
        notes = permissions.visible_notes(self.user, self.case, at=self.today)
        coordinated, steps = data.coordinator, self.steps()
        context = {
            "case": self.case,
            "person": self.case.beneficiary,
            "full": self.full,
            "is_piloted": self.is_piloted,
            "labels": self.case.label_words,  # type: ignore[attr-defined]  # annotated
            "data": data,
            "today": self.today,
            "steps": steps,
            "revealed": self.revealed,
            "home": data.household_members(adults_only=not self.full),
            "others": [(each, each.pk in seen) for each in data.other_cases if each.pk in seen or self.full],
            "acts": build_timeline(entries_of(self.case, notes=notes), milestones={})[:12] if self.full else [],
            "may_propose": self.may_propose,
            "may_end": self.may_propose and self.structure_place is not None,
            "may_coordinate": self.case.is_open
            and data.coordination_vacancy is not None
            and coordinated is None
            and coordinators.CHOOSE not in [step["node"] for step in steps]
            and coordination.may_propose(self.user, self.case, on=self.today),
            "may_object": self.own_place is not None,
        }
        return render(request, "referents/beneficiary.html", context)

    def steps(self) -> list[dict[str, object]]:
        """What waits for the reader."""
        waiting = with_last_day(CaseTask.objects.open().of_case(self.case))
        waiting = waiting.select_related("structure", "owner", "process__case")
        return [
            {
                "node": task.node,
                "title": task.full_title,
                "verb": task.flow_task.verb,
                "due_on": task.due_on,
                "last_on": task.last_on,
                "url": reverse("step", args=[self.case.public_id, task.public_id]),
            }
            for task in waiting.order_by("due_on", "pk")
            if task.node not in RESPONDING and engine.may_act(self.user, task, at=self.now)
        ]


class ContactCard(BeneficiaryView):
    """The same page, with how to reach one référent: asked for by a click, and noted as such in the access log."""

    shows = AccessEntry.Kind.CONTACT

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        held = Referent.objects.current().filter(case=self.case).select_related("user", "structure")
        self.revealed = get_object_or_404(held, public_id=kwargs["referent"])
        return super().find_objects(request, **kwargs)


class PersonAct(FormPage, FollowedPersonPage):
    """One act on a person’s référents or coordination, and back to her page."""

    title = ""
    lead = ""
    submit_label = "Enregistrer"

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        messages.success(self.request, self.carry_out(typed))
        if permissions.can_view(self.user, self.case, at=self.today):
            return redirect(self.person_url)
        return redirect("unsettled" if self.is_piloted else "my_people")

    def carry_out(self, typed: dict[str, Any]) -> str:
        """Do it, and say what was done."""
        raise NotImplementedError

    def render_form(self, form: forms.Form) -> HttpResponse:
        context = {
            "form": form,
            "kicker": str(self.case.beneficiary),
            "back_url": self.person_url,
            "title": self.title,
            "lead": self.lead,
            "submit_label": self.submit_label,
        }
        return render(self.request, "referents/act.html", context)


class ColleagueForm(forms.Form):
    colleague = ColleagueField(
        label="Référent proposé", queryset=User.objects.none(), empty_label="Choisir un professionnel"
    )


class Propose(PersonAct):
    title = "Proposer un référent"
    lead = "Le professionnel répond sous cinq jours ouvrés. Qui suit la personne aujourd’hui la suit jusqu’à sa réponse, puis garde l’accès trente jours."
    submit_label = "Proposer"

    def check_access(self) -> None:
        if not self.may_propose:
            raise PermissionDenied

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        form = ColleagueForm(data)
        held = self.structure_place
        if self.structure:
            offer_colleagues(form, self.structure, self, but=held.user_id if held else None)
        return form

    def carry_out(self, typed: dict[str, Any]) -> str:
        if self.case.beneficiary and self.structure:
            referents.propose(
                beneficiary=self.case.beneficiary,
                structure=self.structure,
                user=typed["colleague"],
                by=self.user,
                at=self.now,
            )
        return f"Proposition envoyée à {typed['colleague']}."


class EndForm(UnfoldingForm):
    unfolds: ClassVar = {"place": {"over": ("because",)}}

    reason = forms.ChoiceField(label="Motif de fin", choices=[("", "Choisir un motif"), *REASONS])
    place = forms.ChoiceField(
        label="Et ensuite",
        choices=[
            ("vacant", "La place est à pourvoir par la structure"),
            ("over", "Sans successeur : la structure ne suit plus la personne"),
        ],
        widget=UnfoldingRadio,
    )
    because = forms.CharField(label="Parce que", max_length=200, required=False)


class EndFollowing(PersonAct):
    form_class = EndForm
    title = submit_label = "Mettre fin au suivi"
    lead = "Pour passer le relais à un collègue, le proposer plutôt : le suivi continue jusqu’à sa réponse."

    def check_access(self) -> None:
        if not self.may_propose or self.structure_place is None:
            raise PermissionDenied

    def carry_out(self, typed: dict[str, Any]) -> str:
        held = self.structure_place
        if held is None:
            raise CannotFollow("Ce référent n’est plus en place : recharger la page.")
        referents.end(
            referent=held,
            reason=typed["reason"],
            stays_vacant=typed["place"] == "vacant",
            because=typed["because"],
            by=self.user,
            at=self.now,
        )
        return "Suivi terminé. La place est à pourvoir." if typed["place"] == "vacant" else "Suivi terminé."


class CoordinatorForm(forms.Form):
    referent = forms.ModelChoiceField(
        label="Coordinateur proposé", queryset=Referent.objects.none(), widget=forms.RadioSelect, empty_label=None
    )


class ProposeCoordinatorPage(PersonAct):
    title = "Proposer le coordinateur"
    lead = "Un seul, parmi les référents en place. Il accepte, puis recueille l’accord de la personne."
    submit_label = "Proposer"

    def check_access(self) -> None:
        if not coordination.may_propose(self.user, self.case, on=self.today):
            raise PermissionDenied

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        form = CoordinatorForm(data)
        offer_referents(form, self.case.pk, on=self.today)
        return form

    def carry_out(self, typed: dict[str, Any]) -> str:
        found = coordinators.propose(referent=typed["referent"], by=self.user, at=self.now)
        if found.referent.user_id == self.user.pk:
            return "Proposition enregistrée. Il vous reste à l’accepter."
        return f"Proposition envoyée à {found.referent.user}."


class LegalReferentForm(forms.Form):
    legal = forms.ModelChoiceField(
        label="Structure du référent unique", queryset=Structure.objects.none(), required=False, empty_label="Aucun"
    )
    on = DayField(label="Connu le")


class RecordLegalReferent(PersonAct):
    """Who the law names is noted, never decided: the rule of the coordinator looks at it first."""

    title = "Noter le référent unique"
    lead = "Celui que France Travail ou le Département a désigné. Relais le note et ne le décide pas ; il est proposé en premier pour coordonner."

    def check_access(self) -> None:
        if self.own_place is None or not self.case.is_open:
            raise PermissionDenied

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        known = coordination.legal_referent(self.case)
        form = LegalReferentForm(data, initial={"on": self.today, "legal": known.structure_id if known else None})
        field: Any = form.fields["legal"]
        able = Structure.objects.able_to_help(self.case.territory).filter(kind__in=coordination.LEGAL_KINDS)
        field.queryset = able.order_by("name")
        return form

    def carry_out(self, typed: dict[str, Any]) -> str:
        if self.structure is None:
            raise PermissionDenied
        coordination.record_legal(
            case=self.case, legal=typed["legal"], on=typed["on"], structure=self.structure, by=self.user, at=self.now
        )
        return "Référent unique noté."


class DayForm(forms.Form):
    on = DayField(label="Dit le")


class Objection(PersonAct):
    """Note that the person objects to coordination; or, once noted, that she changed her mind."""

    def check_access(self) -> None:
        if self.own_place is None or not self.case.is_open:
            raise PermissionDenied

    @cached_property
    def is_noted(self) -> bool:
        return coordination.is_objected(self.case)

    @property
    def title(self) -> str:  # type: ignore[override]
        return "La personne ne s’oppose plus" if self.is_noted else "La personne s’oppose à la coordination"

    lead = "L’opposition arrête la coordination seule. Chaque structure continue d’accompagner la personne."

    def get_form(self, data: QueryDict | None = None) -> forms.Form:
        return forms.Form(data) if self.is_noted else DayForm(data, initial={"on": self.today})

    def carry_out(self, typed: dict[str, Any]) -> str:
        if self.structure is None:
            raise PermissionDenied
        if self.is_noted:
            coordinators.lift_objection(case=self.case, structure=self.structure, by=self.user, at=self.now)
            return "Opposition retirée : un coordinateur peut être proposé."
        if typed["on"] > self.today:
            raise CannotCoordinate("Le jour de l’opposition est à venir : corriger la date.")
        coordinators.object_to(case=self.case, structure=self.structure, on=typed["on"], by=self.user, at=self.now)
        return "Opposition enregistrée : il n’y a pas de coordination."


class PersonSheet(FollowedPersonPage):
    """The sheet to hand to the person, as things stand; `facile` is the version that is easy to read. Nothing is kept."""

    shows = AccessEntry.Kind.PRINT

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        easy = kwargs["kind"] == "facile"
        text = sheets.sheet_for(easy=easy, on=self.today, territory=self.case.territory)
        if text is None or self.structure is None:
            raise Http404
        own: dict[str, Any] = {"case": self.case, "structure": self.structure, "by": self.user, "on": self.today}
        try:
            pdf = sheets.typeset_referent_sheet(sheets.in_full(text, **own), **own, easy=easy)
        except CannotTypeset as refusal:
            return self.lead_on(str(refusal), self.person_url, level=messages.ERROR)
        return private_pdf(pdf, name=f"referents-{self.case.reference}.pdf")
