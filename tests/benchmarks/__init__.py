"""Tests of the benchmarks: the generator, the oracle, and a small whole measurement."""
