"""Content-addressed storage: digests, trees, stores, materialising. Knows nothing of builds."""
