//! Mails: one worker takes the outbox row by row, decides what each leads to, and sends. The only
//! place that knows SMTP.

mod letter;
mod transport;
mod worker;

pub use letter::Written;
pub use transport::{Transport, TransportError};
pub use worker::run;

/// Whether mails can come from this: `FLOATER <floater@example.org>`.
#[must_use]
pub fn is_sender(text: &str) -> bool {
    text.parse::<lettre::message::Mailbox>().is_ok()
}
