"""Tests of the delivery side."""
