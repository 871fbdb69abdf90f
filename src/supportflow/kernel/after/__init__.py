"""What follows from an event or a decision; `order` says in which order, and why."""
