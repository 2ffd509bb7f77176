//! `floater doctor` behind no NAT at all, on this machine; and where nobody helps.

use floater_trial::{Floaterd, Terminal};

#[tokio::test]
async fn a_network_is_told_without_an_account() -> Result<(), Box<dyn std::error::Error>> {
    let mut server = Floaterd::start().await?;
    let home = tempfile::tempdir()?;
    let address = format!("floater://{}", server.native());
    let mut doctor = Terminal::start("nobody helps", &address, home.path(), &["doctor"])?;
    doctor
        .reads("does not help with direct connections")
        .await?;
    assert_eq!(doctor.ends().await?, Some(1));

    server.kill().await?;
    server.use_reflectors().await?;
    server.start_again().await?;
    let mut doctor = Terminal::start("doctor", &address, home.path(), &["doctor"])?;
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
