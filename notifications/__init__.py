"""Who is told: reminders, notices, digests, delivery."""
