"""Pilotage: what waits for the pilot, arbitrations, indicators, reports of the steering committee."""

from django.urls import URLPattern, URLResolver, path

from workflows.views.pilot import (
    arbitration,
    backlogs,
    cohorts,
    commission,
    committee,
    heat_map,
    indicators,
    initial_stock,
    observatory,
    places,
    procedures,
    reissue,
    steering,
    targets,
    unsettled,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("pilotage/", steering.Steering.as_view(), name="steering"),
    path("pilotage/encours/", backlogs.Backlogs.as_view(), name="backlogs"),
    path("pilotage/encours/<slug:flow>/", heat_map.HeatMapPage.as_view(), name="heat_map"),
    path("pilotage/stock-initial/", initial_stock.InitialStock.as_view(), name="initial_stock"),
    path("pilotage/referents/", places.ReferentFiguresPage.as_view(), name="places"),
    path("pilotage/referents/listes/", unsettled.UnsettledPeople.as_view(), name="unsettled"),
    path("pilotage/referents/fiches/<uuid:case>/ouvrir/", unsettled.OpenPilotCard.as_view(), name="open_pilot_card"),
    path("encours/procedures/<slug:flow>/", procedures.ProcedureOfStructure.as_view(), name="procedure"),
    path("pilotage/procedures/<slug:flow>/", procedures.ProcedureOfPilot.as_view(), name="procedure_steering"),
    path("pilotage/indicateurs/", indicators.Indicators.as_view(), name="indicators"),
    path("pilotage/indicateurs/calculer/", indicators.CountAgain.as_view(), name="indicators_count"),
    path("pilotage/indicateurs/apres/", cohorts.CohortsPage.as_view(), name="cohorts"),
    path("pilotage/bilans/", committee.CommitteeReports.as_view(), name="committee_reports"),
    path("pilotage/bilans/objectifs/", targets.Targets.as_view(), name="committee_targets"),
    path("pilotage/bilans/<slug:quarter>/", committee.CommitteeReportPage.as_view(), name="committee_report"),
    path("pilotage/bilans/<slug:quarter>/publier/", committee.Publish.as_view(), name="committee_publish"),
    path("pilotage/bilans/<slug:quarter>/corriger/", reissue.Reissue.as_view(), name="committee_reissue"),
    path("pilotage/bilans/<slug:quarter>/<slug:extension>/", committee.ReportFile.as_view(), name="committee_file"),
    path(
        "pilotage/observatoire/<slug:territory>/", observatory.ObservatorySwitch.as_view(), name="observatory_switch"
    ),
    path(
        "pilotage/observatoire/<slug:territory>/licence/",
        observatory.SetLicence.as_view(),
        name="observatory_licence",
    ),
    path("observatoire/", observatory.find_observatory, name="observatories"),
    path("observatoire/<slug:territory>/", observatory.show_observatory, name="observatory"),
    path("observatoire/<slug:territory>/<slug:quarter>/", observatory.show_observatory, name="observatory_quarter"),
    path("observatoire/<slug:territory>/<slug:quarter>/csv/", observatory.open_file, name="observatory_file"),
    path("pilotage/arbitrages/", arbitration.Arbitrations.as_view(), name="arbitrations"),
    path("dossiers/<uuid:case>/fiche-arbitrage/", arbitration.ArbitrationSheet.as_view(), name="arbitration_sheet"),
    path("pilotage/commissions/", commission.Commissions.as_view(), name="commissions"),
    path("pilotage/commissions/<uuid:commission>/", commission.CommissionPage.as_view(), name="commission"),
    path(
        "pilotage/commissions/<uuid:commission>/compte-rendu/",
        commission.Minutes.as_view(),
        name="commission_minutes",
    ),
    path(
        "pilotage/commissions/<uuid:commission>/points/<uuid:item>/",
        commission.ItemPage.as_view(),
        name="commission_item",
    ),
]
