"""Reading a document from a file, a text or plain data."""
