//! Blocks, reports, and what whoever moderates does with them.

mod block;
mod picture;
mod report;

pub use block::{block, blocks, end_block};
pub use picture::{Piece, report_picture};
pub use report::report;

use crate::{LobbyAsk, OpenedTicket, Server};
use floater_proto::Secret;
use floater_proto::body::{Fault, Problem};
use tokio::sync::oneshot;

/// What a ticket holds, if this account may use it.
async fn open_ticket(
    server: &Server,
    account: u64,
    ticket: Secret<String>,
) -> Result<OpenedTicket, Problem> {
    let (answer, answered) = oneshot::channel();
    server
        .tell_lobby(LobbyAsk::OpenTicket {
            account,
            ticket,
            answer,
        })
        .await;
    answered
        .await
        .map_err(|_| Problem::new(Fault::Unavailable, "the server stops; try again"))?
}
