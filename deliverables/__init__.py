"""The delivery: what was put in place, and how we know."""
