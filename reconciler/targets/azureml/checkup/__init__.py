"""The checkup of AzureML targets, behind `reconciler doctor`."""
