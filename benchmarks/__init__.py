"""Programs that measure sknn and its peers: ``python -m benchmarks.training`` and others."""
