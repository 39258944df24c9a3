"""Mes bénéficiaires, the référents of a structure, and the answer to a proposal."""

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property
from django.utils.timezone import localdate

from cases import permissions
from cases.acting import Away, away_in
from cases.actions import handover
from cases.forms import ColleagueField, UnfoldingForm, UnfoldingRadio
from cases.models import AccessEntry, Beneficiary, HouseholdMember, Referent, Structure, User
from cases.refusals import Refusal
from workflows.actions import coordination, referents
from workflows.lists.people import PeopleListing
from workflows.lists.referents import ReferentsListing
from workflows.queries.referents import StructureReferents, find_followed_people
from workflows.views.parts.cut_lists import MOST_SHOWN
from workflows.views.parts.pages import CasePage, FormPage, Page, StructurePage, do_and_tell

FOLLOWED_SHOWN = 200


class RelayForm(forms.Form):
    """Several people to a colleague, who answers for each."""

    chosen = forms.ModelMultipleChoiceField(
        queryset=Referent.objects.none(),
        error_messages={"required": "Cocher au moins une personne."},
        label="Personnes",
    )
    colleague = ColleagueField(
        label="Proposer le relais à", queryset=User.objects.none(), empty_label="Choisir un collègue"
    )


class MyPeople(FormPage):
    """Whom I follow; whom I am asked to follow; and the relay of several of them."""

    shows = AccessEntry.Kind.LIST

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        done, refused = 0, []
        for row in typed["chosen"]:
            try:
                referents.propose(
                    beneficiary=row.beneficiary,
                    structure=row.structure,
                    user=typed["colleague"],
                    by=self.user,
                    at=self.now,
                )
                done += 1
            except Refusal as refusal:
                refused.append(f"{row.beneficiary} : {refusal}")
        if done:
            people = f"{done} personnes" if done > 1 else "1 personne"
            messages.success(
                self.request, f"Relais proposé pour {people}. Vous restez le référent jusqu’à la réponse."
            )
        for words in refused:
            messages.error(self.request, words)
        return redirect("my_people")

    def get_form(self, data: QueryDict | None = None) -> RelayForm:
        form = RelayForm(data)
        own = permissions.followed_by(self.user, at=self.today)
        form.fields["chosen"].queryset = own.select_related("beneficiary", "structure")  # type: ignore[attr-defined]
        field: Any = form.fields["colleague"]
        people = User.objects.none()
        away: dict[int, Away] = {}
        for structure in self.structures:
            people |= permissions.colleagues_with_right(structure, "be_referent", at=self.today)
            away |= away_in(structure, on=self.today)
        field.offer_colleagues(
            people.exclude(pk=self.user.pk).distinct().order_by("last_name", "first_name", "pk"), away=away
        )
        return form

    @cached_property
    def structures(self) -> list[Structure]:
        return list(permissions.structures_where(self.user, "be_referent", at=self.today))

    def render_form(self, form: RelayForm) -> HttpResponse:
        lines = find_followed_people(self.user, on=self.today)
        asked = permissions.proposals_to(self.user, at=self.today)
        several = len({line.referent.structure_id for line in lines}) > 1
        context = {
            "columns": [each for each in PeopleListing.page_columns() if several or each.code != "structure"],
            "lines": lines[:FOLLOWED_SHOWN],
            "followed": len(lines),
            "form": form,
            "proposals": list(asked.select_related("beneficiary", "structure", "proposed_by")),
            "coordinations": coordination.asked_of(self.user),
        }
        return render(self.request, "referents/mine.html", context)


class ReferentProposalForm(UnfoldingForm):
    unfolds: ClassVar = {"accept": {"no": ("reason",)}}

    accept = forms.ChoiceField(
        label="Votre réponse",
        choices=[("yes", "Accepter : je deviens le référent de cette personne"), ("no", "Décliner")],
        widget=UnfoldingRadio,
        error_messages={"required": "Choisir : accepter, ou décliner."},
    )
    reason = forms.ChoiceField(
        label="Motif",
        help_text="Le responsable de la structure le lira.",
        choices=[("", "Choisir un motif"), *Referent.Decline.choices],
        required=False,
    )


class AnswerReferentProposal(FormPage):
    """The answer of the one who is proposed. He reads whom he would follow: nothing of her cases before he accepts."""

    shows = AccessEntry.Kind.LIST
    form_class = ReferentProposalForm
    held_back = ()
    referent: Referent

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        asked = permissions.proposals_to(self.user, at=self.today)
        read = asked.select_related("case", "beneficiary", "structure", "user", "proposed_by")
        self.referent = get_object_or_404(read, public_id=kwargs["referent"])
        return super().dispatch(request, *args, **kwargs)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        accepts = typed["accept"] == "yes"
        referents.answer_proposal(
            referent=self.referent, accept=accepts, reason=typed["reason"], by=self.user, at=self.now
        )
        if not accepts:
            return self.lead_on("Réponse enregistrée. Le responsable de la structure en est prévenu.", "my_people")
        messages.success(self.request, "Vous êtes son référent. Il reste à l’en informer.")
        return redirect("beneficiary", self.referent.case.public_id)

    def render_form(self, form: ReferentProposalForm) -> HttpResponse:
        return render(self.request, "referents/answer.html", {"form": form, "referent": self.referent})


