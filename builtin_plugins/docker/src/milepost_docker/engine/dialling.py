"""Sockets to engines, plain or TLS: what all that is asked of one goes over."""

from __future__ import annotations

import socket

from milepost_docker.engine.address import Address, Tls

CONNECT = 15.0
"""How long another machine may take to accept a connection, in seconds: no cancel is heard meanwhile."""


def dial(address: Address, timeout: float | None) -> socket.socket:
    """Return a connected socket. Raises OSError, and ssl.SSLError among them."""
    if address.scheme == "unix":
        line = socket.socket(socket.AF_UNIX)
        try:
            line.settimeout(timeout)
            line.connect(address.path)
        except OSError:
            line.close()
            raise
        return line
    plain = socket.create_connection(address.host_and_port, min(timeout or CONNECT, CONNECT))
    plain.settimeout(timeout)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _secured(plain, address.tls, address.host_and_port[0]) if address.tls else plain


def _secured(plain: socket.socket, tls: Tls, host: str) -> socket.socket:
    """Return the connection with TLS around it."""
    import ssl  # noqa: PLC0415  most engines are spoken to on a Unix socket

    try:
        secure = ssl.create_default_context(cafile=tls.file("ca.pem"))
        if not tls.verify:
            secure.check_hostname = False
            secure.verify_mode = ssl.CERT_NONE
        if (cert := tls.file("cert.pem")) and (key := tls.file("key.pem")):
            secure.load_cert_chain(cert, key)
        return secure.wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise
