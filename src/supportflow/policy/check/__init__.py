"""What can be wrong with a policy document, found before anything runs on it. One module a section."""
