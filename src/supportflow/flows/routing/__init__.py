"""Dispatch, and places in the queue."""
