"""The addresses of workflows: French, stable, without a name in them."""

from django.urls import include, path

urlpatterns = [
    path("", include("workflows.urls.work")),
    path("", include("workflows.urls.reports")),
    path("", include("workflows.urls.backlog")),
    path("", include("workflows.urls.imports")),
    path("", include("workflows.urls.people")),
    path("", include("workflows.urls.members")),
    path("", include("workflows.urls.referents")),
    path("", include("workflows.urls.diagnosis")),
    path("", include("workflows.urls.traces")),
    path("", include("workflows.urls.editions")),
    path("", include("workflows.urls.lists")),
    path("", include("workflows.urls.indicators")),
    path("", include("workflows.urls.arbitration")),
]
