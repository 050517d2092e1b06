"""All that is known of GNU make: the invocation, what makefiles include, the environment they see."""
