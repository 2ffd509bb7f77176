//! With certificate files both doors speak TLS, prefer the hybrid key exchange, and take a new
//! certificate without a restart.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod world;

use floater_server::http::Certificates;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, NamedGroup, ProtocolVersion, RootCertStore};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use world::World;

/// Writes a certificate of one's own and its key, and returns the certificate.
fn certify(directory: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(directory.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(directory.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    made.cert.der().clone()
}

async fn connect(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

#[tokio::test]
async fn both_doors_speak_tls_with_the_hybrid_exchange() {
    let directory = tempfile::tempdir().unwrap();
    let trusted = certify(directory.path());
    let world = World::with(Vec::new(), |config| {
        config.http.public_url = "https://localhost".to_owned();
        config.tls.certificate = directory.path().join("cert.pem");
        config.tls.key = directory.path().join("key.pem");
    })
    .await;
    for address in [world.running.http, world.running.native.unwrap()] {
        let stream = connect(address, &trusted).await.unwrap();
        let (_, session) = stream.get_ref();
        assert_eq!(session.protocol_version(), Some(ProtocolVersion::TLSv1_3));
        let group = session
            .negotiated_key_exchange_group()
            .map(|group| group.name());
        assert_eq!(group, Some(NamedGroup::X25519MLKEM768));
    }
    let mut stream = connect(world.running.http, &trusted).await.unwrap();
    let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    // The text is whole before the connection ends, however it ends.
    stream.read_to_string(&mut answer).await.ok();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(
        answer.contains("strict-transport-security: max-age=31536000\r\n"),
        "{answer}"
    );
}

/// The proxy speaks TLS for the page, and nobody does it for the native door.
#[tokio::test]
async fn behind_a_proxy_the_page_is_plain_and_the_native_door_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let trusted = certify(directory.path());
    let world = World::with(Vec::new(), |config| {
        config.http.public_url = "https://localhost".to_owned();
        config.http.behind_proxy = true;
        config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        config.tls.certificate = directory.path().join("cert.pem");
        config.tls.key = directory.path().join("key.pem");
    })
    .await;
    connect(world.running.native.unwrap(), &trusted)
        .await
        .unwrap();
    let mut stream = TcpStream::connect(world.running.http).await.unwrap();
    let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn a_new_certificate_is_taken_and_a_broken_one_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let first = certify(directory.path());
    let config = floater_server::config::Tls {
        certificate: directory.path().join("cert.pem"),
        key: directory.path().join("key.pem"),
    };
    let certificates = Certificates::read(&config).unwrap();
    let acceptor = certificates.for_http().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that does not trust us breaks the handshake: that is the story.
            acceptor.accept(stream).await.ok();
        }
    });
    connect(address, &first).await.unwrap();
    let before = certificates.fingerprint();
    let second = certify(directory.path());
    certificates.refresh();
    assert_eq!(before.len(), 64);
    assert_ne!(certificates.fingerprint(), before);
    connect(address, &second).await.unwrap();
    assert!(connect(address, &first).await.is_err());
    std::fs::write(directory.path().join("cert.pem"), "no certificate").unwrap();
    certificates.refresh();
    connect(address, &second).await.unwrap();
}
