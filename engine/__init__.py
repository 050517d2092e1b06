"""A parallel, cached build engine for AWS SAM applications built by make."""

__version__ = "0.1.0"
