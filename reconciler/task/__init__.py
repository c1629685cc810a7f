"""What a worker runs, compared: its digest, and how two tasks differ."""