class WithdrawReferentProposal(Page):
    """A manager takes a proposal back."""

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        managed = permissions.structures_where(self.user, "view_backlog", at=self.today)
        waiting = Referent.objects.proposed().filter(structure__in=managed).select_related("case", "structure")
        referent = get_object_or_404(waiting, public_id=kwargs["referent"])
        do_and_tell(request, partial(self.withdraw, referent))
        return redirect("referents")

    def withdraw(self, referent: Referent) -> str:
        referents.withdraw_proposal(referent=referent, by=self.user, at=self.now)
        return "Proposition retirée."


class Referents(StructurePage):
    """What the référents of a structure carry, and the places that nobody holds."""

    shows = AccessEntry.Kind.LIST
    right = "view_backlog"
    held_back = ()

    def get_selectable_structures(self) -> QuerySet[Structure]:
        return super().get_selectable_structures().filter(pk__in=self.followed_in())

    def followed_in(self) -> frozenset[int]:
        """Structures whose members may follow people; a pilot’s desk follows nobody."""
        held = permissions.rights(self.user, at=self.today)
        return held.get("view_backlog", frozenset()) & held.get("be_referent", frozenset())

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        data = StructureReferents(self.structure, on=self.today)
        proposals = data.proposals
        context = {
            "structure": self.structure,
            "structure_tabs": self.structure_tabs,
            "data": data,
            "columns": ReferentsListing.page_columns(),
            "today": self.today,
            "vacant": [
                (
                    anchor,
                    title,
                    several,
                    [(vacancy, vacancy.age_in_days(self.today)) for vacancy in vacancies[:MOST_SHOWN]],
                    len(vacancies),
                )
                for anchor, title, several, vacancies in (
                    ("places", "place de référent à pourvoir", "places de référent à pourvoir", data.vacant_places),
                    (
                        "coordinations",
                        "personne sans coordinateur",
                        "personnes sans coordinateur",
                        data.missing_coordinations,
                    ),
                )
            ],
            "proposals": [(row, (self.today - localdate(row.proposed_at)).days) for row in proposals[:MOST_SHOWN]],
            "proposed": len(proposals),
        }
        return render(request, "referents/structure.html", context)


class ProposeForm(forms.Form):
    person = forms.ModelChoiceField(
        label="Personne", queryset=Beneficiary.objects.none(), empty_label="Choisir la personne"
    )
    colleague = ColleagueField(
        label="Référent proposé", queryset=User.objects.none(), empty_label="Choisir un professionnel"
    )


class ProposeForCase(FormPage, CasePage):
    """From a case: name the référent of one of the adults of the home, in one’s own structure."""

    structure: Structure

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        found = permissions.following_structure(self.user, self.case, at=self.today)
        if found is None:
            return redirect(self.case_url)
        self.structure = found
        return None

    def get_form(self, data: QueryDict | None = None) -> ProposeForm:
        form = ProposeForm(data)
        living = self.case.household.memberships.filter(until=None).exclude(position=HouseholdMember.Position.CHILD)
        people: Any = form.fields["person"]
        people.queryset = Beneficiary.objects.filter(pk__in=living.values("beneficiary"))
        holder = living.filter(position=HouseholdMember.Position.HOLDER).first()
        people.initial = holder.beneficiary_id if holder else None
        offer_colleagues(form, self.structure, self)
        return form

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        referent = referents.propose(
            beneficiary=typed["person"],
            structure=self.structure,
            user=typed["colleague"],
            by=self.user,
            at=self.now,
        )
        if referent.user == self.user:
            referents.answer_proposal(referent=referent, accept=True, by=self.user, at=self.now)
            messages.success(self.request, "Vous êtes son référent. Il reste à l’en informer.")
            return redirect("beneficiary", referent.case.public_id)
        return self.lead_on(f"Proposition envoyée à {referent.user}.", self.case_url)

    def render_form(self, form: ProposeForm) -> HttpResponse:
        context = {
            "form": form,
            "kicker": f"Dossier {self.case.reference}",
            "back_url": self.case_url,
            "title": "Proposer un référent",
            "lead": f"{self.structure}. Le professionnel accepte ou décline sous cinq jours ouvrés ; se proposer vaut acceptation.",
            "submit_label": "Proposer",
        }
        return render(self.request, "referents/act.html", context)


def offer_colleagues(form: forms.Form, structure: Structure, page: Page, *, but: int | None = None) -> None:
    """Those who may be named, each with how many people he follows and until when he is away."""
    field: Any = form.fields["colleague"]
    people = permissions.colleagues_with_right(structure, "be_referent", at=page.today)
    if but:
        people = people.exclude(pk=but)
    carried = {pk: load.people for pk, load in handover.loads_by_professional(structure, on=page.today).items()}
    away = away_in(structure, on=page.today)
    field.offer_colleagues(people.order_by("last_name", "first_name", "pk"), away=away, load=carried)
