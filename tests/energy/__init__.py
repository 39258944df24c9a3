"""A fourth procedure, as somebody would write it: what docs/add-a-procedure.md walks through."""
