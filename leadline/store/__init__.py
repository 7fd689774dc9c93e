"""PostgreSQL: the pool, the unit of work, generic reads and writes, events, migrations."""
