class BackupRefused(Exception):
    """It cannot be done; the text says why and what to do."""


class AlreadyRunning(BackupRefused):
    """Another process is at the same regency."""


class NotUsable(BackupRefused):
    """Damaged, cut, signed by nobody here, or not there any more."""


class PullRefused(BackupRefused):
    """The object cannot come back as it was."""
