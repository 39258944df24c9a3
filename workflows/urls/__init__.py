"""The addresses of workflows: French, stable, without a name in them. One file an area, as the pages and the templates."""

from django.urls import include, path

urlpatterns = [
    path("", include("workflows.urls.work")),
    path("", include("workflows.urls.case")),
    path("", include("workflows.urls.arrears")),
    path("", include("workflows.urls.overpayment")),
    path("", include("workflows.urls.people")),
    path("", include("workflows.urls.referents")),
    path("", include("workflows.urls.landlord")),
    path("", include("workflows.urls.backlog")),
    path("", include("workflows.urls.team")),
    path("", include("workflows.urls.pilot")),
    path("", include("workflows.urls.imports")),
    path("", include("workflows.urls.editions")),
    path("", include("workflows.urls.traces")),
]
