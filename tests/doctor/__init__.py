"""The checkup of targets: its checks one by one, and against a stand-in of AzureML."""
