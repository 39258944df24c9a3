"""Administration: who holds the roles that no manager gives, nominations confirmed by two, and what is to be done first."""

from collections.abc import Mapping
from typing import Any, Unpack

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from cases import permissions
from cases.actions import nominations, proconnect
from cases.forms import FormData, FormOptions
from cases.models import Invitation, Membership, Nomination, Role, Structure
from cases.rules.rights import GRANTED
from workflows.actions import members as acts
from workflows.views.parts.pages import FormPage, Page, do_and_tell
from workflows.views.team.role_holders import find_role_holders

ROLES = {
    Role.MANAGER: "Premier responsable d’une structure : il invite ensuite ses collègues",
    Role.PILOT: "Pilote : qualifie, arbitre, et change les règles de son action",
    Role.DPO: "Délégué à la protection des données : lit les traces, tient le registre des demandes",
    Role.ADMINISTRATOR: "Administrateur : nomme les précédents, à deux",
}


class AdministrationPage(Page):
    held_back = ()
    structures: QuerySet[Structure]
    """Those in which he grants roles."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not permissions.rights(self.user, at=self.today).get("grant_roles"):
            raise Http404
        self.structures = permissions.administered_structures(self.user, at=self.today)
        self.find_objects(**kwargs)
        return super().dispatch(request, *args, **kwargs)

    def find_objects(self, **kwargs: object) -> None:
        """Find what else the page is about."""


class InstallationPage(Page):
    """Of the whole installation: for its administrators, those of the first territory."""

    held_back = ()

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not permissions.administers_installation(self.user, at=self.today):
            raise Http404
        self.find_objects(**kwargs)
        return super().dispatch(request, *args, **kwargs)

    def find_objects(self, **kwargs: object) -> None:
        """Find what else the page is about."""


class Administration(AdministrationPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        held = permissions.rights_of_day(self.user, at=self.today)
        of_installation = permissions.administers_installation(self.user, at=self.today)
        asking = proconnect.requests_to_answer(self.user, at=self.now)
        found = find_role_holders(self.structures, of_installation=of_installation, asking=asking, on=self.today)
        context = {
            "found": found,
            "of_installation": of_installation,
            "territories": sorted({held.territories[pk] for pk in held.rights["grant_roles"]}),
            "waiting": [(each, self.user not in (each.asked_by, each.user)) for each in found.waiting],
        }
        return render(request, "administration/administration.html", context)


class NominationForm(forms.Form):
    structure = forms.ModelChoiceField(
        label="Structure",
        queryset=Structure.objects.none(),
        to_field_name="code",
        empty_label="Choisir une structure",
        error_messages={"invalid_choice": "Choisir une structure de la liste."},
    )
    role = forms.ChoiceField(
        label="Rôle",
        choices=list(ROLES.items()),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choisir un rôle de la liste."},
    )
    email = forms.EmailField(
        label="Courriel professionnel",
        help_text="Le sien, non celui d’un service. S’il a déjà un compte, celui-ci est repris sous le nom qu’il porte.",
        error_messages={"invalid": "Saisir une adresse complète, par exemple prenom.nom@ville.fr."},
    )
    first_name = forms.CharField(label="Prénom", max_length=80)
    last_name = forms.CharField(label="Nom", max_length=80)

    def __init__(
        self, data: FormData = None, *, structures: QuerySet[Structure], **kwargs: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["structure"]
        field.queryset = structures.order_by("name")


class Nominate(FormPage, AdministrationPage):
    def get_form(self, data: QueryDict | None = None) -> NominationForm:
        asked = {name: self.request.GET.get(name, "") for name in ("structure", "role")}
        return NominationForm(data, structures=self.structures, initial=asked)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        done = nominations.nominate(**typed, by=self.user, at=self.now)
        return self.lead_on(_outcome_words(done), "administration")

    def render_form(self, form: NominationForm) -> HttpResponse:
        territories = self.structures.order_by().values_list("territory", flat=True).distinct()
        context = {
            "form": form,
            "is_alone": all(nominations.is_alone(self.user, each, on=self.today) for each in territories),
            "second_is_invited": any(nominations.second_is_invited(each) for each in territories),
        }
        return render(self.request, "administration/nominate.html", context)


def _outcome_words(done: Nomination | Membership | Invitation) -> str:
    if isinstance(done, Nomination):
        return f"{done.called} est proposé. Un autre administrateur confirme, et en est prévenu."
    if isinstance(done, Membership):
        return f"{done.user} : rôle accordé dès maintenant, un courriel le lui annonce."
    return f"Invitation envoyée à {done.user.email} : le rôle vaudra une fois acceptée."


class WaitingNomination(AdministrationPage):
    """Confirmed or withdrawn: a button of the list."""

    http_method_names = ["post"]

    def find_objects(self, **kwargs: object) -> None:
        waiting = Nomination.objects.filter(structure__in=self.structures)
        self.nomination = get_object_or_404(waiting, public_id=kwargs["nomination"])

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        do_and_tell(request, self.carry_out)
        return redirect("administration")

    def carry_out(self) -> str:
        raise NotImplementedError


class ConfirmNomination(WaitingNomination):
    def carry_out(self) -> str:
        return _outcome_words(nominations.confirm(nomination=self.nomination, by=self.user, at=self.now))


class WithdrawNomination(WaitingNomination):
    def carry_out(self) -> str:
        nominations.withdraw(nomination=self.nomination, by=self.user, at=self.now)
        return "Nomination retirée : elle n’a donné aucun droit."


class EndRole(FormPage, AdministrationPage):
    def find_objects(self, **kwargs: object) -> None:
        held = Membership.objects.not_over(self.today).filter(structure__in=self.structures, role__in=GRANTED)
        self.membership = get_object_or_404(
            held.select_related("user", "structure"),
            structure__code=kwargs["structure"],
            user__public_id=kwargs["member"],
            role=kwargs["role"],
        )

    def process_form(self, typed: Mapping[str, object]) -> HttpResponse:
        acts.end_role(membership=self.membership, by=self.user, at=self.now)
        messages.success(
            self.request, f"{self.membership.user} n’est plus {self.membership.get_role_display()} : l’accès a cessé."
        )
        return redirect("administration")

    def render_form(self, form: forms.Form) -> HttpResponse:
        return render(self.request, "administration/end.html", {"form": form, "membership": self.membership})
