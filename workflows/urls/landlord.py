"""A landlord’s own pages: his reports, what he plans in court, his settings."""

from django.urls import URLPattern, URLResolver, path

from workflows.views.landlord import court, profile, report, reports

urlpatterns: list[URLPattern | URLResolver] = [
    path("signalements/", reports.LandlordReports.as_view(), name="reports"),
    path("signalements/veille/", reports.WatchList.as_view(), name="watch_list"),
    path("signalements/reglages/", profile.Profile.as_view(), name="landlord_profile"),
    path("signalements/<uuid:report>/", report.ReportDetail.as_view(), name="report_detail"),
    path("signalements/<uuid:report>/commandement/", court.AnnounceOrder.as_view(), name="order_announce"),
    path(
        "signalements/<uuid:report>/commandement/retirer/",
        court.CallOffOrder.as_view(),
        name="order_call_off",
    ),
    path("signalements/<uuid:report>/acte/", court.DeclareAct.as_view(), name="act_declare"),
]
