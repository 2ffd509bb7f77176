//! The doors: where links come in, and the lobby task behind them.
//!
//! A link is one task over a [`transport::Transport`]: it cuts bytes into messages, asks the
//! verbs, and passes relayed frames straight into the outbox of its partner's link. The lobby
//! task owns the one [`floater_lobby::Lobby`] and tells links what it decides.

mod answer;
mod desk;
mod life;
mod link;
mod listen;
mod open;
mod port;
mod proxied;
pub mod request;
mod transport;
pub mod write;

pub use desk::{LinkAsk, Wish};
pub use listen::{Door, Doors, native, upgrade};
pub use port::Port;

use crate::{LobbyAsk, Server};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Starts the lobby task. It ends when the server stops and every link is told.
pub fn start(server: Arc<Server>, asks: mpsc::Receiver<LobbyAsk>) -> JoinHandle<()> {
    tokio::spawn(desk::run(server, asks))
}
