//! `floater doctor` behind no NAT at all, on this machine; and where nobody helps.

use floater_trial::{Floaterd, Setup, Terminal};

#[tokio::test]
async fn a_network_is_told_without_an_account() -> Result<(), Box<dyn std::error::Error>> {
    let address = |server: &Floaterd| format!("floater://{}", server.native());
    let home = tempfile::tempdir()?;
    let server = Floaterd::start().await?;
    let mut doctor = Terminal::start("nobody helps", &address(&server), home.path(), &["doctor"])?;
    doctor
        .reads("does not help with direct connections")
        .await?;
    assert_eq!(doctor.ends().await?, Some(1));

    let setup = Setup::on_loopback()?.with_reflectors_here()?;
    let server = Floaterd::start_as(setup).await?;
    let mut doctor = Terminal::start("doctor", &address(&server), home.path(), &["doctor"])?;
    for line in [
        "Mapping (RFC 4787): no NAT",
        "Ports: those of this machine",
        "Filtering (RFC 4787): unknown",
        "Port mapping (PCP, NAT-PMP, UPnP): not needed",
        "IPv6: unknown: the server has no IPv6 address",
        "Direct with: everybody who allows it",
    ] {
        doctor.reads(line).await?;
    }
    assert_eq!(doctor.ends().await?, Some(0));
    Ok(())
}
