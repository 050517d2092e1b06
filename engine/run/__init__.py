"""Running what is not cached: the scheduler, executors and the events that they emit."""
