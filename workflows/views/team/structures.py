"""Structures partenaires: who takes part on the administrator’s territory; one is added, corrected, ended, taken up again."""

from collections.abc import Mapping
from typing import Any, ClassVar, Unpack

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from cases.actions import structures as acts
from cases.forms import FormData, FormOptions, UnfoldingForm, UnfoldingSelect
from cases.models import (
    CLAIMANT_KINDS,
    Housing,
    LandlordProfile,
    LandlordType,
    Membership,
    Organisation,
    Structure,
    StructureKind,
    Territory,
)
from workflows.actions.structures import end_structure, what_remains
from workflows.views.arrears.report_fields import phone_field
from workflows.views.parts.pages import FormPage, do_and_tell
from workflows.views.team.administration import AdministrationPage


class StructurePageOfAdministrator(AdministrationPage):
    """The structures of his territories, in service or not."""

    @property
    def territories(self) -> list[str]:
        found = self.structures.order_by().values_list("territory", flat=True).distinct()
        return sorted(found)

    def all_structures(self) -> QuerySet[Structure]:
        return Structure.objects.filter(territory__in=self.territories)


class Structures(StructurePageOfAdministrator):
    def get(self, request: HttpRequest) -> HttpResponse:
        works_there = Q(memberships__since__lte=self.today, memberships__user__is_active=True) & (
            Q(memberships__until=None) | Q(memberships__until__gte=self.today)
        )
        found = self.all_structures().select_related("organisation").order_by("organisation__name", "name")
        people = found.annotate(people=Count("memberships__user", filter=works_there, distinct=True))
        context = {
            "in_service": [each for each in people if each.is_active],
            "ended": [each for each in people if not each.is_active],
        }
        return render(request, "administration/structures.html", context)


class DescriptionForm(UnfoldingForm):
    name = forms.CharField(
        label="Nom du service", max_length=120, help_text="Tel que les partenaires le disent : « MDS de Grigny »."
    )
    phone = phone_field()
    email = forms.EmailField(
        label="Courriel du service",
        required=False,
        error_messages={"invalid": "Saisir une adresse complète, par exemple accueil@ville.fr."},
    )


class AdditionForm(DescriptionForm):
    unfolds: ClassVar = {
        "kind": dict.fromkeys(CLAIMANT_KINDS, ("legal_type", "housing")),
        "organisation": {"": ("organisation_name",)},
    }

    kind = forms.ChoiceField(
        label="Nature",
        choices=[("", "Choisir une nature"), *StructureKind.choices],
        widget=UnfoldingSelect,
        help_text="Elle dit ce qu’on y fait, et ne change plus : un bailleur signale, un service social accompagne.",
        error_messages={"invalid_choice": "Choisir une nature de la liste."},
    )
    organisation = forms.ModelChoiceField(
        label="Organisation",
        queryset=Organisation.objects.none(),
        to_field_name="code",
        widget=UnfoldingSelect,
        empty_label="Une nouvelle organisation",
        required=False,
        error_messages={"invalid_choice": "Choisir une organisation de la liste."},
    )
    organisation_name = forms.CharField(
        label="Nom de la nouvelle organisation",
        max_length=120,
        required=False,
        help_text="Vide : elle porte le nom du service.",
    )
    legal_type = forms.ChoiceField(
        label="Nature juridique",
        choices=[("", "Sans objet"), *LandlordType.choices],
        required=False,
    )
    housing = forms.ChoiceField(
        label="Parc",
        choices=[("", "Sans objet"), *Housing.choices],
        required=False,
    )
    territory = forms.ChoiceField(label="Territoire")

    field_order = ("name", "kind", "organisation", "organisation_name", "legal_type", "housing", "phone", "email")

    def __init__(self, data: FormData = None, *, territories: list[str], **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        organisation: Any = self.fields["organisation"]
        organisation.queryset = (
            Organisation.objects.filter(structures__territory__in=territories).distinct().order_by("name")
        )
        field: Any = self.fields["territory"]
        named = Territory.objects.filter(code__in=territories).order_by("name")
        field.choices = [(each.code, each.name) for each in named]
        if len(territories) == 1:
            field.initial, field.required, field.widget = territories[0], False, forms.HiddenInput()

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if cleaned.get("kind") in CLAIMANT_KINDS:
            for name in ("legal_type", "housing"):
                if not cleaned.get(name):
                    self.add_error(name, "À dire d’un bailleur ou d’un gestionnaire : ses fichiers se lisent ainsi.")


class AddStructure(FormPage, StructurePageOfAdministrator):
    def get_form(self, data: QueryDict | None = None) -> AdditionForm:
        return AdditionForm(data, territories=self.territories)

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        landlord = {name: typed.pop(name) for name in ("legal_type", "housing")}
        typed["territory"] = typed["territory"] or self.territories[0]
        added = acts.add_structure(**typed, landlord=landlord, by=self.user, at=self.now)
        return self.lead_on(f"{added} est en service : y inviter un premier responsable.", "structures")

    def render_form(self, form: forms.Form) -> HttpResponse:
        return render(self.request, "administration/add_structure.html", {"form": form})


class PageOfStructure(StructurePageOfAdministrator):
    structure: Structure

    def find_objects(self, **kwargs: object) -> None:
        self.structure = get_object_or_404(self.all_structures(), code=kwargs["structure"])


class CorrectStructure(FormPage, PageOfStructure):
    def get_form(self, data: QueryDict | None = None) -> DescriptionForm:
        return DescriptionForm(data, initial={name: getattr(self.structure, name) for name in acts.DESCRIBED})

    def process_form(self, typed: dict[str, Any]) -> HttpResponse:
        acts.correct_structure(structure=self.structure, **typed, by=self.user, at=self.now)
        return self.lead_on(f"{typed['name']} : enregistré.", "structures")

    def render_form(self, form: forms.Form) -> HttpResponse:
        sends_files = LandlordProfile.objects.filter(structure=self.structure).exists()
        context = {"form": form, "structure": self.structure, "sends_files": sends_files}
        return render(self.request, "administration/structure.html", context)


class EndStructure(FormPage, PageOfStructure):
    def find_objects(self, **kwargs: object) -> None:
        super().find_objects(**kwargs)
        if not self.structure.is_active:
            raise Http404

    def process_form(self, typed: Mapping[str, object]) -> HttpResponse:
        end_structure(structure=self.structure, by=self.user, at=self.now)
        return self.lead_on(f"{self.structure} n’est plus en service. Ce qu’elle a fait reste lisible.", "structures")

    def render_form(self, form: forms.Form) -> HttpResponse:
        held = Membership.objects.not_over(self.today).filter(structure=self.structure, user__is_active=True)
        context = {
            "form": form,
            "structure": self.structure,
            "remains": what_remains(self.structure),
            "members": sorted({str(each.user) for each in held.select_related("user")}),
        }
        return render(self.request, "administration/end_structure.html", context)


class TakeUpStructure(PageOfStructure):
    """A button of the list."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        do_and_tell(request, self.take_up)
        return redirect("structures")

    def take_up(self) -> str:
        acts.take_up_structure(structure=self.structure, by=self.user, at=self.now)
        return f"{self.structure} est de nouveau en service : y inviter un premier responsable."
