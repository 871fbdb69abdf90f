"""Routing: who gets which ticket."""
