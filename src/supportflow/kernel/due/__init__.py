"""What time will do to a ticket, asked of the ticket and its policy alone."""
