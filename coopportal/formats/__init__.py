"""How dates and numbers are written and read, one package a language."""
