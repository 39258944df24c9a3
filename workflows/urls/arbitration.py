"""Arbitrages: what waits for the pilot, the sheet of each case, the commission and its minutes."""

from django.urls import URLPattern, URLResolver, path

from workflows.views import arbitration, commission

urlpatterns: list[URLPattern | URLResolver] = [
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
