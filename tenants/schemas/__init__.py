"""The schema of a regency: a copy of the template schema that migrations keep current.

After a deployment `migrate_template()` migrates the template and publishes what it consists of as a script;
`make_schema(name)` takes a ready copy from the standby pool, or replays the script; `fill_pool()` and `prune_pool()`
look after the pool. `compare` tells how a regency's schema differs from the template.

Import from the files themselves; this one imports nothing, because the models are loaded before the apps are ready.
"""
