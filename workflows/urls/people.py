"""The people of a household, its composition over time, and records that are of one person."""

from django.urls import URLPattern, URLResolver, path

from workflows.views.people import duplicates, household, lease_departure, lease_share, merge, person, protection

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
    path(
        "situations/<uuid:case>/personnes/<uuid:person>/protection/",
        protection.ProtectPerson.as_view(),
        name="person_protection",
    ),
    path(
        "situations/<uuid:case>/personnes/<uuid:person>/protection/<uuid:protection>/",
        protection.CorrectProtection.as_view(),
        name="protection_edit",
    ),
    path(
        "situations/<uuid:case>/personnes/<uuid:person>/protection/<uuid:protection>/fin/",
        protection.EndProtection.as_view(),
        name="protection_end",
    ),
    path(
        "situations/<uuid:case>/personnes/<uuid:person>/depart/",
        lease_departure.PersonDeparture.as_view(),
        name="person_departure",
    ),
    path(
        "situations/<uuid:case>/personnes/<uuid:person>/part/",
        lease_share.PersonShare.as_view(),
        name="person_share",
    ),
    path("doublons/", duplicates.Duplicates.as_view(), name="duplicates"),
    path("doublons/fusions/", duplicates.Merges.as_view(), name="merges"),
    path("doublons/fusions/<uuid:merge>/defaire/", merge.UndoMerge.as_view(), name="unmerge"),
    path("doublons/<uuid:one>/<uuid:other>/", merge.ComparePeople.as_view(), name="compare_people"),
]
