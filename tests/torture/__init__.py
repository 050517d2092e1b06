"""Attacks on whole builds: killed, flooded, starved; short in every run, long with `--torture`."""
