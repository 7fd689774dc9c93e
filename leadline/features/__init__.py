"""One folder per noun: tables, inputs, queries and actions. Actions are the only writers."""
