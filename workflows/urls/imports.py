"""Files of arrears."""

from django.urls import URLPattern, URLResolver, path

from workflows.views import imports, imports_compare, imports_undo, lots, warnings

urlpatterns: list[URLPattern | URLResolver] = [
    path("imports/", imports.Imports.as_view(), name="imports"),
    path("imports/<uuid:job>/", imports.ImportPage.as_view(), name="import"),
    path("imports/<uuid:job>/colonnes/", imports.Columns.as_view(), name="import_columns"),
    path("imports/<uuid:job>/lancer/", imports.StartImport.as_view(), name="start_import"),
    path("imports/<uuid:job>/supprimer/", imports.DiscardImport.as_view(), name="discard_import"),
    path("imports/<uuid:job>/annuler/", imports_undo.UndoImport.as_view(), name="undo_import"),
    path("imports/<uuid:job>/comparaison/", imports_compare.Compare.as_view(), name="compare_import"),
    path("imports/<uuid:job>/erreurs.csv", imports.Errors.as_view(), name="import_errors"),
    path("lots/", lots.Lots.as_view(), name="lots"),
    path("lots/<uuid:job>/<slug:structure>/", lots.LotPage.as_view(), name="lot"),
    path("alertes/", warnings.Warnings.as_view(), name="warnings"),
    path("imports/<uuid:job>/lignes/<int:line>/", imports.Line.as_view(), name="import_line"),
]
