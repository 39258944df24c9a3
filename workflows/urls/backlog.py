"""Encours: what waits in a structure, and what a manager does of it."""

from django.urls import URLPattern, URLResolver, path

from workflows.views.backlog import answers, backlog, backlog_list, capacity, give_task, grouped, labels, lots, week

urlpatterns: list[URLPattern | URLResolver] = [
    path("encours/", backlog.BacklogOverview.as_view(), name="backlog"),
    path("encours/liste/", backlog_list.BacklogList.as_view(), name="backlog_list"),
    path("encours/semaine/", week.BacklogWeek.as_view(), name="backlog_week"),
    path("encours/reponses/", answers.BacklogAnswers.as_view(), name="backlog_answers"),
    path("encours/<slug:structure>/capacite/", capacity.Capacity.as_view(), name="capacity"),
    path("encours/<slug:structure>/agir/", grouped.GroupedAct.as_view(), name="backlog_group"),
    path("encours/<slug:structure>/actes/<int:entry>/", grouped.GroupedDone.as_view(), name="backlog_act"),
    path("encours/<slug:structure>/etiquettes/", labels.Labels.as_view(), name="labels"),
    path("encours/<slug:structure>/etiquettes/<uuid:label>/", labels.EditLabel.as_view(), name="label"),
    path(
        "encours/<slug:structure>/etiquettes/<uuid:label>/retirer/", labels.RetireLabel.as_view(), name="label_retire"
    ),
    path("encours/taches/<uuid:task>/", give_task.GiveTask.as_view(), name="give_task"),
    path("lots/", lots.Lots.as_view(), name="lots"),
    path("lots/<uuid:job>/<slug:structure>/", lots.LotPage.as_view(), name="lot"),
    path("lots/<uuid:job>/<slug:structure>/<int:entry>/retirer/", lots.TakeBackLot.as_view(), name="lot_take_back"),
]
