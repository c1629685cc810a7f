"""The frozen values that pass between loading, observing, planning, applying and rendering."""
