"""Questions to a desk. Nothing is changed by asking."""
