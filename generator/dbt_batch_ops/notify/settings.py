"""What the one who delivers has to know, from the environment only: no secret is in an argument."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import getaddresses
from urllib.parse import SplitResult, unquote, urlsplit

SMTP = "DBT_BATCH_OPS_SMTP_"
WEBHOOK = "DBT_BATCH_OPS_WEBHOOK_"
VARIABLES = {
    "email": f"{SMTP}HOST, {SMTP}FROM and {SMTP}TO",
    "webhook": f"{WEBHOOK}URL",
}
"""The variables without which a channel is not set up."""

_SECURITY = ("starttls", "tls", "none")
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_PLAIN_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_SHORTEST_KEY = 24


class SettingsError(Exception):
    """The environment says something that cannot be; the message names every variable, and no secret."""


@dataclass(frozen=True)
class SmtpSettings:
    """How mail is sent."""

    host: str
    port: int
    security: str
    sender: Address
    recipients: tuple[Address, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str | None = None


@dataclass(frozen=True)
class WebhookSettings:
    """Where messages are posted to, and with what they are signed."""

    url: SplitResult = field(repr=False)
    keys: tuple[bytes, ...] = field(default=(), repr=False)
    secret: str = field(default="", repr=False)
    ca_file: str | None = None

    @property
    def credentials(self) -> tuple[str, str] | None:
        """The user and the password of the URL."""
        if self.url.username is None:
            return None
        return unquote(self.url.username), unquote(self.url.password or "")


@dataclass(frozen=True)
class Settings:
    """The channels that are set up; ``None`` for one that is not."""

    email: SmtpSettings | None
    webhook: WebhookSettings | None


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings of all channels. A variable that is empty is not set.

    Raises:
        SettingsError: They cannot be; the message has a line for each problem.
    """
    given = {name: value.strip() for name, value in environment.items() if value.strip()}
    problems: list[str] = []
    settings = Settings(_smtp(given, problems), _webhook(given, problems))
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def _smtp(given: Mapping[str, str], problems: list[str]) -> SmtpSettings | None:
    names = [name for name in given if name.startswith(SMTP)]
    if not names:
        return None
    missing = [name for name in (f"{SMTP}HOST", f"{SMTP}FROM", f"{SMTP}TO") if name not in given]
    problems += [f"{name} is missing, and {names[0]} is set" for name in missing]
    host = given.get(f"{SMTP}HOST", "")
    user, password = given.get(f"{SMTP}USER", ""), given.get(f"{SMTP}PASSWORD", "")
    if bool(user) != bool(password):
        problems.append(f"{SMTP}USER and {SMTP}PASSWORD belong together, and only one is set")
    if not (user + password).isascii():
        problems.append(f"{SMTP}USER and {SMTP}PASSWORD must be ASCII")
    port = _port(given.get(f"{SMTP}PORT"), problems)
    security = given.get(f"{SMTP}SECURITY", "").lower()
    if security and security not in _SECURITY:
        problems.append(f"{SMTP}SECURITY must be one of {', '.join(_SECURITY)}")
        security = ""
    if not security:
        # Nothing is sent in the clear unless it stays on this machine, and a password not even there.
        security = "tls" if port == _PORTS["tls"] else "none" if _is_local(host) and not user else "starttls"
    senders = _addresses(f"{SMTP}FROM", given.get(f"{SMTP}FROM", ""), problems)
    if len(senders) > 1:
        problems.append(f"{SMTP}FROM must be one address")
    recipients = _addresses(f"{SMTP}TO", given.get(f"{SMTP}TO", ""), problems)
    ca_file = _ca_file(f"{SMTP}CA_FILE", given, problems)
    if problems or not senders:
        return None
    port = port or _PORTS[security]
    return SmtpSettings(host, port, security, senders[0], recipients, user, password, ca_file)


def _webhook(given: Mapping[str, str], problems: list[str]) -> WebhookSettings | None:
    names = [name for name in given if name.startswith(WEBHOOK)]
    if not names:
        return None
    if f"{WEBHOOK}URL" not in given:
        problems.append(f"{WEBHOOK}URL is missing, and {names[0]} is set")
        return None
    url = _url(given[f"{WEBHOOK}URL"])
    if url is None:
        # Not with its value: what is wrong about it may be the password in it.
        problems.append(f"{WEBHOOK}URL must be a URL such as https://example.com/hooks/batch-ops")
    secret = given.get(f"{WEBHOOK}SECRET", "")
    keys = tuple(key for part in secrets_of(secret) if (key := _key(part, problems)))
    ca_file = _ca_file(f"{WEBHOOK}CA_FILE", given, problems)
    return None if url is None else WebhookSettings(url, keys, secret, ca_file)


def secrets_of(text: str) -> list[str]:
    """Return the secrets of a variable: several while they are exchanged, if each is a whsec_…, else one."""
    parts = text.split()
    return parts if all(part.startswith("whsec_") for part in parts) else [text]


def _key(secret: str, problems: list[str]) -> bytes | None:
    """Return the key of a secret: what whsec_… encodes, else the text itself."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if len(key) < _SHORTEST_KEY:
        problems.append(
            f"{WEBHOOK}SECRET: behind whsec_ there must be base64 of at least {_SHORTEST_KEY} bytes"
        )
        return None
    return key


def _url(text: str) -> SplitResult | None:
    if not text.isascii() or not text.isprintable() or " " in text:
        return None
    try:
        url = urlsplit(text)
        is_valid = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        return None
    return url if is_valid else None


def _port(text: str | None, problems: list[str]) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        problems.append(f"{SMTP}PORT must be a number from 1 to 65535")
        return None
    return int(text)


def _addresses(name: str, text: str, problems: list[str]) -> tuple[Address, ...]:
    if not text:
        return ()
    found = getaddresses([text])
    if not all(_PLAIN_ADDRESS.fullmatch(spec) and spec.isascii() for _, spec in found):
        problems.append(f"{name} must be addresses such as ops@example.com, separated by commas")
        return ()
    if not text.isprintable():
        problems.append(f"{name} must be on one line")
        return ()
    try:
        return tuple(Address(display_name=label, addr_spec=spec) for label, spec in found)
    except (ValueError, HeaderParseError):  # two dots in a row, for example
        problems.append(f"{name} has an address that cannot be")
        return ()


def _ca_file(name: str, given: Mapping[str, str], problems: list[str]) -> str | None:
    file = given.get(name)
    if file is not None:
        try:
            ssl.create_default_context(cafile=file)
        except OSError as error:  # ssl.SSLError is one as well.
            problems.append(f"{name}: {file} has no certificates that can be read: {error.strerror or error}")
    return file


def _is_local(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
