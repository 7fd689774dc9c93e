"""A stage transition: one entry of a lead or an opportunity into a stage. Outlives its lead."""
