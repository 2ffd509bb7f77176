//! `floaterd --data DIR`: runs until it is told to stop.

use crate::{Place, read_config, say_error};
use anyhow::Context;
use floater_server::Running;
use floater_server::config::Log;
use std::io::IsTerminal;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Runs the server until SIGTERM or SIGINT.
pub(crate) async fn run(place: &Place) -> anyhow::Result<()> {
    let config = read_config(place)?;
    log_to_stderr(&config.log)?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let public_url = config.http.public_url.clone();
    let running = Running::start(config, &place.data).await?;
    announce(&running, &public_url);
    tokio::select! {
        _ = terminate.recv() => (),
        _ = interrupt.recv() => (),
    }
    tracing::info!("stopping: clients are told to come back");
    running.stop().await;
    Ok(())
}

fn log_to_stderr(log: &Log) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&log.filter)
        .with_context(|| format!("[log] filter: `{}`", log.filter))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    Ok(())
}

/// What whoever starts it wants to know first.
fn announce(running: &Running, public_url: &str) {
    say_error(&format!("FLOATER is open at {public_url}"));
    if let Some(native) = running.native {
        say_error(&format!("native clients connect to floater://{native}"));
    }
    if let Some(fingerprint) = &running.fingerprint {
        say_error(&format!("the certificate's fingerprint is {fingerprint}"));
    }
    if let Some(outbox) = &running.outbox {
        let outbox = std::path::absolute(outbox).unwrap_or_else(|_| outbox.clone());
        say_error("");
        say_error("NO MAIL SERVER IS CONFIGURED: mails are written to");
        say_error(&format!("    {}", outbox.display()));
        say_error("and activation codes stand in this log. Set [mail] before others come in.");
        say_error("");
    }
}
