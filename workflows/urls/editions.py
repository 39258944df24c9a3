"""Règles: the catalogues that the pilot changes."""

from django.urls import URLPattern, URLResolver, path

from workflows.views.editions import (  # noqa: F401 - four of these join
    changes,
    deadlines,
    edition,
    letters,
    replay,
    routing,
    rule,
    scales,
    shelf,
    simulation,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("pilotage/regles/", shelf.RulesList.as_view(), name="rules"),
    path("pilotage/regles/<slug:book>/", shelf.RulesBook.as_view(), name="rules_book"),
    path("pilotage/regles/<slug:book>/comparer/", shelf.CompareEditions.as_view(), name="rules_compare"),
    path("pilotage/regles/<slug:book>/reprises/", replay.Replays.as_view(), name="rules_replays"),
    path("pilotage/regles/<slug:book>/reprises/<uuid:replay>/", replay.ReplayPage.as_view(), name="rules_replay"),
    path("pilotage/regles/<slug:book>/<int:number>/", edition.EditionView.as_view(), name="rules_edition"),
    path("pilotage/regles/<slug:book>/<int:number>/copier/", shelf.CopyEdition.as_view(), name="rules_copy"),
    path("pilotage/regles/<slug:book>/<int:number>/abandonner/", shelf.DropDraft.as_view(), name="rules_drop"),
    path("pilotage/regles/<slug:book>/<int:number>/retirer/", shelf.WithdrawEdition.as_view(), name="rules_withdraw"),
    path(
        "pilotage/regles/<slug:book>/<int:number>/changements/", changes.DraftChanges.as_view(), name="rules_changes"
    ),
    path("pilotage/regles/<slug:book>/<int:number>/simuler/", simulation.Simulate.as_view(), name="rules_simulate"),
    path(
        "pilotage/regles/<slug:book>/<int:number>/simulation/<uuid:simulation>/",
        simulation.SimulationPage.as_view(),
        name="rules_simulation",
    ),
    path("pilotage/regles/<slug:book>/<int:number>/ajouter/", rule.AddRule.as_view(), name="rules_add"),
    path("pilotage/regles/<slug:book>/<int:number>/<slug:code>/", rule.RuleView.as_view(), name="rules_rule"),
    path(
        "pilotage/regles/<slug:book>/<int:number>/<slug:code>/retirer/",
        rule.WithdrawRule.as_view(),
        name="rules_withdraw_rule",
    ),
    path(
        "pilotage/regles/<slug:book>/<int:number>/<slug:code>/remettre/",
        rule.RestoreRule.as_view(),
        name="rules_restore_rule",
    ),
]
