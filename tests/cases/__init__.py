"""Tables of cases: one row per class, checked by the generic tests in other folders."""
