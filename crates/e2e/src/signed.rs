//! Signed messages: a text or a picture offer with what proves it. FLOATER/1.0 §6.3

use crate::frame::Unsealed;
use floater_evidence::{Proof, Signer, Statement, verify};
use floater_proto::body::{Fault, Problem, SignedMessage};
use floater_proto::{
    Binary, EncodeError, Id, Message, MessageRef, Method, Resource, Role, VERSION, encode, field,
};

/// What both sides of a match sign with, and how far each has counted.
pub(crate) struct Ledger {
    pub(crate) match_id: Id,
    pub(crate) role: Role,
    pub(crate) signer: Signer,
    /// Verifies the peer's messages.
    pub(crate) peer: Binary<32>,
    /// One's own last message number.
    pub(crate) own: u64,
    /// The peer's last message number.
    pub(crate) heard: u64,
}

/// What is about to be signed.
pub(crate) struct Draft<'a> {
    pub(crate) resource: Resource,
    pub(crate) content_type: &'a str,
    pub(crate) quote: Option<MessageRef>,
    pub(crate) body: &'a str,
    /// Random, of this message alone.
    pub(crate) key: [u8; 32],
}

impl Ledger {
    /// Whether this message was said in this conversation.
    pub(crate) fn has(&self, of: MessageRef) -> bool {
        let last = if of.by == self.role {
            self.own
        } else {
            self.heard
        };
        (1..=last).contains(&of.number)
    }

    /// Signs a draft under the next number: what a report would carry.
    pub(crate) fn sign(&mut self, draft: &Draft<'_>) -> SignedMessage {
        self.own = self.own.saturating_add(1);
        let referrer = draft.quote.map(|of| Resource::Message(of).to_string());
        let resource = draft.resource.to_string();
        let statement = Statement {
            match_id: &self.match_id,
            role: self.role,
            number: self.own,
            seen: self.heard,
            resource: &resource,
            content_type: draft.content_type,
            referrer: referrer.as_deref(),
            body: draft.body.as_bytes(),
        };
        let proof = self.signer.sign(&statement, draft.key);
        SignedMessage {
            of: MessageRef {
                by: self.role,
                number: self.own,
            },
            seen: self.heard,
            content_type: draft.content_type.to_owned(),
            body: draft.body.to_owned(),
            key: proof.key,
            signature: proof.signature,
            referrer,
            resource,
        }
    }

    /// Verifies a message of the peer and counts it. A message that verifies is counted even if
    /// its content is refused afterwards: numbers have no gaps.
    pub(crate) fn take(&mut self, message: &Message<'_>, resource: Resource) -> Taken {
        let signed = self.read(message, resource)?;
        let number = signed.of.number;
        let statement = Statement {
            match_id: &self.match_id,
            role: self.role.other(),
            number,
            seen: signed.seen,
            resource: &signed.resource,
            content_type: &signed.content_type,
            referrer: signed.referrer.as_deref(),
            body: message.body,
        };
        let proof = Proof {
            key: signed.key,
            signature: signed.signature,
        };
        let refused = |reason: String| Err(Problem::new(Fault::NotProved, reason));
        if let Err(error) = verify(&statement, &proof, &self.peer) {
            return refused(error.to_string());
        }
        if number != self.heard.saturating_add(1) || signed.seen > self.own {
            return refused("numbers rise by one, and nobody has seen what was not said".into());
        }
        self.heard = number;
        let quote = match signed.referrer.as_deref().map(Resource::parse) {
            None => None,
            Some(Some(Resource::Message(of))) if self.has(of) && Some(of) != Some(signed.of) => {
                Some(of)
            }
            Some(_) => return Err(Problem::invalid(field::REFERRER, "no such message")),
        };
        Ok((signed, quote))
    }

    fn read(&self, message: &Message<'_>, resource: Resource) -> Result<SignedMessage, Problem> {
        let missing = |name: &str| Problem::new(Fault::Malformed, format!("{name} is needed"));
        let number = |name| {
            let number = message.head.number(name).ok().flatten();
            number.ok_or_else(|| missing(name))
        };
        let binary = |name| message.field(name).ok_or_else(|| missing(name));
        let key = binary(field::EVIDENCE_KEY)?;
        let signature = binary(field::SIGNATURE)?;
        let body = std::str::from_utf8(message.body);
        Ok(SignedMessage {
            of: MessageRef {
                by: self.role.other(),
                number: number(field::MESSAGE_NUMBER)?,
            },
            seen: number(field::SEEN_NUMBER)?,
            resource: resource.to_string(),
            content_type: message.content_type().unwrap_or_default().to_owned(),
            referrer: message.field(field::REFERRER).map(str::to_owned),
            body: body
                .map_err(|_| Problem::new(Fault::Malformed, "the body must be UTF-8"))?
                .to_owned(),
            key: Binary::parse(key).ok_or_else(|| missing(field::EVIDENCE_KEY))?,
            signature: Binary::parse(signature).ok_or_else(|| missing(field::SIGNATURE))?,
        })
    }
}

/// A verified message and what it quotes.
type Taken = Result<(SignedMessage, Option<MessageRef>), Problem>;

/// Bytes of the head of a signed message, about at most.
const HEAD: usize = 480;

/// Writes a signed message as a request.
pub(crate) fn write(
    signed: &SignedMessage,
    resource: Resource,
    request_id: u64,
) -> Result<Unsealed, EncodeError> {
    let mut out = Unsealed::with_capacity(HEAD.saturating_add(signed.body.len()));
    let mut request = encode::request(out.end(), Method::Post, resource)
        .request_id(request_id)
        .field(field::USER_AGENT, VERSION)
        .content_type(&signed.content_type)
        .field(field::MESSAGE_NUMBER, &signed.of.number.to_string())
        .field(field::SEEN_NUMBER, &signed.seen.to_string())
        .field(field::EVIDENCE_KEY, &signed.key.to_string())
        .field(field::SIGNATURE, &signed.signature.to_string());
    if let Some(referrer) = &signed.referrer {
        request = request.field(field::REFERRER, referrer);
    }
    request.finish(signed.body.as_bytes())?;
    Ok(out)
}
