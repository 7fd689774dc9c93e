"""An organization: the tenant. Everything else belongs to exactly one."""
