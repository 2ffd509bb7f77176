//! How the server's words are written.

use crate::Reply;
use floater_lobby::Told;
use floater_proto::body::{JSON, Problem, to_json};
use floater_proto::{Date, Method, Resource, Status, encode, field};

const AGENT: &str = concat!("floaterd/", env!("CARGO_PKG_VERSION"));

/// An answer to a request, or, without an id, the last word after a framing error.
pub fn answer(out: &mut Vec<u8>, wall: u64, id: Option<u64>, result: &Result<Reply, Problem>) {
    let (status, kind, body) = match result {
        Ok(reply) => (reply.status, reply.content_type, reply.body.clone()),
        Err(problem) => (problem.error.status(), Some(JSON), to_json(problem)),
    };
    respond(out, wall, id, (status, kind, &body));
}

/// A problem under a status that no [`floater_proto::body::Fault`] has.
pub(super) fn framing(out: &mut Vec<u8>, wall: u64, status: Status, problem: &Problem) {
    respond(out, wall, None, (status, Some(JSON), &to_json(problem)));
}

fn respond(
    out: &mut Vec<u8>,
    wall: u64,
    id: Option<u64>,
    (status, kind, body): (Status, Option<&str>, &[u8]),
) {
    let mut head = encode::response(out, status)
        .field(field::DATE, &Date(wall).to_string())
        .field(field::USER_AGENT, AGENT);
    if let Some(id) = id {
        head = head.request_id(id);
    }
    if let Some(kind) = kind {
        head = head.content_type(kind);
    }
    if let Err(error) = head.finish(body) {
        tracing::error!(%error, "an answer cannot be written");
    }
}

/// A request of the server; `id` is for those that are answered.
pub fn told(out: &mut Vec<u8>, id: u64, told: &Told) {
    let (resource, body) = match told {
        Told::Proposal(proposal) => (Resource::MatchProposal, to_json(proposal)),
        Told::Matched(matched) => (Resource::Match, to_json(matched)),
        Told::Ended(ended) => (Resource::MatchEnd, to_json(ended)),
        Told::Offer(offer) => (Resource::PathOffer, to_json(offer)),
        Told::Notice(notice) => (Resource::Notice, to_json(notice)),
    };
    let mut head = encode::request(out, Method::Post, resource);
    if resource != Resource::Notice {
        head = head.request_id(id);
    }
    if let Err(error) = head.content_type(JSON).finish(&body) {
        tracing::error!(%error, "a request cannot be written");
    }
}
