"""Folding, one module for each of `model/events`; `evolve` puts them together."""
