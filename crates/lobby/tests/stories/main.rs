//! Stories of the lobby, in virtual time.

mod blocks;
mod hall;
mod meet;
mod resume;
mod tickets;
