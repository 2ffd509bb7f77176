//! What arrived on a link, in its own memory.

use floater_proto::body::{BYTES, Fault, JSON, Problem};
use floater_proto::{Message, Method, Resource, Start, encode, field, limits};

/// A request that a verb answers.
#[derive(Debug)]
pub struct Request {
    /// Names the answer.
    pub id: Option<u64>,
    /// What is to be done,
    pub method: Method,
    /// and with what.
    pub resource: Resource,
    /// As the field says.
    pub referrer: Option<String>,
    /// As the field says.
    pub content_range: Option<String>,
    /// Not read yet.
    pub body: Vec<u8>,
}

/// What a message is to a link.
#[derive(Debug)]
pub enum Arrived {
    /// To the partner, as it is written there; the id if it wants an answer.
    #[expect(missing_docs, reason = "said above")]
    Relay { id: Option<u64>, bytes: Vec<u8> },
    /// To a verb.
    Ask(Box<Request>),
    /// Wrong before any verb saw it.
    #[expect(missing_docs, reason = "a problem's answer")]
    Wrong {
        id: Option<u64>,
        problem: Box<Problem>,
    },
    /// An answer to a request of ours: nothing hangs on it.
    Answer,
}

impl Arrived {
    /// What it is.
    #[must_use]
    pub fn sort(message: &Message<'_>) -> Self {
        let id = message.request_id;
        let Start::Request { method, resource } = message.start else {
            return Self::Answer;
        };
        let wrong = |fault, told: &str| Self::Wrong {
            id,
            problem: Box::new(Problem::new(fault, told)),
        };
        let Some(resource) = Resource::parse(resource) else {
            return wrong(Fault::UnknownResource, "there is no such resource");
        };
        if !takes(resource, method) {
            return wrong(
                Fault::WrongMethod,
                "the server does not take this method here",
            );
        }
        if resource == Resource::Relay {
            return Self::relay(message);
        }
        if !is_bytes(resource) && message.content_type().is_some_and(|kind| kind != JSON) {
            return wrong(Fault::WrongType, "the body must be application/json");
        }
        Self::Ask(Box::new(Request {
            id,
            method,
            resource,
            referrer: message.field(field::REFERRER).map(str::to_owned),
            content_range: message.field(field::CONTENT_RANGE).map(str::to_owned),
            body: message.body.to_vec(),
        }))
    }

    /// Only the body goes on: no field of the sender's head reaches the partner. The head that is
    /// written here may be longer than theirs was, so that the body has a limit of its own: else
    /// the partner's reader would give up its link. FLOATER/1.0 §3.5
    fn relay(message: &Message<'_>) -> Self {
        if message.body.len() > limits::RELAY_MAX {
            let problem = Problem::new(Fault::TooLarge, "the body of a relay is too large");
            return Self::Wrong {
                id: message.request_id,
                problem: Box::new(problem),
            };
        }
        let mut bytes = Vec::with_capacity(message.body.len().saturating_add(128));
        let head = encode::request(&mut bytes, Method::Post, Resource::Relay).content_type(BYTES);
        match head.finish(message.body) {
            Ok(()) => Self::Relay {
                id: message.request_id,
                bytes,
            },
            Err(_) => Self::Answer,
        }
    }
}

/// Which method the server takes of a client. FLOATER/1.0 §3.1
fn takes(resource: Resource, method: Method) -> bool {
    use Resource as R;
    let reads = match resource {
        R::AccountExport | R::Sessions | R::Status | R::Blocks | R::Reflectors => true,
        R::Account => return true,
        _ => false,
    };
    let writes = matches!(
        resource,
        R::AccountActivation
            | R::AccountActivationAgain
            | R::AccountRecovery
            | R::AccountPassword
            | R::AccountUsername
            | R::AccountDeletion
            | R::Session
            | R::SessionEnd
            | R::Seek
            | R::SeekEnd
            | R::MatchAccept
            | R::MatchEnd
            | R::Relay
            | R::Path
            | R::Report
            | R::ReportPicture(_)
            | R::Block
            | R::BlockEnd
    );
    match method {
        Method::Get => reads,
        Method::Post => writes,
    }
}

const fn is_bytes(resource: Resource) -> bool {
    matches!(resource, Resource::ReportPicture(_) | Resource::Relay)
}

#[cfg(test)]
mod tests {
    use super::*;
    use floater_proto::decode;

    /// The shortest head leaves a sender the most room.
    fn relayed(body: usize) -> Arrived {
        let mut bytes = Vec::new();
        let head = encode::request(&mut bytes, Method::Post, Resource::Relay);
        head.finish(&vec![7; body]).unwrap();
        let (message, _) = decode(&bytes, limits::MESSAGE_MAX).unwrap().unwrap();
        Arrived::sort(&message)
    }

    #[test]
    fn what_is_relayed_fits_into_a_message() {
        let Arrived::Relay { bytes, .. } = relayed(limits::RELAY_MAX) else {
            panic!("taken");
        };
        assert!(decode(&bytes, limits::MESSAGE_MAX).unwrap().is_some());
    }

    #[test]
    fn a_larger_body_is_refused() {
        let Arrived::Wrong { id, problem } = relayed(limits::RELAY_MAX + 1) else {
            panic!("refused");
        };
        assert_eq!((id, problem.error), (None, Fault::TooLarge));
    }
}
