"""The file of a person, before it goes out: what it holds, what is withheld and why; then what was prepared."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst

from cases.actions.person_file import PersonItem
from cases.models import AccessEntry, Beneficiary, Case, Household, LegalBasis, SubjectRequest
from cases.models.person_files import PersonFile
from workflows.actions import objections, subject_acts
from workflows.views.parts.pages import FormPage
from workflows.views.parts.private_files import HEADERS
from workflows.views.traces.forms import CHOOSE
from workflows.views.traces.requests import OneRequest, RequestAct
from workflows.views.traces.subject_requests import ground_facts


class ReviewForm(forms.Form):
    """A choice for each item; what is of others or internal is withheld unless the officer says otherwise, and so is
    whatever she was not shown."""

    def __init__(self, data: QueryDict | None, *, items: list[PersonItem]) -> None:
        self.items = items
        self.sent = frozenset(data or ())
        if data is not None:  # what was not sent is shown again as it was at first, never as given
            data = data.copy()
            for item in items:
                data.setdefault(item.key, item.concern)
        super().__init__(data)
        whys = [each for each in PersonFile.Why.choices if each[0] != PersonFile.Why.UNREVIEWED]
        for item in items:
            self.fields[item.key] = forms.ChoiceField(
                label="Retenir",
                choices=[(PersonFile.GIVEN, "À remettre"), *whys],
                required=False,
                initial=item.concern,
            )

    @property
    def reviewed(self) -> dict[str, str]:
        """Of each item, `PersonFile.GIVEN` or why it stays. What was not sent came since the page was read, or was lost on
        the way. The log that the reading itself makes longer is no part of it."""
        chosen: dict[str, str] = {}
        for item in self.items:
            if item.key in self.sent:
                chosen[item.key] = self.cleaned_data[item.key]
            elif not item.is_log:
                chosen[item.key] = item.concern or PersonFile.Why.UNREVIEWED
        return chosen


class Review(FormPage, OneRequest):
    def find_shown_case(self) -> Case | None:
        return self.asked.case

    @cached_property
    def home(self) -> Household:
        if self.asked.kind != SubjectRequest.Kind.ACCESS or self.asked.case is None or not self.asked.is_waiting:
            raise Http404
        return self.asked.case.household

    @cached_property
    def person(self) -> Beneficiary | None:
        """Who asks: the one that the address names, or the only one."""
        people = subject_acts.find_people(self.asked)
        named = self.request.GET.get("personne", "")
        return next((each for each in people if str(each.public_id) == named or len(people) == 1), None)

    @cached_property
    def items(self) -> list[PersonItem]:
        return subject_acts.read_items(self.home, self.person) if self.person else []

    def get_form(self, data: QueryDict | None = None) -> ReviewForm:
        return ReviewForm(data, items=self.items)

    def render_form(self, form: forms.Form) -> HttpResponse:
        home = self.home  # a request of another kind has none: the page does not exist
        if self.person and not home.anonymised_on:
            self.shows = AccessEntry.Kind.REVIEW
        return self.render_page(
            "traces/person_file.html",
            asked=self.asked,
            person=self.person,
            people=subject_acts.find_people(self.asked),
            lines=[(item, form[item.key]) for item in self.items],
            form=form,
        )

    def process_sent(self, form: ReviewForm) -> HttpResponse:
        if self.person is None:
            raise Http404
        subject_acts.ask_person_file(
            request=self.asked,
            person=self.person,
            reviewed=form.reviewed,
            structure=self.own_structure(self.asked.organisation, self.asked.territory),
            by=self.user,
            at=self.now,
        )
        return self.lead_on(
            "Dossier relu : il sera prêt dans une minute ou deux.",
            reverse("subject_request", args=[self.asked.public_id]),
        )


class Download(OneRequest):
    """By a form, like each export: who takes it away has just proved who he is."""

    shows = AccessEntry.Kind.DOWNLOAD
    http_method_names = ["post"]

    def find_shown_case(self) -> Case | None:
        return self.asked.case

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        found = self.asked.person_files.filter(state=PersonFile.State.DONE).exclude(file="")
        made = get_object_or_404(found, public_id=kwargs["file"])
        name = f"donnees-{self.asked.reference}.zip".replace("/", "-")
        with made.file.open() as content:
            headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
            return HttpResponse(content.read(), content_type="application/zip", headers=headers)


def answer_channel_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="La personne en est informée par", choices=[*CHOOSE, *SubjectRequest.Channel.choices]
    )


class ActAtOnceForm(forms.Form):
    channel = answer_channel_field()


class EraseForm(ActAtOnceForm):
    """The tick is asked where the act asks for it."""

    for_all_adults = forms.BooleanField(
        label="J’efface aussi les données des autres adultes du ménage",
        help_text="Ils sont ou étaient dans ce ménage. Vérifier d’abord qu’ils le savent et ne s’y opposent pas.",
        required=False,
    )

    def __init__(self, data: QueryDict | None, *, has_several_adults: bool) -> None:
        super().__init__(data)
        if not has_several_adults:
            del self.fields["for_all_adults"]


class EraseOnRequest(RequestAct):
    title, submit_label = "Effacer les données du ménage", "Effacer, sans retour"
    lead = (
        "Noms, adresses, textes, courriers et fichiers de tous les dossiers clos de ce ménage, donc de toutes les"
        " personnes qui en sont ou en ont été, sont effacés ; les statistiques restent. Les fichiers que les bailleurs"
        " ont envoyés s’en vont à leur propre âge, dit à la page Conservation. La demande est notée comme acceptée."
    )
    done = "Données effacées, réponse enregistrée. Les fichiers des bailleurs s’en vont à leur propre âge."

    def get_form(self, data: QueryDict | None = None) -> EraseForm:
        case = self.asked.case
        several = case is not None and subject_acts.has_several_adults(case.household, on=self.today)
        return EraseForm(data, has_several_adults=several)

    def carry_out(self, **typed: Any) -> SubjectRequest:
        return subject_acts.erase(**typed)


class ObjectForm(ActAtOnceForm):
    basis = forms.ChoiceField(
        label="À quels partages la personne s’oppose",
        help_text="Les droits possibles : toujours. Les autres : si votre organisme ne peut pas passer outre (RGPD, article 21).",
        widget=forms.RadioSelect,
    )
    field_order = ("basis", "channel")

    def __init__(self, data: QueryDict | None, *, bases: list[LegalBasis]) -> None:
        super().__init__(data)
        field: Any = self.fields["basis"]
        field.choices = [(each.value, capfirst(each.label)) for each in bases]
        field.initial = bases[0].value if len(bases) == 1 else None


class ObjectToSharing(RequestAct):
    title, submit_label = "Donner suite à l’opposition", "Mettre fin à ces accès"
    lead = (
        "Les accès qui reposent sur ce fondement prennent fin aussitôt et ne se rouvrent plus. Ce que ces services en ont"
        " gardé depuis est détruit : leurs observations, pièces, demandes, listes exportées et notifications. Restent, avec le"
        " dossier : leurs courriers, rendez-vous, prises de contact, et les pièces qui prouvent un fait daté. Leurs"
        " responsables et le service en charge en sont prévenus, et la demande est notée comme acceptée."
    )
    lead_without_access = (
        "Aucun accès n’est ouvert sur un fondement auquel la personne peut s’opposer : rien ne prend fin, rien n’est détruit."
        " L’opposition est notée pour la suite : personne ne partage plus ce dossier sur ce fondement. La demande est notée"
        " comme acceptée."
    )

    def get_form(self, data: QueryDict | None = None) -> ObjectForm:
        grounds = objections.describe_opposable(self.asked)
        self.facts = ground_facts(grounds)
        if not any(each.ending or each.is_behind_a_step for each in grounds):
            self.lead, self.submit_label = self.lead_without_access, "Noter l’opposition"
        return ObjectForm(data, bases=[each.basis for each in grounds])

    def carry_out(self, **typed: Any) -> SubjectRequest:
        ended = len(objections.object_to_sharing(**typed))
        if ended:
            self.done = (
                f"{ended} accès terminé{'s' if ended > 1 else ''} ; ce que ces services en gardaient (observations, pièces,"
                " demandes, listes, notifications) est détruit, la réponse enregistrée."
            )
        else:
            self.done = "Aucun accès n’était ouvert sur ce fondement : l’opposition est notée pour la suite, la réponse enregistrée."
        return self.asked
