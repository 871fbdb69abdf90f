"""What an organisation writes: the values of a policy document, section by section."""
