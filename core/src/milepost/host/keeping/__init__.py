"""Keeping the history: what is removed and what never is, export and import, moving, checking, mending, counting."""
