"""The command line: argv to options, a build's outcome to text and exit code."""
