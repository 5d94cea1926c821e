"""Programs that measure sknn and its peers; run them as modules, for example benchmarks.training."""
