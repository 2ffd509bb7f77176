//! Strangers without our engine: programs that were written from the pages, and keep to them or do
//! not, against a real `floaterd` and real programs of ours.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by a panic"
)]
#![expect(clippy::print_stdout, reason = "what was done is told")]

mod evil;
mod gate;
mod hidden;
mod hole;
mod hostile;
mod identity;
mod initiator;
#[path = "../../../e2e/tests/stories/noise.rs"]
mod noise;
mod raw;
mod realm;
mod sealed;
mod spelling;
mod stranger;

const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";
