"""Tests of the promise side."""
