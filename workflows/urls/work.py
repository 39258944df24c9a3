"""À faire, situations, one case and its steps."""

from django.urls import URLPattern, URLResolver, path

from workflows.views import (
    acts,
    amend,
    appointments,
    ask,
    case_labels,
    documents,
    letters,
    line,
    line_fraud,
    line_letters,
    line_papers,
    line_spoken,
    line_withholding,
    measures,
    movements,
    questions,
    rent,
    requests,
    sharing,
)
from workflows.views.agenda import AgendaView
from workflows.views.calculator import CalculatorView
from workflows.views.case import CaseView
from workflows.views.cases import CasesView
from workflows.views.chronology import Chronology
from workflows.views.deadlines import DeadlinesView
from workflows.views.inbox import InboxView
from workflows.views.kept import TypedAgain
from workflows.views.more_time import AskTime
from workflows.views.notice import NewNotice
from workflows.views.remedies import RemediesView
from workflows.views.step import StepView
from workflows.views.withholding import WithholdingView

urlpatterns: list[URLPattern | URLResolver] = [
    path("", InboxView.as_view(), name="inbox"),
    path("situations/", CasesView.as_view(), name="cases"),
    path("reprise/<uuid:form>/", TypedAgain.as_view(), name="typed_again"),
    path("agenda/", AgendaView.as_view(), name="agenda"),
    path("echeances/", DeadlinesView.as_view(), name="deadlines"),
    path("calculer/", CalculatorView.as_view(), name="calculator"),
    path("calculer/recours/", RemediesView.as_view(), name="remedies"),
    path("calculer/retenue/", WithholdingView.as_view(), name="withholding"),
]

# One case
urlpatterns += [
    path("situations/<uuid:case>/", CaseView.as_view(), name="case"),
    path("situations/<uuid:case>/etiquettes/", case_labels.CaseLabels.as_view(), name="case_labels"),
    path("situations/<uuid:case>/chronologie/", Chronology.as_view(), name="case_timeline"),
    path("situations/<uuid:case>/etapes/<uuid:task>/", StepView.as_view(), name="step"),
    path("situations/<uuid:case>/etapes/<uuid:task>/temps/", AskTime.as_view(), name="ask_time"),
    path("situations/<uuid:case>/clore/", acts.CloseNow.as_view(), name="case_close"),
    path("situations/<uuid:case>/rouvrir/", acts.Reopen.as_view(), name="case_reopen"),
    path("situations/<uuid:case>/faits/", acts.RecordMilestone.as_view(), name="case_milestone"),
    path(
        "situations/<uuid:case>/faits/<slug:kind>/retirer/",
        acts.WithdrawMilestone.as_view(),
        name="case_milestone_withdraw",
    ),
    path("situations/<uuid:case>/observations/", acts.WriteNote.as_view(), name="case_note"),
]

# Its debt and plan of actions
urlpatterns += [
    path("situations/<uuid:case>/mesures/<uuid:measure>/", measures.MeasurePage.as_view(), name="case_measure"),
    path("situations/<uuid:case>/loyers/", rent.RentPage.as_view(), name="case_rent"),
    path("situations/<uuid:case>/plan/avenant/", amend.AmendPlan.as_view(), name="case_amend"),
    path("situations/<uuid:case>/dette/solde/", movements.RecordBalance.as_view(), name="case_balance"),
    path("situations/<uuid:case>/dette/mouvements/", movements.RecordMovement.as_view(), name="case_movement"),
    path(
        "situations/<uuid:case>/dette/mouvements/<uuid:movement>/corriger/",
        movements.CorrectMovement.as_view(),
        name="case_movement_correct",
    ),
]

