"""Keeps secrets out of what is printed and recorded, whoever repeats them: an answer, an exception."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "[hidden]"


class Scrubber:
    """Replaces secrets in texts.

    Args:
        secrets: What must not be seen, in none of the forms in which it may come back.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        # The longest first: a part of it that is a secret as well must not leave the rest of it behind.
        self._forms = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return a text without the secrets."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return text

    def __repr__(self) -> str:
        return f"Scrubber({len(self._forms)} forms)"


def _forms(secret: str) -> set[str]:
    raw = secret.encode()
    coded = {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()}
    return {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        html.escape(secret),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        *coded,
        *(code.rstrip("=") for code in coded),
    }
