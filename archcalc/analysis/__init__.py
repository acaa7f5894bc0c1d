"""What follows from the five facts of every op: counts, memory, receptive fields, pins."""
