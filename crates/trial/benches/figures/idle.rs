//! P12: resident memory of the server for each idle link.

use crate::people::Person;
use crate::raw::{Door, Raw};
use floater_proto::limits;
use floater_trial::{Floaterd, Outcome, Setup, Trouble};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::io;
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

const LINKS: usize = 8_000;
/// Links that are being opened at the same time.
const AT_ONCE: usize = 32;

/// Links that have not logged in.
pub(crate) async fn measure_strangers(server: &mut Floaterd) -> Outcome<()> {
    let web = Door::Web(server.web());
    one(server, ("WebSocket", &web), &[]).await?;
    let tls = Door::Tls(server.native(), encrypt(server)?);
    one(server, ("TLS", &tls), &[]).await?;
    server.change(Setup::without_tls)?;
    again(server).await
}

/// Links in session, sixteen for each of these people.
pub(crate) async fn measure_in_session(server: &mut Floaterd, people: &[Person]) -> Outcome<()> {
    let web = Door::Web(server.web());
    one(server, ("WebSocket, in session", &web), people).await?;
    let tls = Door::Tls(server.native(), encrypt(server)?);
    one(server, ("TLS, in session", &tls), people).await
}

async fn again(server: &mut Floaterd) -> Outcome<()> {
    server.kill().await?;
    server.start_again().await
}

async fn one(server: &mut Floaterd, (name, door): (&str, &Door), people: &[Person]) -> Outcome<()> {
    again(server).await?;
    let before = resident(server)?;
    let opening = (0..LINKS).map(|number| open(door, people.get(number % people.len().max(1))));
    let opened: Vec<Raw> = stream::iter(opening)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let mut links = JoinSet::new();
    for link in opened {
        links.spawn(link.idle());
    }
    // Idle, but alive: signs of life have gone both ways on every link.
    tokio::select! {
        () = tokio::time::sleep(limits::PING_EVERY * 2) => {}
        Some(gone) = links.join_next() => {
            let why = gone.map_or_else(|error| error.to_string(), |trouble| trouble.to_string());
            return Err(Trouble::Wrong(format!("{name}: an idle link is gone: {why}")));
        }
    }
    let after = resident(server)?;
    let each = after.saturating_sub(before) as f64 / LINKS as f64;
    println!(
        "P12 {name}: {each:.2} KiB each ({LINKS} links: {before} KiB before, {after} KiB with them)"
    );
    Ok(())
}

async fn open(door: &Door, person: Option<&Person>) -> Outcome<Raw> {
    match person {
        Some(person) => person.link(door).await,
        None => Raw::dial(door).await,
    }
}

/// Kibibytes. The exact count: the one of `status` lags behind by thread.
fn resident(server: &Floaterd) -> Outcome<u64> {
    let process = server
        .process()
        .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
    let told = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
    let line = told.lines().find_map(|line| line.strip_prefix("Rss:"));
    let count = line.and_then(|line| line.split_whitespace().next());
    let count = count.and_then(|count| count.parse().ok());
    Ok(count.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?)
}

/// From the next start on the server speaks TLS; how to connect to it.
fn encrypt(server: &mut Floaterd) -> Outcome<TlsConnector> {
    server.change(Setup::with_tls)?;
    let certificate = CertificateDer::from_pem_file(server.certificate());
    let mut roots = RootCertStore::empty();
    roots
        .add(certificate.map_err(io::Error::other)?)
        .map_err(io::Error::other)?;
    let config =
        ClientConfig::builder_with_provider(Arc::new(crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
