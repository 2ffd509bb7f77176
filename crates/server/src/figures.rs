//! What an operator reads at `/metrics`: how many, how much, since when. Nothing about anybody.

use crate::config::Rates;
use crate::door::Door;
use crate::{Counts, LobbyAsk, Server};
use metrics::{counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use std::time::Duration;
use tokio::sync::oneshot;

/// A part that does not answer by then keeps the figures that it had.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);

/// The figures of this process: there is one recorder in a process, whoever asks first makes it.
#[derive(Debug, Clone, Copy)]
pub struct Figures(&'static PrometheusHandle);

impl Figures {
    /// The recorder of this process.
    #[must_use]
    pub fn of_process() -> Self {
        static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
        Self(HANDLE.get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another recorder of metrics is there; ours stays empty");
            }
            describe();
            begin_at_zero();
            handle
        }))
    }

    /// The figures of this moment as Prometheus reads them.
    pub async fn read(self, server: &Server) -> String {
        look_at_links(server);
        look_at_passwords(server);
        // Each by itself: what stands still must not hide the others.
        let lobby = tokio::time::timeout(ANSWER_WITHIN, look_at_lobby(server));
        let mails = tokio::time::timeout(ANSWER_WITHIN, look_at_mails(server));
        let (lobby, mails) = tokio::join!(lobby, mails);
        if lobby.is_err() || mails.is_err() {
            tracing::warn!("some figures are old: a part of the server does not answer");
        }
        self.0.render()
    }

    /// Tidies what is held; to be called now and then.
    pub fn upkeep(self) {
        self.0.run_upkeep();
    }
}

fn describe() {
    describe_gauge!("floater_links", "links that are open, by door");
    describe_gauge!(
        "floater_links_in_session",
        "links on which somebody is logged in"
    );
    describe_gauge!("floater_accounts_here", "accounts with a link in session");
    describe_gauge!("floater_waiting", "accounts that wait for a stranger");
    describe_gauge!("floater_matches", "matches that run or are held");
    describe_gauge!("floater_mails_waiting", "mails in the outbox");
    describe_gauge!(
        "floater_mails_oldest_seconds",
        "age of the oldest of them; 0 for none"
    );
    describe_gauge!(
        "floater_passwords_waiting",
        "passwords being hashed or waiting for it"
    );
    describe_counter!("floater_passwords_hashed_total", "passwords hashed");
    describe_counter!("floater_relayed_bytes_total", "bytes of relayed messages");
    describe_counter!(
        "floater_links_refused_total",
        "links refused: full, or the proxy's header"
    );
    describe_counter!(
        "floater_refused_total",
        "refused as too many, by the key of [rates]; `requests` are those of one link"
    );
    describe_counter!(
        "floater_mails_total",
        "tries to send a mail: sent, failed, given-up"
    );
    describe_counter!(
        "floater_store_errors_total",
        "calls of the store that failed"
    );
    describe_counter!(
        "floater_reports_total",
        "requests that filed a report or added to one"
    );
}

/// A rate can be taken only of what is there from the beginning.
fn begin_at_zero() {
    for (rate, _) in Rates::default().all() {
        counter!("floater_refused_total", "rate" => rate.key()).increment(0);
    }
    counter!("floater_refused_total", "rate" => "requests").increment(0);
    for why in ["full", "proxy"] {
        counter!("floater_links_refused_total", "why" => why).increment(0);
    }
    for how in ["sent", "failed", "given-up"] {
        counter!("floater_mails_total", "how" => how).increment(0);
    }
    counter!("floater_store_errors_total").increment(0);
    counter!("floater_reports_total").increment(0);
}

/// A request was refused as too many by the limit of this name.
pub(crate) fn refused(rate: &'static str) {
    counter!("floater_refused_total", "rate" => rate).increment(1);
}

/// A link was refused at the door.
pub(crate) fn link_refused(why: &'static str) {
    counter!("floater_links_refused_total", "why" => why).increment(1);
}

/// A mail was tried.
pub(crate) fn mail(how: &'static str) {
    counter!("floater_mails_total", "how" => how).increment(1);
}

/// The store failed.
pub(crate) fn store_error() {
    counter!("floater_store_errors_total").increment(1);
}

/// Somebody reported.
pub(crate) fn report() {
    counter!("floater_reports_total").increment(1);
}

fn look_at_links(server: &Server) {
    for (door, name) in [(Door::Web, "web"), (Door::Native, "native")] {
        set(
            gauge!("floater_links", "door" => name),
            server.doors.open_at(door) as u64,
        );
    }
    counter!("floater_relayed_bytes_total").absolute(server.doors.relayed());
}

fn look_at_passwords(server: &Server) {
    set(
        gauge!("floater_passwords_waiting"),
        server.passwords.waiting() as u64,
    );
    counter!("floater_passwords_hashed_total").absolute(server.passwords.hashed());
}

async fn look_at_lobby(server: &Server) {
    let (answer, answered) = oneshot::channel();
    server.tell_lobby(LobbyAsk::Count { answer }).await;
    let Ok(counts) = answered.await else {
        return;
    };
    let Counts {
        in_session,
        here,
        waiting,
        matches,
    } = counts;
    set(gauge!("floater_links_in_session"), in_session as u64);
    set(gauge!("floater_accounts_here"), here as u64);
    set(gauge!("floater_waiting"), waiting as u64);
    set(gauge!("floater_matches"), matches as u64);
}

async fn look_at_mails(server: &Server) {
    let Ok((waiting, oldest)) = server.store.mails_waiting().await else {
        return;
    };
    let age = oldest.map_or(0, |since| server.clock.seconds().saturating_sub(since));
    set(gauge!("floater_mails_waiting"), waiting);
    set(gauge!("floater_mails_oldest_seconds"), age);
}

#[expect(clippy::cast_precision_loss, reason = "no count here comes near 2^53")]
fn set(gauge: metrics::Gauge, value: u64) {
    gauge.set(value as f64);
}
