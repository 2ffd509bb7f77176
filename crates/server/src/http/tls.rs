use crate::config::Tls;
use data_encoding::HEXLOWER;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, SupportedProtocolVersion};
use sha2::{Digest, Sha256};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;
use tokio_rustls::TlsAcceptor;

/// Why certificates cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file is no PEM, or holds nothing.
    #[error("[tls] {file}: {error}")]
    Pem {
        /// Which file.
        file: String,
        /// Why.
        error: rustls::pki_types::pem::Error,
    },
    /// Certificate and key do not go together, or are of a kind that is not supported.
    #[error("[tls] {0}")]
    Unusable(#[from] rustls::Error),
}

/// The certificate in use; both doors ask for it at every handshake.
#[derive(Debug)]
pub struct Certificates {
    config: Tls,
    current: RwLock<Arc<CertifiedKey>>,
    seen: RwLock<Stamp>,
}

/// When both files were last written.
type Stamp = [Option<SystemTime>; 2];

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn read(config: &Tls) -> Result<Arc<Self>, TlsError> {
        let seen = RwLock::new(stamp(config));
        let current = RwLock::new(load(config)?);
        Ok(Arc::new(Self {
            config: config.clone(),
            current,
            seen,
        }))
    }

    /// Reads the files again if they changed. What cannot be used leaves the old ones in use.
    pub fn refresh(&self) {
        let now = stamp(&self.config);
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        if *seen == now {
            return;
        }
        *seen = now;
        match load(&self.config) {
            Ok(fresh) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
                let fingerprint = self.fingerprint();
                tracing::info!(fingerprint, "the certificate was read again");
            }
            Err(error) => tracing::error!(%error, "the new certificate cannot be used"),
        }
    }

    /// The SHA-256 of the certificate in use, in hexadecimal: native clients can name it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let certificate = current.cert.first().map(AsRef::as_ref);
        HEXLOWER.encode(&Sha256::digest(certificate.unwrap_or_default()))
    }

    /// Handshakes for browsers: TLS 1.2 and 1.3, HTTP/1.1.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn for_http(self: &Arc<Self>) -> Result<TlsAcceptor, TlsError> {
        self.acceptor(rustls::ALL_VERSIONS, &[b"http/1.1"])
    }

    /// Handshakes for native clients: TLS 1.3 only.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn for_native(self: &Arc<Self>) -> Result<TlsAcceptor, TlsError> {
        self.acceptor(&[&rustls::version::TLS13], &[])
    }

    fn acceptor(
        self: &Arc<Self>,
        versions: &[&'static SupportedProtocolVersion],
        alpn: &[&[u8]],
    ) -> Result<TlsAcceptor, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let resolver: Arc<dyn ResolvesServerCert> = Arc::clone(self) as _;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(
            &self.current.read().unwrap_or_else(PoisonError::into_inner),
        ))
    }
}

fn stamp(config: &Tls) -> Stamp {
    [&config.certificate, &config.key].map(|path| {
        std::fs::metadata(path)
            .and_then(|file| file.modified())
            .ok()
    })
}

fn load(config: &Tls) -> Result<Arc<CertifiedKey>, TlsError> {
    let pem = |path: &std::path::Path| {
        let file = path.display().to_string();
        move |error| TlsError::Pem { file, error }
    };
    let chain = CertificateDer::pem_file_iter(&config.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(pem(&config.certificate))?;
    let key = PrivateKeyDer::from_pem_file(&config.key).map_err(pem(&config.key))?;
    let provider = aws_lc_rs::default_provider();
    Ok(Arc::new(CertifiedKey::from_der(chain, key, &provider)?))
}
