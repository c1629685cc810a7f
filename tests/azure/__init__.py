"""A stand-in of AzureML on loopback for tests and benchmarks; see `standin.StandIn`."""
