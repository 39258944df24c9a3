"""Signaler un impayé, the counter, the landlord’s own reports, the pilot’s page."""

from django.urls import URLPattern, URLResolver, path, register_converter

from workflows.views import (
    counter,
    landlord,
    landlord_court,
    landlord_profile,
    landlord_report,
    report,
    steering,
)


class ReportStepConverter:
    """The three steps of a report, by the words of their addresses."""

    regex = "|".join(report.PARTS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ReportStepConverter, "report_step")

urlpatterns: list[URLPattern | URLResolver] = [
    path("signalements/", landlord.Reports.as_view(), name="reports"),
    path("signalements/veille/", landlord.WatchList.as_view(), name="watch_list"),
    path("signalements/reglages/", landlord_profile.Profile.as_view(), name="landlord_profile"),
    path("signalements/nouveau/", report.NewReport.as_view(), name="report"),
    path("signalements/nouveau/<uuid:draft>/", report.Matches.as_view(), name="report_matches"),
    path("signalements/nouveau/<uuid:draft>/<report_step:step>/", report.ReportStep.as_view(), name="report_step"),
    path(
        "signalements/nouveau/<uuid:draft>/<report_step:step>/apercu/",
        report.ReportPreview.as_view(),
        name="report_preview",
    ),
    path("guichet/", counter.NewCounter.as_view(), name="counter"),
    path("guichet/<uuid:draft>/", counter.CounterDraft.as_view(), name="counter_draft"),
    path("guichet/<uuid:draft>/pause/", counter.CounterPause.as_view(), name="counter_pause"),
    path("guichet/<uuid:draft>/remis/", counter.CounterDone.as_view(), name="counter_done"),
    path("guichet/<uuid:draft>/fiche/", counter.CounterSheet.as_view(), name="counter_sheet"),
    path("signalements/<uuid:report>/", landlord_report.ReportDetail.as_view(), name="report_detail"),
    path("signalements/<uuid:report>/commandement/", landlord_court.AnnounceOrder.as_view(), name="order_announce"),
    path(
        "signalements/<uuid:report>/commandement/retirer/",
        landlord_court.CallOffOrder.as_view(),
        name="order_call_off",
    ),
    path("signalements/<uuid:report>/acte/", landlord_court.DeclareAct.as_view(), name="act_declare"),
    path("pilotage/", steering.Steering.as_view(), name="steering"),
]
