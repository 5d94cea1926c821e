"""Objects as files that run no code: a graph in JSON and arrays beside it, in one zip."""
