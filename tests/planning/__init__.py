"""The planner: golden cases, properties, and random histories against a model of the world."""