# Its overpayments, line by line
urlpatterns += [
    path("trop-percus/nouveau/", NewNotice.as_view(), name="notice"),
    path("situations/<uuid:case>/trop-percu/", NewNotice.as_view(), name="case_notice"),
    path("situations/<uuid:case>/lignes/<uuid:line>/", line.LinePage.as_view(), name="case_line"),
    path(
        "situations/<uuid:case>/lignes/<uuid:line>/sommes/",
        line.RecordLineMovement.as_view(),
        name="case_line_movement",
    ),
    path(
        "situations/<uuid:case>/lignes/<uuid:line>/sommes/<uuid:movement>/corriger/",
        line.CorrectLineMovement.as_view(),
        name="case_line_movement_correct",
    ),
    path("situations/<uuid:case>/lignes/<uuid:line>/faits/", line.RecordLineFact.as_view(), name="case_line_fact"),
    path("situations/<uuid:case>/lignes/<uuid:line>/oral/", line_spoken.NoteSpoken.as_view(), name="case_line_spoken"),
    path(
        "situations/<uuid:case>/lignes/<uuid:line>/retenue/",
        line_withholding.CheckWithholding.as_view(),
        name="case_line_withholding",
    ),
    path(
        "situations/<uuid:case>/lignes/<uuid:line>/fraude/", line_fraud.CorrectFraud.as_view(), name="case_line_fraud"
    ),
    path(
        "situations/<uuid:case>/lignes/<uuid:line>/courriers/<slug:kind>/",
        line_letters.WriteLineLetter.as_view(),
        name="case_line_letter",
    ),
    path(
        "situations/<uuid:case>/lignes/<uuid:line>/pieces/", line_papers.LinePapers.as_view(), name="case_line_papers"
    ),
    path("situations/<uuid:case>/lignes/<uuid:line>/questions/", ask.AskQuestion.as_view(), name="case_line_ask"),
    path(
        "situations/<uuid:case>/lignes/<uuid:line>/questions/<uuid:question>/retirer/",
        ask.WithdrawQuestion.as_view(),
        name="case_line_question_withdraw",
    ),
    path("questions/", questions.QuestionsPage.as_view(), name="questions"),
    path("questions/bilan/", questions.ReportPage.as_view(), name="questions_report"),
    path("questions/<uuid:question>/", questions.QuestionPage.as_view(), name="question"),
]

# Its letters
urlpatterns += [
    path("situations/<uuid:case>/courriers/", letters.Letters.as_view(), name="letters"),
    path("situations/<uuid:case>/courriers/<slug:kind>/preparer/", letters.WriteLetter.as_view(), name="letter_write"),
    path("situations/<uuid:case>/courriers/<uuid:letter>/", letters.LetterFile.as_view(), name="letter"),
    path("situations/<uuid:case>/courriers/<uuid:letter>/envoi/", letters.LetterSent.as_view(), name="letter_sent"),
    path(
        "situations/<uuid:case>/courriers/<uuid:letter>/copie/", line_letters.LetterCopy.as_view(), name="letter_copy"
    ),
]

# Its pieces
urlpatterns += [
    path("situations/<uuid:case>/pieces/", documents.Documents.as_view(), name="documents"),
    path("situations/<uuid:case>/pieces/<uuid:document>/", documents.DocumentFile.as_view(), name="document"),
    path(
        "situations/<uuid:case>/pieces/<uuid:document>/retirer/",
        documents.VoidDocument.as_view(),
        name="document_void",
    ),
]

# Its appointments
urlpatterns += [
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
]

# Who sees it
urlpatterns += [
    path("situations/<uuid:case>/partage/", sharing.Share.as_view(), name="case_share"),
    path("situations/<uuid:case>/partage/<slug:structure>/", sharing.ChangeAccess.as_view(), name="case_access"),
    path(
        "situations/<uuid:case>/partage/<slug:structure>/professionnel/",
        sharing.NameProfessional.as_view(),
        name="case_professional",
    ),
    path("partages/", requests.Requests.as_view(), name="sharing_requests"),
    path("partages/demander/<str:token>/", requests.Ask.as_view(), name="sharing_ask"),
    path("partages/<uuid:request_id>/", requests.Answer.as_view(), name="sharing_request"),
    path("partages/<uuid:request_id>/retirer/", requests.Withdraw.as_view(), name="sharing_withdraw"),
]
