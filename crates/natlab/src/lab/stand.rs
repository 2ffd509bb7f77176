//! A place for programs that are not the lab's: two homes behind their NATs, and a server.

use std::io::{Write, copy, sink, stdin, stdout};
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use super::cell::Cell;
use super::party::{address, serve};
use super::runtime;
use super::site::Site;
use super::space::Space;

/// What is said of it, as one line of JSON.
#[derive(Serialize)]
struct Told<'a> {
    /// What a client is told of the server.
    server: &'a str,
    /// Processes within the homes: `/proc` leads to the namespaces by them.
    homes: [u32; 2],
    /// Where its mails lie.
    outbox: PathBuf,
}

/// Says what is there, and stands until its input ends.
pub(super) fn stand(cell: &Cell) -> Result<()> {
    let runtime = runtime()?;
    let site = Site::new(cell, 1)?;
    let server = runtime.block_on(serve(&site.server))?;
    let address = runtime.block_on(address(&server))?;
    let told = Told {
        server: &address,
        homes: site.homes.each_ref().map(Space::id),
        outbox: server.data().join("outbox"),
    };
    let mut output = stdout().lock();
    writeln!(output, "{}", serde_json::to_string(&told)?)?;
    output.flush()?;
    copy(&mut stdin().lock(), &mut sink())?;
    Ok(())
}
