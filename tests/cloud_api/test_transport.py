"""TLS: who is trusted, and what a failed handshake means."""

import datetime
import ssl

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cloud_api import messages, transport
from cloud_api.client import Client
from cloud_api.errors import NotSent
from cloud_api.events import Person
from cloud_api.transport import shared_session
from tests.cloud_api.conftest import Answer


@pytest.fixture
def certificate(tmp_path):
    """A self-signed certificate for the name localhost, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path / "localhost.pem"
    file.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def tls_server(server, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


@pytest.fixture
def trusted(certificate, monkeypatch):
    """The authorities of this process are our own certificate alone."""
    monkeypatch.setattr(requests.certs, "where", lambda: str(certificate))
    transport._tls_context.cache_clear()
    yield
    transport._tls_context.cache_clear()


def send(host, port):
    session = shared_session()
    client = Client(f"https://{host}:{port}", "v25.0", "EAAsecret", session=session, connect_timeout=2, read_timeout=2)
    try:
        return [client.send("1", Person(phone="919812345678"), messages.text("hi")).wamid for _ in range(2)]
    finally:
        session.close()


def test_a_certificate_of_a_known_authority_is_trusted_and_the_connection_reused(tls_server, trusted):
    assert send("localhost", tls_server.server_address[1]) == ["wamid.A", "wamid.A"]
    assert len({request["connection"] for request in tls_server.requests}) == 1


def test_a_certificate_of_an_unknown_authority_gets_nothing(tls_server):
    with pytest.raises(NotSent, match="SSLCertVerificationError"):
        send("localhost", tls_server.server_address[1])
    assert not tls_server.requests


def test_a_certificate_for_another_name_gets_nothing(tls_server, trusted):
    with pytest.raises(NotSent, match="SSLCertVerificationError"):
        send("127.0.0.1", tls_server.server_address[1])
    assert not tls_server.requests


def test_authorities_are_loaded_once_for_all_sessions(trusted):
    contexts = []
    for session in (shared_session(), shared_session()):
        contexts.append(session.get_adapter("https://x").poolmanager.connection_pool_kw["ssl_context"])
        session.close()
    assert contexts[0] is contexts[1]


def test_the_session_keeps_no_cookies_and_reads_no_netrc_whoever_uses_it(server, session, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.usual = Answer(headers={"Set-Cookie": "sb=tracked; Path=/"})
    for _ in range(2):
        session.get(server.url, headers={"Authorization": "Bearer EAAsecret"}, timeout=2)
    assert [request["headers"].get("Cookie") for request in server.requests] == [None, None]
    assert {request["headers"]["Authorization"] for request in server.requests} == {"Bearer EAAsecret"}
