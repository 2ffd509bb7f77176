//! Help with direct paths: reflectors that say whence they are asked, what they saw, and what one
//! side may be told of the other; and dials to whoever asks whether they come in. FLOATER/1.0 §8
//!
//! No address is believed because somebody names it: a public endpoint counts while a connection
//! from there to a reflector is open, under a key that only its session has.

mod dials;
mod offer;
mod reflector;
mod seen;

pub use dials::Dialling;
pub use offer::{count_seen, offers};
pub use seen::Seen;

use crate::client::Address;
use crate::rates::Rate;
use crate::secrets::random;
use crate::{Client, InSession, Reply, Server};
use floater_proto::body::{Fault, PreparedPath, Problem, Reflectors};
use floater_proto::{Binary, Id, Secret, Status};
use std::collections::HashSet;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Lets the reflectors answer, and tells sessions of them from now on.
pub fn reflect(server: &Arc<Server>, listeners: Vec<TcpListener>) -> Vec<JoinHandle<()>> {
    let port = |listener: &TcpListener| listener.local_addr().ok().map(|it| it.port());
    let ports: Vec<_> = listeners.iter().filter_map(port).collect();
    if !ports.is_empty() && server.reflector_ports.set(ports).is_err() {
        tracing::error!("the reflectors were told before");
    }
    let run = |listener| tokio::spawn(reflector::run(Arc::clone(server), listener));
    listeners.into_iter().map(run).collect()
}

/// What a session is told of the reflectors.
pub(crate) fn reflectors(server: &Server, session: InSession) -> Option<Reflectors> {
    told(server, server.secrets.reflect_id(session.session))
}

/// `GET /reflectors`: what anyone is told. The id is of no session, so what is seen under it counts
/// for nobody's report; but whoever has it may ask to be dialled.
///
/// # Errors
/// [`Fault::TooMany`], [`Fault::Unavailable`] where the server does not help.
pub(crate) fn tell_anyone(server: &Server, client: &Client) -> Result<Reply, Problem> {
    server.rates.check(Rate::ReflectByAddress, client.address)?;
    let told = told(server, Id::from(random())).ok_or_else(no_help)?;
    server.dialling.allow(told.id, server.clock.millis());
    Ok(Reply::json(Status::OK, &told))
}

fn no_help() -> Problem {
    let told = "this server does not help with direct paths";
    Problem::new(Fault::Unavailable, told)
}

fn told(server: &Server, id: Id) -> Option<Reflectors> {
    let ports = server.reflector_ports.get()?.clone();
    Some(Reflectors {
        ports,
        more: server.config.direct.advertise.clone(),
        id,
        key: Secret::new(Binary(server.secrets.reflect_key(id).0)),
    })
}

/// What of a report counts: ports that a reflector sees, under this session's key, right now.
///
/// # Errors
/// [`Fault::Unavailable`] where the server does not help, [`Fault::Invalid`] if nothing counts,
/// [`Fault::TooMany`] if others are sent to one of its addresses too often.
pub(crate) fn check(
    server: &Server,
    session: InSession,
    prepared: &mut PreparedPath,
) -> Result<(), Problem> {
    if server.reflector_ports.get().is_none() {
        return Err(no_help());
    }
    let id = server.secrets.reflect_id(session.session);
    count_seen(&mut prepared.report, |at| server.seen.has(&id, at))?;
    let ports = prepared.report.ports.iter();
    let targets: HashSet<Address> = ports.map(|it| Address::new(it.observed.ip())).collect();
    let mut targets = targets.into_iter();
    targets.try_for_each(|target| server.rates.check(Rate::PathByAddress, target))
}
