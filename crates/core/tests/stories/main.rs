//! Stories: people with engines against a small server, in virtual time.

mod accounts;
mod cuts;
mod elsewhere;
mod ends;
mod meeting;
mod pictures;
mod promises;
mod reports;
mod server;
mod talking;
mod world;
