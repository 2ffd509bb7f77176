#![doc = include_str!("../README.md")]

mod address;
mod attempt;
mod candidate;
mod chance;
mod config;
mod engine;
pub mod limits;
mod mapping;
mod plan;
mod prepare;
mod proof;
pub mod reflect;
mod report;
mod rest;
mod seam;
#[cfg(feature = "tokio")]
mod socket;

pub use address::{Rules, Scope, canonical, same_network};
pub use candidate::{Candidate, Kind, candidates};
pub use config::{Birthday, Config, Timers};
pub use engine::Punch;
pub use mapping::{Class, Filtering, Mapping, Observation, Ports};
pub use plan::{Part, Plan, start_delay};
pub use proof::{Binding, PROOF_LENGTH, PathKey, Role, check, prove};
pub use report::{PortReport, Report, Slot};
pub use seam::{ConnId, Drain, Event, Failure, Family, From, Input, Misuse, Offer, Output, PortId};
#[cfg(feature = "tokio")]
pub use socket::{Driver, Untested, test_filtering};
