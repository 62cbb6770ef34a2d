"""Tests of users and signing in."""
