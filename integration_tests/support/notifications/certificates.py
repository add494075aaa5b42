"""Certificates for servers on the loopback interface: of an authority that a test trusts or not."""

import ssl
from pathlib import Path

import trustme


class Authority:
    """An authority that certifies servers.

    Args:
        folder: Where its own certificate is written.
    """

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.file = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(self.file)

    def server(self, name: str = "127.0.0.1") -> ssl.SSLContext:
        """Return what a server of that name or address needs."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(name).configure_cert(context)
        return context
