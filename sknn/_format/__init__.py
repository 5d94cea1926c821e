"""Objects as files that run no code: a graph in JSON, and arrays, in one zip."""
