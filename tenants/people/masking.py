"""What may be shown of a personal number to someone who needs to recognise it, not to know it."""


def mask(value: str | None, *, shown: int = 4) -> str:
    """The first `shown` characters, the rest as asterisks; at most half of a short value is shown."""
    text = value or ""
    head = min(shown, len(text) // 2)
    return text[:head] + "*" * (len(text) - head)


def mask_nik(value: str | None) -> str:
    """`3325************`: the region of first issue stays, birth date and serial do not."""
    return mask(value)


mask_kk = mask_nik


def mask_tail(value: str | None, *, shown: int = 4) -> str:
    """`********7890`, for telephone and bank account numbers, which people know by their end."""
    text = value or ""
    tail = min(shown, len(text) // 2)
    return "*" * (len(text) - tail) + text[len(text) - tail :]


def mask_name(value: str | None) -> str:
    """`S*** A******`: initials and lengths, for public tracking pages."""
    return " ".join(word[0] + "*" * (len(word) - 1) for word in (value or "").split())
