"""Routing: what tickets need, who can take them, and the floor on which the two meet."""
