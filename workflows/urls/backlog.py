"""Encours: what waits in a structure, and what a manager does of it."""

from django.urls import URLPattern, URLResolver, path

from workflows.views import backlog, backlog_answers, backlog_list, backlogs, capacity, give_task, grouped, labels

urlpatterns: list[URLPattern | URLResolver] = [
    path("encours/", backlog.Backlog.as_view(), name="backlog"),
    path("encours/liste/", backlog_list.BacklogList.as_view(), name="backlog_list"),
    path("encours/reponses/", backlog_answers.BacklogAnswers.as_view(), name="backlog_answers"),
    path("pilotage/encours/", backlogs.Backlogs.as_view(), name="backlogs"),
    path("encours/<slug:structure>/capacite/", capacity.Capacity.as_view(), name="capacity"),
    path("encours/<slug:structure>/agir/", grouped.GroupedAct.as_view(), name="backlog_group"),
    path("encours/<slug:structure>/actes/<int:entry>/", grouped.GroupedDone.as_view(), name="backlog_act"),
    path("encours/<slug:structure>/etiquettes/", labels.Labels.as_view(), name="labels"),
    path("encours/<slug:structure>/etiquettes/<uuid:label>/", labels.EditLabel.as_view(), name="label"),
    path(
        "encours/<slug:structure>/etiquettes/<uuid:label>/retirer/", labels.RetireLabel.as_view(), name="label_retire"
    ),
    path("encours/taches/<uuid:task>/", give_task.GiveTask.as_view(), name="give_task"),
]
