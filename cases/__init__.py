"""Who and what: people, structures, cases, debts, deadlines, documents, journal, permissions."""
