"""What the workers of dft-relax run for one molecule. An example: it relaxes nothing."""

print("relaxed")
