"""One’s own work: À faire, situations, agenda, dates, exports and saved views."""

from django.urls import URLPattern, URLResolver, path

from workflows.views.parts.kept_forms import TypedAgain
from workflows.views.work import agenda, cases, deadline_calculator, deadlines, exports, inbox, saved_views, search

urlpatterns: list[URLPattern | URLResolver] = [
    path("", inbox.InboxView.as_view(), name="inbox"),
    path("situations/", cases.CasesView.as_view(), name="cases"),
    path("recherche/", search.SearchView.as_view(), name="search"),
    path("agenda/", agenda.AgendaView.as_view(), name="agenda"),
    path("echeances/", deadlines.DeadlinesView.as_view(), name="deadlines"),
    path("calculer/", deadline_calculator.CalculatorView.as_view(), name="calculator"),
    path("exports/", exports.MyExportsPage.as_view(), name="exports"),
    path("exports/<slug:listing>/demander/", exports.AskExport.as_view(), name="export_ask"),
    path("exports/<uuid:export>/", exports.ExportPage.as_view(), name="export"),
    path("exports/<uuid:export>/fichier/", exports.ExportFile.as_view(), name="export_file"),
    path("vues/<slug:listing>/onglets/", saved_views.ViewsBar.as_view(), name="views_bar"),
    path("vues/<slug:listing>/", saved_views.Views.as_view(), name="views"),
    path("vues/<uuid:view>/modifier/", saved_views.EditView.as_view(), name="view_edit"),
    path("vues/<uuid:view>/supprimer/", saved_views.DeleteView.as_view(), name="view_delete"),
    path("reprise/<uuid:form>/", TypedAgain.as_view(), name="typed_again"),
]
