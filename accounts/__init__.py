"""Users and how they sign in. Not here: which side of an agreement somebody stands for."""
