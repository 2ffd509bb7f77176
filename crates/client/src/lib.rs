//! The native driver of the client engine: TLS, TCP, direct paths, timers, the data directory,
//! pictures.
//!
//! A [`Client`] is one engine and everything that it wants done, in one task: the program calls
//! [`Client::next`] beside whatever else it waits for, and [`Client::command`] in between. It
//! decides nothing.
//!
//! ```no_run
//! use floater_client::{Address, Client, Config, Door, Happening, Profile, data_directory};
//! use floater_client::proto::body::Keep;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let address: Address = "floater://floater.example".parse()?;
//! let profile = Profile::open(&data_directory()?, &address)?;
//! let mut config = Config::new(Keep::Token, "example/1.0", profile.instance());
//! config.token = profile.token()?;
//! let mut client = Client::start(config, Door::new(address)?)?;
//! loop {
//!     match client.next().await {
//!         Happening::Event(event) => println!("{event:?}"),
//!         Happening::Token(token) => profile.keep_token(token.as_ref())?,
//!         Happening::Trouble(trouble) => eprintln!("{trouble}"),
//!         Happening::Direct(found) => println!("{found:?}"),
//!     }
//! }
//! # }
//! ```

pub mod picture;

mod address;
mod client;
mod direct;
mod doctor;
mod door;
mod fingerprint;
mod hands;
mod link;
mod network;
mod profile;
mod safe;
mod trust;

pub use address::{Address, AddressError, Trust};
pub use client::{Client, Happening, StartError};
pub use direct::{Found, report};
pub use doctor::{ExamineError, Network, Reach, examine};
pub use door::{Dial, DialError, Dialing, Dialled, Door, DoorError, Stream};
pub use fingerprint::{Fingerprint, FingerprintError};
pub use floater_core::*;
pub use floater_punch::{Class, Filtering, Kind, Ports, Untested};
pub use profile::{Profile, ProfileError, data_directory, make_private, write_whole};
pub use safe::{Kept, Safe, SafeError};
