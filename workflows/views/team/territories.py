"""Territoires: the cities that this installation serves, for the administrators of the first one. Their names, no more."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from cases import permissions
from cases.models import Structure, Territory
from workflows.actions import territories as acts
from workflows.views.parts.pages import FormPage, Page
from workflows.views.parts.territories import CHOSEN
from workflows.views.team.administration import InstallationPage

WRONG_ADDRESS = {"invalid": "Saisir une adresse complète, par exemple prenom.nom@ville.fr."}
INSEE = r"^[0-9][0-9AB][0-9]{3}( [0-9][0-9AB][0-9]{3})*$"


class Territories(InstallationPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "administration/territories.html", {"territories": list(_with_structures())})


def _with_structures() -> QuerySet[Territory]:
    """The first one first, each with the number of its structures in service."""
    own = Structure.objects.filter(territory=OuterRef("code"), is_active=True).order_by().values("territory")
    count = Subquery(own.annotate(count=Count("pk")).values("count"), output_field=IntegerField())
    return acts.listed_territories().annotate(structures=count)


class TerritoryForm(forms.Form):
    name = forms.CharField(label="Nom du territoire", max_length=80, help_text="Tel qu’on le dit : « Grigny ».")
    insee_codes = forms.RegexField(
        INSEE,
        label="Codes INSEE des communes",
        max_length=200,
        required=False,
        help_text="Cinq caractères chacun, séparés par une espace. Facultatif.",
        error_messages={"invalid": "Écrire cinq caractères par commune, séparés par une espace : 91286 91521."},
    )
    postcode = forms.RegexField(
        r"^[0-9]{5}$",
        label="Code postal",
        required=False,
        help_text="Proposé pour un logement. Le laisser vide s’il y en a plusieurs.",
        error_messages={"invalid": "Écrire cinq chiffres : 91350."},
    )


class TerritoryAdditionForm(TerritoryForm):
    city_name = forms.CharField(
        label="Sa ville",
        max_length=120,
        help_text="La première structure : « Ville de Grigny ». Elle pilote l’action 13 ; ses administrateurs y sont invités.",
    )
    desk_name = forms.CharField(
        label="Qui pilote les impayés",
        max_length=120,
        help_text="La structure qui qualifie, arbitre et change les règles : « CAF 91 – cellule impayés ».",
    )
    email_1 = forms.EmailField(label="Premier administrateur : courriel professionnel", error_messages=WRONG_ADDRESS)
    first_name_1 = forms.CharField(label="Premier administrateur : prénom", max_length=80)
    last_name_1 = forms.CharField(label="Premier administrateur : nom", max_length=80)
    email_2 = forms.EmailField(
        label="Second administrateur : courriel professionnel",
        error_messages=WRONG_ADDRESS,
        help_text="Une nomination se propose et se confirme à deux.",
    )
    first_name_2 = forms.CharField(label="Second administrateur : prénom", max_length=80)
    last_name_2 = forms.CharField(label="Second administrateur : nom", max_length=80)

    @property
    def administrators(self) -> list[acts.AdministratorInvited]:
        names = ("email", "first_name", "last_name")
        return [acts.AdministratorInvited(*(self.cleaned_data[f"{name}_{rank}"] for name in names)) for rank in (1, 2)]


class AddTerritory(FormPage, InstallationPage):
    form_class = TerritoryAdditionForm

    def process_sent(self, form: TerritoryAdditionForm) -> HttpResponse:
        said = {
            name: form.cleaned_data[name] for name in ("name", "insee_codes", "postcode", "city_name", "desk_name")
        }
        added = acts.add_territory(**said, administrators=form.administrators, by=self.user, at=self.now)
        return self.lead_on(
            f"{added} est ajouté, avec les premières éditions de ses règles. Ses deux administrateurs sont invités : "
            "la suite leur revient.",
            "territories",
        )

    def render_form(self, form: forms.Form) -> HttpResponse:
        return render(self.request, "administration/add_territory.html", {"form": form})


class PageOfTerritory(FormPage, InstallationPage):
    territory_shown: Territory

    def find_objects(self, **kwargs: object) -> None:
        self.territory_shown = get_object_or_404(Territory, code=kwargs["territory"])


class CorrectTerritory(PageOfTerritory):
    def get_form(self, data: QueryDict | None = None) -> TerritoryForm:
        shown = self.territory_shown
        said = ("name", "insee_codes", "postcode")
        return TerritoryForm(data, initial={name: getattr(shown, name) for name in said})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        acts.correct_territory(territory=self.territory_shown, **typed, by=self.user, at=self.now)
        return self.lead_on(f"{typed['name']} : enregistré.", "territories")

    def render_form(self, form: forms.Form) -> HttpResponse:
        context = {"form": form, "territory": self.territory_shown}
        return render(self.request, "administration/territory.html", context)


class EndTerritory(PageOfTerritory):
    def find_objects(self, **kwargs: object) -> None:
        super().find_objects(**kwargs)
        if not self.territory_shown.is_active:
            raise Http404

    def process_form(self, typed: Mapping[str, object]) -> HttpResponse:
        acts.end_territory(territory=self.territory_shown, by=self.user, at=self.now)
        return self.lead_on(f"{self.territory_shown} n’est plus en service.", "territories")

    def render_form(self, form: forms.Form) -> HttpResponse:
        shown = self.territory_shown
        context = {"form": form, "territory": shown, "open_cases": acts.open_cases(shown)}
        return render(self.request, "administration/end_territory.html", context)


class ChooseTerritory(Page):
    """In which of his territories a person reads, until he chooses another or signs out."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        asked = request.POST.get("territory", "")
        if asked not in permissions.territories_of(self.user, at=self.today):
            raise Http404
        request.session[CHOSEN] = asked
        back = request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(
            back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        return redirect(back if is_ours else "inbox")
