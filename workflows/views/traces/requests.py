"""Demandes: what persons ask about their own data, its register and its dates."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from cases import permissions
from cases.actions import subject_requests as acts
from cases.models import AccessEntry, Organisation, Structure, SubjectRequest
from cases.templatetags.relais import short_date
from workflows.views.parts.cut_lists import read_first
from workflows.views.parts.pages import FormPage
from workflows.views.traces import subject_requests as queries
from workflows.views.traces.base import TracesPage
from workflows.views.traces.forms import ExtendForm, RecordForm, SubjectRequestAnswerForm, WithdrawForm

ACTS: dict[str, tuple[str, str]] = {
    SubjectRequest.Kind.ACCESS: ("Préparer le dossier à remettre", "person_file"),
    SubjectRequest.Kind.RECTIFICATION: ("Corriger la fiche", "subject_request_rectify"),
    SubjectRequest.Kind.ERASURE: ("Effacer les données", "subject_request_erase"),
    SubjectRequest.Kind.RESTRICTION: ("Limiter le traitement", "subject_request_restrict"),
    SubjectRequest.Kind.OBJECTION: ("Mettre fin aux accès", "subject_request_object"),
}


class RegisterPage(TracesPage):
    shows: str = AccessEntry.Kind.TRACES
    tab = "traces_requests"
    right_in_territory = "review_traces"

    @property
    def register(self) -> QuerySet[SubjectRequest]:
        return permissions.visible_subject_requests(self.user, at=self.today)

    def own_structure(self, organisation: Organisation, territory: str) -> Structure:
        """In which the officer works, for that controller in that territory."""
        own = permissions.structures_where(self.user, "review_traces", at=self.today)
        found = own.filter(organisation=organisation, territory=territory).order_by("pk").first()
        if found is None:
            raise Http404
        return found


class SubjectRequestRegister(RegisterPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        found, next_url = self.page_of(queries.ended_requests(self.register), size=queries.PAGE_SIZE)
        waiting, waiting_count = ([], 0) if self.first_url else read_first(queries.waiting_requests(self.register))
        return self.render_page(
            "traces/requests.html",
            waiting=queries.register_entries(waiting, on=self.today),
            waiting_count=waiting_count,
            ended=queries.register_entries(found, on=self.today),
            next_url=next_url,
        )


class RegisterForm(FormPage, RegisterPage):
    """An act of the register, and its form."""

    title = submit_label = lead = ""
    facts: Sequence[tuple[str, str]] = ()
    """What the reader has to know before she chooses."""

    @property
    def back_url(self) -> str:
        return reverse("traces_requests")

    @property
    def kicker(self) -> str:
        """What the form is about, in the line above its title."""
        return "Demandes"

    def render_form(self, form: Form) -> HttpResponse:
        return self.render_page(
            "traces/act.html",
            form=form,
            title=self.title,
            lead=self.lead,
            facts=self.facts,
            submit_label=self.submit_label,
            kicker=self.kicker,
            back_url=self.back_url,
        )


class Record(RegisterForm):
    title, submit_label = "Enregistrer la demande d’une personne", "Enregistrer"
    lead = "Le registre garde la demande et ses dates. Qui demande reste dans vos propres dossiers."

    def get_form(self, data: QueryDict | None = None) -> RecordForm:
        own = permissions.structures_where(self.user, "review_traces", at=self.today)
        return RecordForm(
            data,
            organisations=Organisation.objects.filter(pk__in=own.values("organisation")),
            cases=permissions.reviewed_cases(self.user, at=self.today),
        )

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        case = typed["case"]
        structure = self.own_structure(typed["organisation"], case.territory if case else self.territory)
        made = acts.record(structure=structure, by=self.user, at=self.now, **typed)
        messages.success(
            self.request, f"Demande {made.reference} enregistrée : répondre au plus tard le {made.due_on:%d/%m/%Y}."
        )
        return redirect("subject_request", made.public_id)


class OneRequest(RegisterPage):
    asked: SubjectRequest

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        found = self.register.select_related("organisation", "case", "rule", "recorded_by")
        self.asked = get_object_or_404(found, public_id=kwargs["request_id"])
        return super().dispatch(request, *args, **kwargs)


class Request(OneRequest):
    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return self.render_page(
            "traces/request.html",
            asked=self.asked,
            is_late=self.asked.is_late(self.today),
            extension=[
                ("Prolongée le", short_date(self.asked.told_on)),
                ("Motif", self.asked.get_extension_reason_display()),
                ("Échéance sans prolongation", short_date(self.asked.first_due_on)),
            ],
            may_extend=self.asked.state == SubjectRequest.State.OPEN and self.today <= self.asked.first_due_on,
            history=queries.history(self.asked),
            act=self.find_act(),
            files=self.asked.person_files.all(),
            restriction=self.asked.processing_restrictions.select_related("put_by", "ended_by").first(),
        )

    def find_act(self) -> tuple[str, str] | None:
        """What the request asks of Relais itself: its words, and where it is done."""
        if self.asked.case is None or not self.asked.is_waiting or self.asked.kind not in ACTS:
            return None
        words, name = ACTS[self.asked.kind]
        return words, reverse(name, args=[self.asked.public_id])


class RequestAct(RegisterForm, OneRequest):
    done = ""
    of_waiting_alone = True
    """Is nothing of it left to do once the request is ended?"""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        if self.of_waiting_alone and not self.asked.is_waiting:
            ended = f"{self.asked.get_state_display()} le {self.asked.ended_on:%d/%m/%Y}"
            words = f"Cette demande est déjà terminée ({ended}) : rien n’a changé."
            return self.lead_on(words, self.back_url, level=messages.INFO)
        return super().get(request, **kwargs)

    @property
    def kicker(self) -> str:
        return f"Demande {self.asked.reference}"

    @property
    def back_url(self) -> str:
        return reverse("subject_request", args=[self.asked.public_id])

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        structure = self.own_structure(self.asked.organisation, self.asked.territory)
        done = self.carry_out(request=self.asked, structure=structure, by=self.user, at=self.now, **typed)
        return self.lead_on(self.done.format(due=f"{done.due_on:%d/%m/%Y}"), self.back_url)

    def carry_out(self, **typed: Any) -> SubjectRequest:
        raise NotImplementedError


class Extend(RequestAct):
    title, submit_label = "Prolonger le délai", "Prolonger"
    lead = "De deux mois, une seule fois. La personne doit en être informée dans le mois qui suit la réception."
    done = "Délai prolongé : répondre au plus tard le {due}."

    def get_form(self, data: QueryDict | None = None) -> ExtendForm:
        return ExtendForm(data, initial={"told_on": self.today})

    def carry_out(self, **typed: Any) -> SubjectRequest:
        return acts.extend(**typed)


class AnswerSubjectRequest(RequestAct):
    title, submit_label = "Noter la réponse", "Enregistrer"
    done = "Réponse enregistrée."

    def get_form(self, data: QueryDict | None = None) -> SubjectRequestAnswerForm:
        return SubjectRequestAnswerForm(data, initial={"answered_on": self.today})

    def carry_out(self, **typed: Any) -> SubjectRequest:
        return acts.answer(**typed)


class WithdrawSubjectRequest(RequestAct):
    form_class = WithdrawForm
    title, submit_label = "Classer sans suite", "Classer sans suite"
    lead = "La ligne reste au registre."
    done = "Demande classée sans suite."

    def carry_out(self, **typed: Any) -> SubjectRequest:
        return acts.withdraw(**typed)
