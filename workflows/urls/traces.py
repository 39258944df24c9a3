"""What a data protection officer reads and keeps: traces of access, and the register of requests of persons."""

from django.urls import URLPattern, URLResolver, path

from workflows.views.traces import (
    access,
    archive,
    exports,
    lists,
    person_file,
    readings,
    rectification,
    requests,
    restriction,
    retention,
    sharing,
    sharing_bases,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("traces/", lists.Lists.as_view(), name="traces"),
    path("traces/listes/<uuid:job>/", lists.OneList.as_view(), name="traces_list"),
    path(
        "traces/demandes/<uuid:request_id>/rectifier/", rectification.Rectify.as_view(), name="subject_request_rectify"
    ),
    path("traces/fondements/", sharing_bases.SharingBases.as_view(), name="traces_bases"),
    path("traces/fondements/<slug:structure>/", sharing_bases.SayBasisAsOfficer.as_view(), name="traces_basis"),
    path("traces/acces/", access.Access.as_view(), name="traces_access"),
    path("traces/acces/dossiers/", access.AccessList.as_view(), name="traces_access_list"),
    path("traces/lectures/", readings.Readings.as_view(), name="traces_readings"),
    path("traces/lectures/<uuid:case>/", readings.CaseReadings.as_view(), name="traces_case"),
    path("traces/lectures/<uuid:case>/feuille/", readings.CaseReadingsSheet.as_view(), name="traces_case_sheet"),
    path("traces/lectures/<uuid:user>/<str:day>/", readings.UnusualDay.as_view(), name="traces_day"),
    path("traces/exports/", exports.ExportTraces.as_view(), name="traces_exports"),
    path("traces/partages/", sharing.Sharing.as_view(), name="traces_sharing"),
    path("traces/partages/demandes/", sharing.SharingList.as_view(), name="traces_sharing_list"),
    path("traces/partages/refus/<slug:wish>/", sharing.WishList.as_view(), name="traces_wishes"),
]

# The register
urlpatterns += [
    path("traces/demandes/", requests.SubjectRequestRegister.as_view(), name="traces_requests"),
    path("traces/demandes/nouvelle/", requests.Record.as_view(), name="subject_request_new"),
    path("traces/demandes/<uuid:request_id>/", requests.Request.as_view(), name="subject_request"),
    path("traces/demandes/<uuid:request_id>/prolonger/", requests.Extend.as_view(), name="subject_request_extend"),
    path(
        "traces/demandes/<uuid:request_id>/repondre/",
        requests.AnswerSubjectRequest.as_view(),
        name="subject_request_answer",
    ),
    path(
        "traces/demandes/<uuid:request_id>/classer/",
        requests.WithdrawSubjectRequest.as_view(),
        name="subject_request_withdraw",
    ),
]

# For how long data is kept
urlpatterns += [
    path("traces/conservation/", retention.Retention.as_view(), name="retention"),
    path("traces/conservation/durees/<slug:kind>/", retention.SetLimit.as_view(), name="retention_limit"),
    path("traces/conservation/durees/", retention.ConfirmLimits.as_view(), name="retention_confirm"),
    path("traces/conservation/etablir/", retention.ProposeRun.as_view(), name="retention_propose"),
    path("traces/conservation/passages/<uuid:run>/", retention.Run.as_view(), name="retention_run"),
    path(
        "traces/conservation/passages/<uuid:run>/approuver/", retention.ApproveRun.as_view(), name="retention_approve"
    ),
    path("traces/conservation/passages/<uuid:run>/abandonner/", retention.DropRun.as_view(), name="retention_drop"),
    path("traces/conservation/gels/nouveau/", retention.PutHold.as_view(), name="legal_hold_new"),
    path("traces/conservation/gels/<uuid:hold>/lever/", retention.LiftHold.as_view(), name="legal_hold_lift"),
]

# What follows from a request, and what is archived
urlpatterns += [
    path("traces/demandes/<uuid:request_id>/dossier/", person_file.Review.as_view(), name="person_file"),
    path(
        "traces/demandes/<uuid:request_id>/dossier/<uuid:file>/",
        person_file.Download.as_view(),
        name="person_file_zip",
    ),
    path(
        "traces/demandes/<uuid:request_id>/effacer/",
        person_file.EraseOnRequest.as_view(),
        name="subject_request_erase",
    ),
    path(
        "traces/demandes/<uuid:request_id>/opposition/",
        person_file.ObjectToSharing.as_view(),
        name="subject_request_object",
    ),
    path(
        "traces/demandes/<uuid:request_id>/limitation/",
        restriction.Restrict.as_view(),
        name="subject_request_restrict",
    ),
    path(
        "traces/demandes/<uuid:request_id>/limitation/lever/",
        restriction.EndRestriction.as_view(),
        name="subject_request_unrestrict",
    ),
    path("archives/", archive.Archive.as_view(), name="archive"),
]
