"""Tests of `engine.sam`."""
