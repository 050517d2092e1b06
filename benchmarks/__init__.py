"""Measurements of the engine as a whole process, beside its peers and the floors of the machine."""
