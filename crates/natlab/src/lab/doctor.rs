//! `floater doctor` behind each kind of NAT, held against what RFC 4787 says of that kind.

use anyhow::{Context, Result, bail};
use floater_trial::Terminal;

use super::nat::Kind;
use super::party::{address, serve};
use super::site::Site;

const MAPPING: &str = "Mapping (RFC 4787): ";
const PORTS: &str = "Ports: ";
const FILTERING: &str = "Filtering (RFC 4787): ";
const REACH: &str = "Direct with: ";

/// What it says in the first home, in short. An error is a word that is not true.
pub(super) async fn examine(kind: Kind, site: &Site) -> Result<String> {
    let server = serve(&site.server).await?;
    let address = address(&server).await?;
    let data = tempfile::tempdir()?;
    let [home, _] = &site.homes;
    let within = home.enter()?;
    let mut doctor = Terminal::start("doctor", &address, data.path(), &["doctor"])?;
    drop(within);
    let mut said = Vec::new();
    for (about, wanted) in truth(kind) {
        let line = doctor.reads(about).await?;
        let words = line.strip_prefix(about).context("other words before it")?;
        if !words.starts_with(wanted) {
            bail!("{about}{words}, and not {wanted}");
        }
        said.push(wanted.trim_end_matches(';'));
    }
    match doctor.ends().await? {
        Some(0) => Ok(said.join("; ")),
        other => bail!("it ends with {other:?}"),
    }
}

/// Mapping (RFC 4787 §4.1), ports (§4.2.1), filtering (§5), and what follows for direct connections.
const fn truth(kind: Kind) -> [(&'static str, &'static str); 4] {
    let (mapping, ports) = match kind {
        Kind::Public => ("no NAT", "those of this machine"),
        Kind::Cone | Kind::Restricted | Kind::Kept | Kind::Carrier => {
            ("endpoint-independent (EIM)", "those of this machine")
        }
        Kind::Moved => ("endpoint-independent (EIM)", "no pattern seen"),
        Kind::Sequential => (
            "address- and port-dependent (APDM)",
            "predictable, 1 more each time",
        ),
        Kind::Random => ("address- and port-dependent (APDM)", "no pattern seen"),
    };
    let filtering = match kind {
        Kind::Public | Kind::Cone => "endpoint-independent (EIF)",
        Kind::Restricted => "address-dependent (ADF)",
        Kind::Kept | Kind::Moved | Kind::Sequential | Kind::Random | Kind::Carrier => {
            "address- and port-dependent (APDF)"
        }
    };
    let reach = match kind {
        Kind::Sequential => "everybody who allows it, but those whose ports have no pattern",
        Kind::Random => "those with endpoint-independent mapping or no NAT",
        _ => "everybody who allows it;",
    };
    [
        (MAPPING, mapping),
        (PORTS, ports),
        (FILTERING, filtering),
        (REACH, reach),
    ]
}
