"""What all resources of the Close dialect share: ids, lists, errors, filters, usual operations."""
