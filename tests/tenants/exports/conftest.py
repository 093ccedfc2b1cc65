from tests.tenants.backups.conftest import kendal, places  # noqa: F401
