"""Tables of cases: one row a class, checked by the generic tests beside them."""
