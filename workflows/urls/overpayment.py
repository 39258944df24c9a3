"""Overpayments: a notification typed, each of its lines, the questions asked to operators, the calculators."""

from django.urls import URLPattern, URLResolver, path

from workflows.views.overpayment import (
    answer_file,
    cause_alert,
    cause_year,
    fraud,
    legal_aid_calculator,
    line,
    line_letters,
    line_papers,
    notice,
    notice_check,
    operator_question,
    oral_exchange,
    questions,
    remedies_calculator,
    withholding_calculator,
    withholding_check,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("calculer/recours/", remedies_calculator.RemediesView.as_view(), name="remedies"),
    path("calculer/retenue/", withholding_calculator.WithholdingView.as_view(), name="withholding"),
    path("calculer/aide-juridictionnelle/", legal_aid_calculator.LegalAidView.as_view(), name="legal_aid"),
    path("trop-percus/nouveau/", notice.NewNotice.as_view(), name="notice"),
    path("situations/<uuid:case>/trop-percu/", notice.NewNotice.as_view(), name="case_notice"),
    path(
        "situations/<uuid:case>/notifications/<uuid:notice>/verification/",
        notice_check.CorrectNoticeCheck.as_view(),
        name="case_notice_check",
    ),
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
    path(
        "situations/<uuid:case>/lignes/<uuid:line>/oral/", oral_exchange.NoteSpoken.as_view(), name="case_line_spoken"
    ),
    path(
        "situations/<uuid:case>/lignes/<uuid:line>/retenue/",
        withholding_check.CheckWithholding.as_view(),
        name="case_line_withholding",
    ),
    path("situations/<uuid:case>/lignes/<uuid:line>/fraude/", fraud.CorrectFraud.as_view(), name="case_line_fraud"),
    path(
        "situations/<uuid:case>/lignes/<uuid:line>/courriers/<slug:kind>/",
        line_letters.WriteLineLetter.as_view(),
        name="case_line_letter",
    ),
    path(
        "situations/<uuid:case>/lignes/<uuid:line>/pieces/", line_papers.LinePapers.as_view(), name="case_line_papers"
    ),
    path(
        "situations/<uuid:case>/lignes/<uuid:line>/questions/",
        operator_question.AskQuestion.as_view(),
        name="case_line_ask",
    ),
    path(
        "situations/<uuid:case>/lignes/<uuid:line>/questions/<uuid:question>/retirer/",
        operator_question.WithdrawQuestion.as_view(),
        name="case_line_question_withdraw",
    ),
    path("questions/", questions.QuestionsPage.as_view(), name="questions"),
    path("questions/bilan/", questions.CauseReportPage.as_view(), name="questions_report"),
    path("questions/bilan/annee/", cause_year.CauseYearPage.as_view(), name="questions_year"),
    path("questions/bilan/annee/<slug:extension>/", cause_year.CauseYearFile.as_view(), name="questions_year_file"),
    path("questions/alertes/<int:alert>/", cause_alert.CauseAlertPage.as_view(), name="cause_alert"),
    path("questions/alertes/<int:alert>/courrier/", cause_alert.CauseAlertLetter.as_view(), name="cause_alert_letter"),
    path("questions/alertes/<int:alert>/envoi/", cause_alert.CauseAlertSent.as_view(), name="cause_alert_sent"),
    path("questions/fichier/", answer_file.AnswerFilePage.as_view(), name="questions_file"),
    path("questions/fichier/telecharger/", answer_file.ExportQuestions.as_view(), name="questions_export"),
    path("questions/suivies/fichier/", answer_file.FollowedAnswerFilePage.as_view(), name="followed_questions_file"),
    path(
        "questions/suivies/fichier/telecharger/",
        answer_file.ExportFollowedQuestions.as_view(),
        name="followed_questions_export",
    ),
    path("questions/<uuid:question>/", questions.QuestionPage.as_view(), name="question"),
    path(
        "situations/<uuid:case>/courriers/<uuid:letter>/copie/", line_letters.LetterCopy.as_view(), name="letter_copy"
    ),
]
