"""Pages that anybody reads: what becomes of personal data, by city; the plan of the site; where to find help."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cases.models import Structure, Territory
from workflows.queries.controllers import find_controllers


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Of the one city; where there are several, the person first says hers: who decides there is not who decides here."""
    cities = list(Territory.objects.in_service())
    if len(cities) == 1:
        return _show_city(request, cities[0], is_alone=True)
    return render(request, "pages/privacy.html", {"cities": cities, "city": None, "controllers": []})


@login_not_required
@require_safe
def privacy_of_city(request: HttpRequest, territory: str) -> HttpResponse:
    city = get_object_or_404(Territory.objects.in_service(), code=territory)
    return _show_city(request, city, is_alone=False)


def _show_city(request: HttpRequest, city: Territory, *, is_alone: bool) -> HttpResponse:
    controllers = find_controllers(Structure.objects.filter(territory=city.code))
    context = {"city": city, "cities": [], "is_alone": is_alone, "controllers": controllers}
    return render(request, "pages/privacy.html", context)


@login_not_required
@require_safe
def site_map(request: HttpRequest) -> HttpResponse:
    """Public pages; of whoever is signed in, also those of his menu (`navigation`)."""
    return render(request, "pages/site_map.html", {"open_figures": Territory.objects.with_open_figures().exists()})


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/help.html")
