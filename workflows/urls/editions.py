"""Règles: the catalogues that the pilot changes."""

from django.urls import URLPattern, URLResolver, path

from workflows.views.editions import (  # noqa: F401 - some of these join
    catalogue,
    changes,
    deadlines,
    edition,
    law,
    letters,
    remedies,
    replay,
    routing,
    rule,
    scales,
    simulation,
    written,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("pilotage/droit/", law.LawState.as_view(), name="law"),
    path("pilotage/droit/<slug:source>/<slug:code>/", law.LawStatementPage.as_view(), name="law_statement"),
    path("pilotage/regles/", catalogue.RulesList.as_view(), name="rules"),
    path("pilotage/regles/<slug:catalogue>/", catalogue.CatalogueHistory.as_view(), name="rules_catalogue"),
    path("pilotage/regles/<slug:catalogue>/comparer/", catalogue.CompareEditions.as_view(), name="rules_compare"),
    path("pilotage/regles/<slug:catalogue>/reprises/", replay.Replays.as_view(), name="rules_replays"),
    path("pilotage/regles/<slug:catalogue>/reprises/<uuid:replay>/", replay.ReplayPage.as_view(), name="rules_replay"),
    path("pilotage/regles/<slug:catalogue>/<int:number>/", edition.EditionView.as_view(), name="rules_edition"),
    path("pilotage/regles/<slug:catalogue>/<int:number>/copier/", catalogue.CopyEdition.as_view(), name="rules_copy"),
    path(
        "pilotage/regles/<slug:catalogue>/<int:number>/corriger/",
        catalogue.CorrectEdition.as_view(),
        name="rules_correct",
    ),
    path(
        "pilotage/regles/<slug:catalogue>/<int:number>/abandonner/", catalogue.DropDraft.as_view(), name="rules_drop"
    ),
    path(
        "pilotage/regles/<slug:catalogue>/<int:number>/retirer/",
        catalogue.WithdrawEdition.as_view(),
        name="rules_withdraw",
    ),
    path(
        "pilotage/regles/<slug:catalogue>/<int:number>/changements/",
        changes.DraftChanges.as_view(),
        name="rules_changes",
    ),
    path(
        "pilotage/regles/<slug:catalogue>/<int:number>/simuler/", simulation.Simulate.as_view(), name="rules_simulate"
    ),
    path(
        "pilotage/regles/<slug:catalogue>/<int:number>/simulation/<uuid:simulation>/",
        simulation.SimulationPage.as_view(),
        name="rules_simulation",
    ),
    path("pilotage/regles/<slug:catalogue>/<int:number>/ajouter/", rule.AddRule.as_view(), name="rules_add"),
    path("pilotage/regles/<slug:catalogue>/<int:number>/<slug:code>/", rule.RuleView.as_view(), name="rules_rule"),
    path(
        "pilotage/regles/<slug:catalogue>/<int:number>/<slug:code>/retirer/",
        rule.WithdrawRule.as_view(),
        name="rules_withdraw_rule",
    ),
    path(
        "pilotage/regles/<slug:catalogue>/<int:number>/<slug:code>/remettre/",
        rule.RestoreRule.as_view(),
        name="rules_restore_rule",
    ),
]
