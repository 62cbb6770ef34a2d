"""The API's leaf: how an answer is read, written, cut into pages, refused and described. No nouns here."""
