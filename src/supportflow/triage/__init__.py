"""From a message to a place in the queue: what it is about, and how urgent it is."""
