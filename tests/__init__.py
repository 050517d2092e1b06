"""Tests of the engine, the cache and the benchmarks."""
