"""Accounts: the second factor, sessions, what is tried and what was done with a sign-in (decisions/0021)."""
