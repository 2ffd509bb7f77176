//! The client engine: account, seek, meet, talk, paths, resume.

mod after;
mod ask;
mod command;
mod config;
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

pub use command::{Command, Picture, Proof};
pub use config::{Config, Signs, Timers};
pub use engine::Engine;
pub use event::{
    Answer, Ending, Event, Line, LinkState, Message, PathInUse, PeerState, PictureState,
    SafetyWord, Stage, Tick,
};
pub use seam::{Closing, Drain, Input, LinkId, Misuse, Output};
