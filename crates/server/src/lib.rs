//! `floaterd`, the server of FLOATER: listeners, HTTP and WebSocket, accounts, store, mail, relay.
//!
//! It introduces strangers and carries their records; it holds no code that could open one.

mod accept;
pub mod account;
pub mod client;
pub mod clock;
pub mod config;
pub mod direct;
pub mod door;
pub mod figures;
pub mod http;
pub mod mail;
pub mod moderation;
mod places;
pub mod rates;
pub mod secrets;
pub mod serve;
pub mod session;
pub mod state;
pub mod store;

pub use client::{Client, InSession, Reply};
pub use config::Config;
pub use serve::{Running, StartError};
pub use state::{Counts, LobbyAsk, OpenedTicket, Server, WhichSessions};
