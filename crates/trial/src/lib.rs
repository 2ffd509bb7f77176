//! Two engines over real sockets against a real `floaterd` that is cut and killed: for tests only.
//!
//! A [`Client`] drives one engine and does what it says, nothing else. A [`Cable`] is the network
//! between it and the server, and can be cut, swallow bytes, or stop. [`Floaterd`] is the process, and
//! [`Terminal`] that of a person who types. A [`Realm`] is a network that nobody else is in. A
//! [`Stillness`] tells what was late because of the machine.

mod around;
mod cable;
mod client;
mod door;
mod figure;
mod floaterd;
mod outbox;
mod peers;
mod program;
mod realm;
mod search;
mod setup;
mod sever;
mod space;
mod steps;
mod still;
mod terminal;
mod trace;
mod transfer;
mod trouble;

pub use around::Around;
pub use cable::{Cable, Harm, Knife};
pub use client::{Client, PATIENCE};
pub use door::Door;
pub use figure::{Figure, Point};
pub use floaterd::Floaterd;
pub use outbox::code_in;
pub use realm::Realm;
pub use search::{Found, find_in_files, find_in_memory};
pub use setup::Setup;
pub use sever::sever;
pub use space::Space;
pub use steps::{PASSWORD, accounts, arrive, greet, meet, say, text_arrives};
pub use still::Stillness;
pub use terminal::{DIRECT, RELAYED, Terminal, says_direct};
pub use trace::reached;
pub use transfer::{Figures, Here, Place, Places};
pub use trouble::{Outcome, Trouble};
