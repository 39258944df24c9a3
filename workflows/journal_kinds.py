"""The journal lines that workflows write, with the words of the timeline."""

from cases import journal

journal.register(
    {
        "report.made": "a signalé un impayé",
        "step.qualified": "a qualifié la situation",
        "step.routed": "orientation décidée par la règle",
        "step.accepted": "a accepté l’orientation",
        "step.declined": "a décliné l’orientation",
        "step.unanswered": "n’a pas répondu à l’orientation dans le délai",
        "step.arbitrated": "a arbitré",
        "contact.taken_up": "a repris le contact fait au guichet",
        "step.planned": "a construit le plan d’actions",
        "step.monitored": "a fait le point",
        "step.dsf_sent": "a informé le juge avant l’audience",
        "track.moved": "la procédure d’expulsion a changé d’étape",
        "order.announced": "a annoncé un commandement de payer",
        "order.called_off": "a retiré l’annonce d’un commandement de payer",
        "court_act.declared": "a déclaré un acte de la procédure d’expulsion",
        "routing.reviewed": "orientation revue : la procédure d’expulsion a changé d’étape",
        "task.given": "a confié une tâche",
        "task.returned": "étape à confier de nouveau : le professionnel n’est plus dans la structure",
        "case.handed_over": "a confié la situation à un autre professionnel",
        "cases.handed_over": "a confié plusieurs situations à un autre professionnel",
        "absence.split": "a changé la répartition d’une absence",
        "absence.covered": "a confié à un remplaçant les situations d’un professionnel absent",
        "absence.uncovered": "un professionnel est absent sans remplaçant",
        "work.returned": "les situations d’un professionnel parti reviennent à sa structure",
        "task.escalated": "le responsable est alerté : pas de réponse à l’orientation",
        "file.imported": "a importé un fichier",
        "mapping.changed": "a corrigé une correspondance de colonnes",
        "mapping.forgotten": "a oublié une correspondance de colonnes",
        "import.undone": "a annulé l’import qui avait signalé cet impayé",
        "lot.answered": "a répondu pour plusieurs situations d’un import",
        "lot.received": "un import oriente plusieurs situations",
        "stock.released": "le tour du dossier est venu : il part être orienté",
        "stock.pace_set": "a fixé le rythme du stock initial",
        "watch.forgotten": "une veille de plus de trois mois est oubliée",
        "debt.cleared": "la dette est soldée : clôture proposée",
    }
)
