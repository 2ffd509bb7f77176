//! The server engine: seats, matching, tickets.
//!
//! [`Lobby`] decides who waits, who meets whom, who talks, who is held, and what is over. It has
//! no socket, task, clock or store: the server hands it what arrived together with the time, and
//! does what comes out.
//!
//! ```
//! use floater_lobby::{Account, Join, Lobby, Moment, Output, Setup, Told};
//! use floater_proto::{Id, Username};
//!
//! let mut lobby = Lobby::new(Setup::for_tests(7));
//! let at = Moment { now: 0, wall: 1_800_000_000 };
//! for n in [1_u8, 2] {
//!     let link = floater_lobby::LinkKey(n.into());
//!     let id = Id::from([n; 16]);
//!     let username = Username::new("小明")?;
//!     let (account, session, instance) = (Account(n.into()), id, id);
//!     let join = Join { link, account, session, instance, username, ticket: None, tombstone: None };
//!     lobby.join(at, join);
//!     lobby.seek(at, link, Vec::new()).expect("nobody is seated yet");
//! }
//! let round = lobby.wake_at().expect("two wait");
//! lobby.handle_wake(Moment { now: round, ..at });
//! let proposals = lobby.drain().filter(|output| {
//!     matches!(output, Output::Tell { told: Told::Proposal(_), .. })
//! });
//! assert_eq!(proposals.count(), 2);
//! # Ok::<(), floater_proto::UsernameError>(())
//! ```

pub mod bounds;

mod input;
mod lobby;
mod ticket;

mod arrive;
mod over;
mod paths;
mod propose;
mod resume;
mod rounds;

mod chance;
mod offers;
mod partners;
mod pool;
mod seat;
mod timers;

pub use input::{
    Account, BlockDigest, Closing, Drain, Join, LinkKey, Moment, Output, Setup, Told, Tombstone,
    Which,
};
pub use lobby::Lobby;
pub use ticket::{InstanceHash, Sealer, SealingKey, Ticket, TicketError};
