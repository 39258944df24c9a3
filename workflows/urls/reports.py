"""Signaler un impayé, the landlord’s own reports, the backlog, the pilot’s page."""

from django.urls import URLPattern, URLResolver, path

from workflows.views import backlog, landlord, steering

urlpatterns: list[URLPattern | URLResolver] = [
    path("signalements/", landlord.Reports.as_view(), name="reports"),
    path("signalements/veille/", landlord.WatchList.as_view(), name="watch_list"),
    path("signalements/reglages/", landlord.Profile.as_view(), name="landlord_profile"),
    path("signalements/<uuid:report>/", landlord.ReportDetail.as_view(), name="report_detail"),
    path("encours/", backlog.Backlog.as_view(), name="backlog"),
    path("encours/liste/", backlog.BacklogList.as_view(), name="backlog_list"),
    path("encours/taches/<uuid:task>/", backlog.GiveTask.as_view(), name="give_task"),
    path("pilotage/", steering.Steering.as_view(), name="steering"),
]
