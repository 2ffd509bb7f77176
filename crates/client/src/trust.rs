//! TLS 1.3, with the roots of the system or with one certificate that is known.

use crate::{Fingerprint, Trust};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, PeerIncompatible,
    SignatureScheme,
};
use rustls_platform_verifier::Verifier;
use std::sync::Arc;

/// The server showed another certificate than the one that is pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server shows the certificate {shown}, not {pinned}")]
pub(crate) struct NotPinned {
    pub(crate) pinned: Fingerprint,
    pub(crate) shown: Fingerprint,
}

/// What handshakes need; nothing for a server on this machine.
pub(crate) fn tls(trust: Trust) -> Result<Option<Arc<ClientConfig>>, Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match trust {
        Trust::Loopback => return Ok(None),
        Trust::System => Arc::new(Verifier::new(Arc::clone(&provider))?),
        Trust::Pinned(pinned) => Arc::new(Pinned {
            pinned,
            provider: Arc::clone(&provider),
        }),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(Some(Arc::new(config)))
}

/// Takes one certificate and no other, whatever it says of itself: who holds its key is the
/// server that was meant.
#[derive(Debug)]
struct Pinned {
    pinned: Fingerprint,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let (pinned, shown) = (self.pinned, Fingerprint::of(end_entity));
        if shown == pinned {
            return Ok(ServerCertVerified::assertion());
        }
        let told = OtherError(Arc::new(NotPinned { pinned, shown }));
        Err(CertificateError::Other(told).into())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
