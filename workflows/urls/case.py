"""One case: its page, its steps, its letters, pieces and appointments, its diagnosis, and who sees it."""

from django.urls import URLPattern, URLResolver, path

from workflows.views.case import (
    appointments,
    case,
    case_actions,
    case_labels,
    chronology,
    completions,
    corrections,
    diagnosis,
    diagnosis_acts,
    diagnosis_block,
    diagnosis_sheets,
    documents,
    emergency,
    kept_letters,
    letters,
    more_time,
    sharing,
    sharing_requests,
    step,
    taking_back,
    tenant_letters,
    who_read,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("situations/<uuid:case>/", case.CaseView.as_view(), name="case"),
    path("situations/<uuid:case>/etiquettes/", case_labels.CaseLabels.as_view(), name="case_labels"),
    path("situations/<uuid:case>/chronologie/", chronology.Chronology.as_view(), name="case_timeline"),
    path("situations/<uuid:case>/corrections/", corrections.Corrections.as_view(), name="case_corrections"),
    path("situations/<uuid:case>/consultations/", who_read.WhoRead.as_view(), name="case_who_read"),
    path("situations/<uuid:case>/consultations/feuille/", who_read.WhoReadSheet.as_view(), name="case_who_read_sheet"),
    path("situations/<uuid:case>/etapes/<uuid:task>/", step.StepView.as_view(), name="step"),
    path("situations/<uuid:case>/etapes/<uuid:task>/temps/", more_time.AskTime.as_view(), name="ask_time"),
    path("situations/<uuid:case>/clore/", case_actions.CloseNow.as_view(), name="case_close"),
    path("situations/<uuid:case>/rouvrir/", case_actions.Reopen.as_view(), name="case_reopen"),
    path("situations/<uuid:case>/faits/", case_actions.RecordMilestone.as_view(), name="case_milestone"),
    path(
        "situations/<uuid:case>/faits/<slug:kind>/retirer/",
        case_actions.WithdrawMilestone.as_view(),
        name="case_milestone_withdraw",
    ),
    path("situations/<uuid:case>/observations/", case_actions.WriteNote.as_view(), name="case_note"),
    path(
        "situations/<uuid:case>/observations/<uuid:note>/",
        case_actions.RewriteNote.as_view(),
        name="note_rewrite",
    ),
    path("situations/<uuid:case>/courriers/", letters.Letters.as_view(), name="letters"),
    path("situations/<uuid:case>/courriers/<slug:kind>/preparer/", letters.WriteLetter.as_view(), name="letter_write"),
    path(
        "situations/<uuid:case>/courriers-du-locataire/<slug:kind>/",
        tenant_letters.WriteTenantLetter.as_view(),
        name="tenant_letter",
    ),
    path("situations/<uuid:case>/courriers/<uuid:letter>/", kept_letters.LetterFile.as_view(), name="letter"),
    path(
        "situations/<uuid:case>/courriers/<uuid:letter>/envoi/", kept_letters.LetterSent.as_view(), name="letter_sent"
    ),
    path(
        "situations/<uuid:case>/courriers/<uuid:letter>/envoi/retirer/",
        taking_back.TakeBackSending.as_view(),
        name="letter_take_back",
    ),
    path(
        "situations/<uuid:case>/courriers/<uuid:letter>/retour/",
        taking_back.LetterReturned.as_view(),
        name="letter_returned",
    ),
    path(
        "situations/<uuid:case>/contacts/<int:attempt>/retirer/",
        taking_back.TakeBackAttempt.as_view(),
        name="attempt_take_back",
    ),
    path("situations/<uuid:case>/pieces/", documents.Documents.as_view(), name="documents"),
    path("situations/<uuid:case>/pieces/<uuid:document>/", documents.DocumentFile.as_view(), name="document"),
    path(
        "situations/<uuid:case>/pieces/<uuid:document>/retirer/",
        documents.VoidDocument.as_view(),
        name="document_void",
    ),
    path(
        "situations/<uuid:case>/rendez-vous/nouveau/",
        appointments.MakeAppointment.as_view(),
        name="appointment_make",
    ),
    path(
        "situations/<uuid:case>/rendez-vous/<uuid:appointment>/resultat/",
        appointments.AppointmentResult.as_view(),
        name="appointment_result",
    ),
    path(
        "situations/<uuid:case>/rendez-vous/<uuid:appointment>/reporter/",
        appointments.MoveAppointment.as_view(),
        name="appointment_move",
    ),
    path(
        "situations/<uuid:case>/rendez-vous/<uuid:appointment>/annuler/",
        appointments.CancelAppointment.as_view(),
        name="appointment_cancel",
    ),
    path("situations/<uuid:case>/partage/", sharing.ShareCase.as_view(), name="case_share"),
    path("situations/<uuid:case>/partage/<slug:structure>/", sharing.ChangeAccess.as_view(), name="case_access"),
    path(
        "situations/<uuid:case>/partage/<slug:structure>/professionnel/",
        sharing.NameProfessional.as_view(),
        name="case_professional",
    ),
    path("partages/", sharing_requests.SharingRequestsPage.as_view(), name="sharing_requests"),
    path("partages/demander/<str:token>/", sharing_requests.Ask.as_view(), name="sharing_ask"),
    path("partages/<uuid:request_id>/", sharing_requests.AnswerSharingRequest.as_view(), name="sharing_request"),
    path(
        "partages/<uuid:request_id>/retirer/",
        sharing_requests.WithdrawSharingRequest.as_view(),
        name="sharing_withdraw",
    ),
    path("complements/<uuid:completion>/", completions.AnswerCompletion.as_view(), name="completion"),
    path("partages/urgence/<str:token>/", emergency.OpenInEmergency.as_view(), name="emergency_open"),
    path("urgences/", emergency.EmergencyAccesses.as_view(), name="emergency_accesses"),
    path("urgences/<uuid:access>/", emergency.EmergencyCase.as_view(), name="emergency_case"),
    path("urgences/<uuid:access>/fin/", emergency.EndEmergency.as_view(), name="emergency_end"),
    path("situations/<uuid:case>/diagnostic/", diagnosis.Diagnosis.as_view(), name="diagnosis"),
    path(
        "situations/<uuid:case>/diagnostic/rubriques/<slug:block>/",
        diagnosis_block.SaveBlock.as_view(),
        name="diagnosis_block",
    ),
    path("situations/<uuid:case>/diagnostic/mettre-a-jour/", diagnosis_acts.Update.as_view(), name="diagnosis_update"),
    path("situations/<uuid:case>/diagnostic/abandonner/", diagnosis_acts.Drop.as_view(), name="diagnosis_drop"),
    path("situations/<uuid:case>/diagnostic/terminer/", diagnosis_acts.Finish.as_view(), name="diagnosis_finish"),
    path(
        "situations/<uuid:case>/diagnostic/feuilles/<slug:sheet>/", diagnosis_sheets.SheetView.as_view(), name="sheet"
    ),
    path(
        "situations/<uuid:case>/diagnostic/feuilles/<slug:sheet>/pdf/",
        diagnosis_sheets.SheetPdf.as_view(),
        name="sheet_pdf",
    ),
    path("situations/<uuid:case>/diagnostic/<uuid:diagnostic>/", diagnosis.Past.as_view(), name="diagnosis_past"),
]
