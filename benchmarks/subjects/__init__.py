"""The build tools that are measured; a new peer is a module here and a line in `registry`."""
