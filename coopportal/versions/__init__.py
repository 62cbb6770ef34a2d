"""Which state the data is in: a token that every committed write renews. Not here: what is made of it."""
