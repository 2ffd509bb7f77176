//! The client engine: account, seek, meet, talk, paths, resume.
//!
//! An [`Engine`] is one person at one server. It has no socket, clock or task: a driver tells it
//! what arrived ([`Input`]) and what the person wants ([`Command`]), and does what it asks for
//! ([`Output`]). What is to be shown comes as [`Event`]s.
//!
//! ```
//! use floater_core::{Config, Engine, Input, Output};
//! use floater_proto::{Binary, body::Keep};
//!
//! let config = Config::new(Keep::Cookie, "example/1.0", Binary([7; 16]));
//! let mut engine = Engine::new(config, [0; 32]);
//! let dial = engine.start(0).find_map(|output| match output {
//!     Output::Dial(link) => Some(link),
//!     _ => None,
//! });
//! let link = dial.ok_or("an engine dials first")?;
//! // The driver connects; the engine then asks whether somebody is logged in.
//! let sent = engine.handle(40, Input::Opened(link)).find_map(|output| match output {
//!     Output::Send(_, bytes) => Some(bytes),
//!     _ => None,
//! });
//! assert!(sent.is_some_and(|bytes| bytes.starts_with(b"Request-Method: POST\r\nResource: /session")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod after;
mod ask;
mod command;
mod config;
mod direct;
mod directs;
mod ending;
mod engine;
mod event;
mod links;
mod meet;
mod opening;
mod pictures;
mod request;
mod seam;
mod session;
mod shown;
mod talk;
mod wire;
mod wishes;

pub use bytes::Bytes;
pub use command::{Command, Picture, Proof};
pub use config::{Config, Signs, Timers};
pub use direct::{DirectId, DirectInput, DirectOutput, Offer};
pub use engine::Engine;
pub use event::{
    Answer, Ending, Event, Line, LinkState, Message, PathInUse, PeerState, PictureState,
    SafetyWord, Stage, Tick,
};
pub use floater_proto as proto;
pub use seam::{Closing, Drain, Input, LinkId, Misuse, Output};
