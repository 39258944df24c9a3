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
        "step.planned": "a construit le plan d’actions",
        "step.monitored": "a fait le point",
        "task.given": "a confié une tâche",
        "task.escalated": "le responsable est alerté : pas de réponse à l’orientation",
        "file.imported": "a importé un fichier",
        "import.undone": "a annulé l’import qui avait signalé cet impayé",
        "lot.received": "un import oriente plusieurs situations",
        "watch.forgotten": "une veille de plus de trois mois est oubliée",
        "debt.cleared": "la dette est soldée : clôture proposée",
    }
)
