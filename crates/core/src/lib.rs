//! The client engine: account, seek, meet, talk, paths, resume.

mod command;
mod event;

pub use command::{Command, Picture, Proof};
pub use event::{
    Answer, Ending, Event, Line, LinkState, Message, PathInUse, PeerState, PictureState, SafetyWord,
    Stage, Tick,
};
