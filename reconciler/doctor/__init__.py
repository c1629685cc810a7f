"""The checkup behind `reconciler doctor`: every target of the specs, each kind by its engine."""
