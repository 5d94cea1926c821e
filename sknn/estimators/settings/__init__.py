"""From constructor parameters to what training needs."""
