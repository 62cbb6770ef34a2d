"""The promise: who agreed what, with whom, until when."""
