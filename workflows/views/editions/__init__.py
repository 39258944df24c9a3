"""Règles: the pilot reads the catalogues, drafts an edition, tries it, sees what would change, publishes it."""
