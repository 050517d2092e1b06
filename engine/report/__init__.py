"""What shows a build: console, live display, json."""
