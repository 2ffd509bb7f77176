//! The client engine: account, seek, meet, talk, paths, resume.

mod command;
mod config;
mod engine;
mod event;
mod seam;

pub use command::{Command, Picture, Proof};
pub use config::{Config, Signs, Timers};
pub use engine::Engine;
pub use event::{
    Answer, Ending, Event, Line, LinkState, Message, PathInUse, PeerState, PictureState, SafetyWord,
    Stage, Tick,
};
pub use seam::{Closing, Drain, Input, LinkId, Misuse, Output};
