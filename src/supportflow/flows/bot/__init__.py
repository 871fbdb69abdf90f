"""What the bot and the agent's screen are given, and what the bot answers."""
