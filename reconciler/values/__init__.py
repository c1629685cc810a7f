"""Small values that specs, plans and targets share. Nothing here imports anything of ours."""
