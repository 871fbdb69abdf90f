"""Why things are as they are, in words."""
