use super::{Transport, Written};
use crate::store::{Letter, MAIL_LIFE, MailRecord, RETRY_MAX, Stored};
use crate::{Server, figures};
use std::sync::Arc;
use std::time::Duration;

/// The wait after the store failed.
const STORE_AWAY: Duration = Duration::from_secs(2);
/// Asks the store at least this often, whatever it said before.
const IDLE_MAX: u64 = 60;

/// Sends what is in the outbox until the server stops.
pub async fn run(server: Arc<Server>, transport: Transport) {
    let stop = server.stop.clone();
    let work = async {
        loop {
            match step(&server, &transport).await {
                Ok(true) => {}
                Ok(false) => idle(&server).await,
                Err(error) => {
                    tracing::error!(%error, "the outbox cannot be read or written");
                    tokio::time::sleep(STORE_AWAY).await;
                }
            }
        }
    };
    stop.run_until_cancelled(work).await;
}

/// Waits for the bell or the next try.
async fn idle(server: &Server) {
    let now = server.clock.seconds();
    let next = server
        .store
        .next_mail_at()
        .await
        .ok()
        .flatten()
        .unwrap_or(u64::MAX);
    let wait = next.saturating_sub(now).clamp(1, IDLE_MAX);
    let bell = server.mail_bell.notified();
    // Either is a reason to look again.
    let _ = tokio::time::timeout(Duration::from_secs(wait), bell).await;
}

/// One mail, if one is due.
async fn step(server: &Server, transport: &Transport) -> Stored<bool> {
    let now = server.clock.seconds();
    let Some(mail) = server.store.due_mail(now).await? else {
        return Ok(false);
    };
    let letter = server.store.decide_mail(&mail, now).await?;
    let public_url = &server.config.http.public_url;
    let Some(written) = Written::new(letter, &mail, &server.secrets, public_url) else {
        server.store.settle_mail(mail.id, now).await?;
        return Ok(true);
    };
    match transport.send(&mail, &written).await {
        Ok(()) => sent(server, &mail, letter).await?,
        Err(error) => failed(server, &mail, &error).await?,
    }
    Ok(true)
}

async fn sent(server: &Server, mail: &MailRecord, letter: Letter) -> Stored<()> {
    figures::mail("sent");
    tracing::info!(mail = %mail.id, ?letter, "a mail went out");
    server
        .store
        .settle_mail(mail.id, server.clock.seconds())
        .await
}

async fn failed(server: &Server, mail: &MailRecord, error: &super::TransportError) -> Stored<()> {
    figures::mail("failed");
    let now = server.clock.seconds();
    if now.saturating_sub(mail.created) >= MAIL_LIFE {
        figures::mail("given-up");
        tracing::error!(mail = %mail.id, tries = mail.tries, %error, "a mail is given up");
        return server.store.settle_mail(mail.id, now).await;
    }
    let wait = retry_after(server.config.mail.retry_seconds, mail.tries);
    tracing::warn!(mail = %mail.id, tries = mail.tries, wait, %error, "a mail did not go out");
    server
        .store
        .postpone_mail(mail.id, now.saturating_add(wait))
        .await
}

/// Twice as long each time, at most an hour.
fn retry_after(first: u64, tries: u32) -> u64 {
    let factor = 1_u64.checked_shl(tries.min(32)).unwrap_or(u64::MAX);
    first.saturating_mul(factor).min(RETRY_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_an_hour() {
        let waits: Vec<_> = [0, 1, 2, 8, 9, 100]
            .map(|tries| retry_after(10, tries))
            .into();
        assert_eq!(waits, [10, 20, 40, 2560, 3600, 3600]);
    }
}
