"""Tests of the API: its answers over the real data, its refusals, its description."""
