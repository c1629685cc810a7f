"""Plans, status and reports as text and JSON. Pure: from values to lines."""
