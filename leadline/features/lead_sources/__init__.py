"""A lead source configuration: how leads of one source are taken in, routed and first answered."""
