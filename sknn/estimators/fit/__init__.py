"""One call of fit or partial_fit, from checked arrays to published weights."""
