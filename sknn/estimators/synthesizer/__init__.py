"""Tables in, tables out: rows made up, gaps filled, oddities found."""
