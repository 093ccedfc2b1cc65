from tests.modules.services.conftest import _files_lie_apart, visitor

__all__ = ["_files_lie_apart", "visitor"]
