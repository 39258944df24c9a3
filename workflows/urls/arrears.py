"""Rent arrears: reported at a desk or at the counter; the debt, its rent and its plan; what to look at early."""

from django.urls import URLPattern, URLResolver, path, register_converter

from workflows.views.arrears import (
    counter,
    debt_movements,
    early_warnings,
    later,
    measures,
    plan_amendment,
    rent,
    rent_checks,
    report,
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
    path("situations/<uuid:case>/mesures/<uuid:measure>/", measures.MeasurePage.as_view(), name="case_measure"),
    path("situations/<uuid:case>/loyers/", rent.RentPage.as_view(), name="case_rent"),
    path("situations/<uuid:case>/dette/verifications/", rent_checks.CheckRentDebt.as_view(), name="case_rent_checks"),
    path("situations/<uuid:case>/apres/", later.CaseLater.as_view(), name="case_later"),
    path("apres-cloture/", later.LaterQuestions.as_view(), name="later"),
    path("situations/<uuid:case>/plan/avenant/", plan_amendment.AmendPlan.as_view(), name="case_amend"),
    path("situations/<uuid:case>/dette/solde/", debt_movements.RecordBalance.as_view(), name="case_balance"),
    path("situations/<uuid:case>/dette/mouvements/", debt_movements.RecordMovement.as_view(), name="case_movement"),
    path(
        "situations/<uuid:case>/dette/mouvements/<uuid:movement>/corriger/",
        debt_movements.CorrectMovement.as_view(),
        name="case_movement_correct",
    ),
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
    path("guichet/<uuid:draft>/fiche/", counter.CounterSheetFile.as_view(), name="counter_sheet"),
    path("alertes/", early_warnings.Warnings.as_view(), name="warnings"),
]
