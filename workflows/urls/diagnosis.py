"""The diagnosis of a case, its blocks and its sheets."""

from django.urls import URLPattern, URLResolver, path

from workflows.views import diagnosis, sheets

urlpatterns: list[URLPattern | URLResolver] = [
    path("situations/<uuid:case>/diagnostic/", diagnosis.Diagnosis.as_view(), name="diagnosis"),
    path(
        "situations/<uuid:case>/diagnostic/rubriques/<slug:block>/",
        diagnosis.SaveBlock.as_view(),
        name="diagnosis_block",
    ),
    path("situations/<uuid:case>/diagnostic/mettre-a-jour/", diagnosis.Update.as_view(), name="diagnosis_update"),
    path("situations/<uuid:case>/diagnostic/abandonner/", diagnosis.Drop.as_view(), name="diagnosis_drop"),
    path("situations/<uuid:case>/diagnostic/terminer/", diagnosis.Finish.as_view(), name="diagnosis_finish"),
    path("situations/<uuid:case>/diagnostic/feuilles/<slug:sheet>/", sheets.SheetView.as_view(), name="sheet"),
    path("situations/<uuid:case>/diagnostic/feuilles/<slug:sheet>/pdf/", sheets.SheetPdf.as_view(), name="sheet_pdf"),
    path("situations/<uuid:case>/diagnostic/<uuid:diagnostic>/", diagnosis.Past.as_view(), name="diagnosis_past"),
]
