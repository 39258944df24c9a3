"""Files of arrears."""

from django.urls import URLPattern, URLResolver, path

from workflows.views.imports import columns, compare, correct, deposit, doubtful_line, mappings, report, undo

urlpatterns: list[URLPattern | URLResolver] = [
    path("imports/", deposit.Imports.as_view(), name="imports"),
    path("imports/correspondances/", mappings.Mappings.as_view(), name="mappings"),
    path("imports/correspondances/<uuid:mapping>/", mappings.CorrectMapping.as_view(), name="mapping"),
    path("imports/correspondances/<uuid:mapping>/oublier/", mappings.ForgetMapping.as_view(), name="forget_mapping"),
    path("imports/<uuid:job>/", report.ImportPage.as_view(), name="import"),
    path("imports/<uuid:job>/colonnes/", columns.Columns.as_view(), name="import_columns"),
    path("imports/<uuid:job>/lancer/", report.StartImport.as_view(), name="start_import"),
    path("imports/<uuid:job>/supprimer/", report.DiscardImport.as_view(), name="discard_import"),
    path("imports/<uuid:job>/annuler/", undo.UndoImport.as_view(), name="undo_import"),
    path("imports/<uuid:job>/comparaison/", compare.CompareImport.as_view(), name="compare_import"),
    path("imports/<uuid:job>/erreurs.csv", report.Errors.as_view(), name="import_errors"),
    path("imports/<uuid:job>/lignes/<int:line>/", doubtful_line.DoubtfulLinePage.as_view(), name="import_line"),
    path("imports/<uuid:job>/lignes/<int:line>/corriger/", correct.Correct.as_view(), name="correct_line"),
]
