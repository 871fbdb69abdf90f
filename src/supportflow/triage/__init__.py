"""Triage: what a text is about, how urgent it is, and what must never be kept of it."""
