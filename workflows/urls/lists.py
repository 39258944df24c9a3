"""What one does with any list: take it away as a file, keep its filters as a view; and the procedures, each step of which opens its list."""

from django.urls import URLPattern, URLResolver, path

from workflows.views import exports, procedures, saved

urlpatterns: list[URLPattern | URLResolver] = [
    path("exports/", exports.Exports.as_view(), name="exports"),
    path("exports/<slug:listing>/demander/", exports.AskExport.as_view(), name="export_ask"),
    path("exports/<uuid:export>/", exports.ExportPage.as_view(), name="export"),
    path("exports/<uuid:export>/fichier/", exports.ExportFile.as_view(), name="export_file"),
    path("vues/<slug:listing>/onglets/", saved.ViewsBar.as_view(), name="views_bar"),
    path("vues/<slug:listing>/", saved.Views.as_view(), name="views"),
    path("vues/<uuid:view>/modifier/", saved.EditView.as_view(), name="view_edit"),
    path("vues/<uuid:view>/supprimer/", saved.DeleteView.as_view(), name="view_delete"),
    path("encours/procedures/<slug:flow>/", procedures.ProcedureOfStructure.as_view(), name="procedure"),
    path("pilotage/procedures/<slug:flow>/", procedures.ProcedureOfPilot.as_view(), name="procedure_steering"),
]
