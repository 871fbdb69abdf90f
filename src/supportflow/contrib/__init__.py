"""Rooms for one framework each. Each needs its extra, and nothing else of supportflow imports them."""
