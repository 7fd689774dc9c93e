"""A group: people who are named together, as a team or a department."""
