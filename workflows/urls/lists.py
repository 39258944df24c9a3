"""What one does with any list: take it away as a file."""

from django.urls import URLPattern, URLResolver, path

from workflows.views import exports

urlpatterns: list[URLPattern | URLResolver] = [
    path("exports/", exports.Exports.as_view(), name="exports"),
    path("exports/<slug:listing>/demander/", exports.AskExport.as_view(), name="export_ask"),
    path("exports/<uuid:export>/", exports.ExportPage.as_view(), name="export"),
    path("exports/<uuid:export>/fichier/", exports.ExportFile.as_view(), name="export_file"),
]
