//! `floater doctor` behind no NAT at all, on this machine; and where nobody helps.

use floater_trial::{Floaterd, Setup, Terminal, reached};
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

type Outcome = Result<(), Box<dyn Error>>;

fn doctor(server: &Floaterd, home: &Path) -> Result<Terminal, Box<dyn Error>> {
    let address = format!("floater://{}", server.native());
    Ok(Terminal::start("doctor", &address, home, &["doctor"])?)
}

#[tokio::test]
async fn nothing_is_told_where_nobody_helps() -> Outcome {
    let home = tempfile::tempdir()?;
    let server = Floaterd::start().await?;
    let mut doctor = doctor(&server, home.path())?;
    let told = "does not help with direct connections";
    doctor.reads(told).await?;
    assert_eq!(doctor.ends().await?, Some(1));
    Ok(())
}

#[tokio::test]
async fn a_network_is_told_without_an_account() -> Outcome {
    let home = tempfile::tempdir()?;
    let setup = Setup::on_loopback()?.with_reflectors_here();
    let server = Floaterd::start_as(setup).await?;
    let mut doctor = doctor(&server, home.path())?;
    for line in [
        "Mapping (RFC 4787): no NAT",
        "Ports: those of this machine",
        "Filtering (RFC 4787): endpoint-independent (EIF) or address-dependent (ADF): with one",
        "Port mapping (PCP, NAT-PMP, UPnP): not needed",
        "IPv6: unknown: the server has no IPv6 address",
        "Direct with: everybody who allows it",
    ] {
        doctor.reads(line).await?;
    }
    assert_eq!(doctor.ends().await?, Some(0));
    Ok(())
}

/// Reflectors at 127.0.0.1 and 127.0.0.2.
fn at_two_addresses() -> Result<Setup, Box<dyn Error>> {
    let bind = || TcpListener::bind("0.0.0.0:0");
    let held = [bind()?, bind()?];
    let [one, other] = [held[0].local_addr()?.port(), held[1].local_addr()?.port()];
    let everywhere = [one, other].map(|port| SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)));
    let second = SocketAddr::from(([127, 0, 0, 2], one));
    Ok(Setup::on_loopback()?.with_reflectors(&everywhere, &[second]))
}

/// P25: whatever the server has ever dialled is the one port that asked for it.
#[tokio::test]
async fn p25_the_server_dials_whoever_asks_and_nobody_else() -> Outcome {
    let home = tempfile::tempdir()?;
    let trace = home.path().join("trace");
    let server = Floaterd::start_traced(at_two_addresses()?, &trace).await?;
    assert!(reached(&trace)?.is_empty(), "{:?}", reached(&trace)?);
    let mut doctor = doctor(&server, home.path())?;
    let told = "Filtering (RFC 4787): endpoint-independent (EIF): no firewall";
    doctor.reads(told).await?;
    assert_eq!(doctor.ends().await?, Some(0));
    let dialled = reached(&trace)?;
    let ports = [server.native().port(), server.web().port()];
    let of_server = |it: &SocketAddr| ports.contains(&it.port()) || !it.ip().is_loopback();
    assert_eq!(dialled.len(), 1, "{dialled:?}");
    assert!(!dialled.iter().any(of_server), "{dialled:?}");
    Ok(())
}
