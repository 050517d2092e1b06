"""The composition root: the whole story of a build."""
