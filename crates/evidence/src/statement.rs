use floater_proto::{Id, Role};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Begins every statement, so that no signature of this key counts for anything else.
const DOMAIN: &[u8] = b"FLOATER/1.0 evidence";

/// What a signature speaks of. FLOATER/1.0 §7.2
#[derive(Clone, Copy)]
pub struct Statement<'a> {
    /// The match.
    pub match_id: &'a Id,
    /// The side that says it.
    pub role: Role,
    /// 1, 2, 3 … among the signed messages of that side.
    pub number: u64,
    /// The last message of the other side that its sender had; 0 for none.
    pub seen: u64,
    /// `/text` or `/picture`.
    pub resource: &'a str,
    /// `Content-type`.
    pub content_type: &'a str,
    /// `Referrer`: the message it answers.
    pub referrer: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

impl Statement<'_> {
    /// The bytes that are signed. FLOATER/1.0 §7.2
    pub(crate) fn bytes(&self, key: &[u8; 32]) -> Vec<u8> {
        let mut out = Vec::with_capacity(160);
        put(&mut out, DOMAIN);
        put(&mut out, self.match_id.as_ref());
        put(&mut out, &[self.role.byte()]);
        put(&mut out, &self.number.to_be_bytes());
        put(&mut out, &self.seen.to_be_bytes());
        put(&mut out, &self.commitment(key));
        out
    }

    /// HMAC-SHA-256 under the message's own key. FLOATER/1.0 §7.2
    fn commitment(&self, key: &[u8; 32]) -> [u8; 32] {
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        let referrer = self.referrer.unwrap_or_default().as_bytes();
        for part in [
            self.resource.as_bytes(),
            self.content_type.as_bytes(),
            referrer,
            self.body,
        ] {
            mac.update(&length(part));
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for Statement<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Statement {{ {:?}/{}, [redacted] }}",
            self.role, self.number
        )
    }
}

fn put(out: &mut Vec<u8>, part: &[u8]) {
    out.extend_from_slice(&length(part));
    out.extend_from_slice(part);
}

/// `u32`, big endian. No part reaches 4 GiB: a message has at most 40 KiB.
fn length(part: &[u8]) -> [u8; 4] {
    u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes()
}
