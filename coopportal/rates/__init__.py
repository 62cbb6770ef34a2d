"""How often each caller has called, over all workers. Not here: who a caller is, what a refusal says."""
