"""A saved search: a question about leads or others that keeps its name, one's own or shared."""
