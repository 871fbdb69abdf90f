"""Values only: what a ticket, a person, a command and an event are. Nothing here decides anything."""
