"""Arrays only: specs, the flat parameter vector, and the kernels that read and write it."""
