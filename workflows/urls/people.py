"""The people of a household, and its composition over time."""

from django.urls import URLPattern, URLResolver, path

from workflows.views import household, person

urlpatterns: list[URLPattern | URLResolver] = [
    path("situations/<uuid:case>/menage/", household.HouseholdView.as_view(), name="household"),
    path("situations/<uuid:case>/menage/ajouter/", household.AddMember.as_view(), name="household_add"),
    path("situations/<uuid:case>/personnes/<uuid:person>/", person.PersonView.as_view(), name="person"),
    path(
        "situations/<uuid:case>/personnes/<uuid:person>/modifier/", person.CorrectPerson.as_view(), name="person_edit"
    ),
    path(
        "situations/<uuid:case>/personnes/<uuid:person>/place/", household.ChangePlace.as_view(), name="person_place"
    ),
]
