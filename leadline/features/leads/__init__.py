"""A lead: a company or household. It owns the stage, the source and the owner."""
