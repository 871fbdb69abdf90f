"""Commands on tickets, agents and people: cleaned, prepared, decided, committed."""
