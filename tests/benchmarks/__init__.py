"""Tests of the benchmarks themselves: that they compare like with like. No times here."""
