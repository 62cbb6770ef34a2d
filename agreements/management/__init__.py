"""Command line of the promise side."""
