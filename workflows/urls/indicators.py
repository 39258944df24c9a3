"""The figures of the action, and the reports of the steering committee."""

from django.urls import URLPattern, URLResolver, path

from workflows.views import committee, indicators

urlpatterns: list[URLPattern | URLResolver] = [
    path("pilotage/indicateurs/", indicators.Indicators.as_view(), name="indicators"),
    path("pilotage/indicateurs/calculer/", indicators.CountAgain.as_view(), name="indicators_count"),
    path("pilotage/bilans/", committee.Reports.as_view(), name="committee_reports"),
    path("pilotage/bilans/<slug:quarter>/", committee.ReportPage.as_view(), name="committee_report"),
    path("pilotage/bilans/<slug:quarter>/publier/", committee.Publish.as_view(), name="committee_publish"),
    path("pilotage/bilans/<slug:quarter>/<slug:extension>/", committee.ReportFile.as_view(), name="committee_file"),
]
