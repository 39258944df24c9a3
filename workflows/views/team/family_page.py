"""Page de la famille: the manager of a structure opens it, or closes it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases.actions import family_codes
from cases.models import FamilyCode
from workflows.views.parts.pages import FormPage, StructurePage


class SwitchFamilyPage(FormPage, StructurePage):
    """One button: what it does depends on how things stand, and it says so."""

    right = "view_structure_cases"

    @property
    def back_url(self) -> str:
        return f"{reverse('members')}?structure={self.structure.code}"

    def process_sent(self, form: object) -> HttpResponse:
        opens = self.request.POST.get("opens") == "oui"
        changed = family_codes.switch_page(structure=self.structure, opens=opens, by=self.user, at=self.now)
        if not changed:
            return self.lead_on("Rien n’a changé.", self.back_url)
        words = (
            "La page de la famille est ouverte : vos fiches peuvent porter un code."
            if opens
            else "La page de la famille est fermée : plus aucun code de votre structure n’ouvre rien."
        )
        return self.lead_on(words, self.back_url)

    def render_form(self, form: object) -> HttpResponse:
        context = {
            "form": form,
            "structure": self.structure,
            "back_url": self.back_url,
            "standing": FamilyCode.objects.standing().filter(structure=self.structure).count(),
        }
        return render(self.request, "members/family_page.html", context)
