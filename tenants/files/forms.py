from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.files.uploads import (
    EXTENSIONS,
    JPEG,
    MAX_BYTES,
    PDF,
    PNG,
    FileRefused,
    PreparedUpload,
    kind_names,
    prepare,
)
from tenants.people.formats import ukuran


class UploadField(forms.FileField):
    """A file checked as `files.actions.store` checks it; cleans to what `store(upload=...)` takes.

    The help text, unless given, says which kinds and how much: `PDF, JPG atau PNG, paling besar 5 MB`.
    """

    default_error_messages = {"empty": gettext_lazy("Berkas ini kosong. Pilih berkas lain.")}

    def __init__(self, *, allowed: Iterable[str] = (PDF, JPEG, PNG), max_bytes: int = MAX_BYTES, **kwargs: Any) -> None:
        self.allowed, self.max_bytes = tuple(allowed), max_bytes
        super().__init__(**kwargs)
        if not self.help_text:
            self.help_text = lazy(self.hint, str)()

    def hint(self) -> str:
        """What this field accepts, for a person."""
        return _("%(kinds)s, paling besar %(size)s") % {
            "kinds": kind_names(self.allowed),
            "size": ukuran(self.max_bytes),
        }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        endings = [*self.allowed, *(ending for kind in self.allowed for ending in EXTENSIONS[kind])]
        return {
            **super().widget_attrs(widget),
            "accept": ",".join(endings),
            "data-max-bytes": str(self.max_bytes),
        }

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if not upload or upload is initial:
            return upload
        return self.prepared(upload)

    def prepared(self, upload: Any) -> PreparedUpload:
        try:
            return prepare(upload, allowed=self.allowed, max_bytes=self.max_bytes)
        except FileRefused as refused:
            raise ValidationError(str(refused), code="refused") from None


class _SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class UploadsField(UploadField):
    """Several files at once; cleans to a list. Each refusal names the file it is about."""

    widget = _SeveralFiles

    def __init__(self, *, max_files: int = 10, **kwargs: Any) -> None:
        self.max_files = max_files
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[PreparedUpload]:
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if not files:
            super().clean(None, initial)
            return []
        if len(files) > self.max_files:
            raise ValidationError(
                _("Paling banyak %(limit)d berkas; Anda memilih %(count)d. Kurangi pilihannya.")
                % {"limit": self.max_files, "count": len(files)}
            )
        return self._all_or_every_reason(files)

    def _all_or_every_reason(self, files: list[Any]) -> list[PreparedUpload]:
        kept: list[PreparedUpload] = []
        reasons: list[str] = []
        for file in files:
            try:
                kept.append(self.prepared(file))
            except ValidationError as refused:
                reasons.append(f"{file.name}: {refused.message}")
        if reasons:
            raise ValidationError(reasons)
        return kept
