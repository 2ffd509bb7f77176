//! Records by hand, as the pages have them. FLOATER/1.0 §5

use crate::noise;
use floater_proto::{Message, Role, limits};
use std::collections::BTreeMap;

/// n of A's handshake message.
pub(crate) const FIRST: u64 = u64::MAX - 1;
/// n of B's.
pub(crate) const SECOND: u64 = u64::MAX - 2;
/// n of the first control frame.
pub(crate) const CONTROL: u64 = 1 << 63;

/// One side's records, once there are keys.
pub(crate) struct Sealed {
    own: [u8; 32],
    peer: [u8; 32],
    /// Data records that were sealed.
    pub(crate) sent: u64,
    /// Control frames that were sealed.
    pub(crate) controls: u64,
    /// The next one that is expected.
    pub(crate) next: u64,
    held: BTreeMap<u64, Vec<u8>>,
}

/// What a frame brought.
pub(crate) enum Opened {
    /// Plaintexts whose turn has come.
    Records(Vec<Vec<u8>>),
    Control(Vec<u8>),
}

impl Sealed {
    /// Under S.
    pub(crate) fn new(role: Role, secret: &[u8; 32]) -> Self {
        let [a, b] =
            [b"FLOATER/1.0 record A", b"FLOATER/1.0 record B"].map(|it| noise::expand(secret, it));
        let (own, peer) = if role == Role::A { (a, b) } else { (b, a) };
        Self {
            own,
            peer,
            sent: 0,
            controls: 0,
            next: 1,
            held: BTreeMap::new(),
        }
    }

    /// A frame of one's own with this number and plaintext.
    pub(crate) fn frame(&self, n: u64, plain: &[u8]) -> Vec<u8> {
        framed(n, &noise::seal(&self.own, n, &[], plain))
    }

    /// The same under the other one's key, which a side does not use.
    pub(crate) fn frame_of_the_other(&self, n: u64, plain: &[u8]) -> Vec<u8> {
        framed(n, &noise::seal(&self.peer, n, &[], plain))
    }

    /// The next record.
    pub(crate) fn record(&mut self, message: &[u8]) -> Vec<u8> {
        let mut plain = message.to_vec();
        pad(&mut plain);
        self.plain_record(&plain)
    }

    /// The next record, of just these bytes.
    pub(crate) fn plain_record(&mut self, plain: &[u8]) -> Vec<u8> {
        self.sent += 1;
        self.frame(self.sent, plain)
    }

    /// The next control frame.
    pub(crate) fn control(&mut self, plain: &[u8]) -> Vec<u8> {
        let frame = self.frame(CONTROL + self.controls, plain);
        self.controls += 1;
        frame
    }

    /// Opens what the other one sealed under S.
    pub(crate) fn open(&mut self, n: u64, payload: &[u8]) -> Opened {
        let plain = noise::open(&self.peer, n, &[], payload).expect("ours opens");
        if n >= CONTROL {
            return Opened::Control(plain);
        }
        if n >= self.next {
            self.held.insert(n, plain);
        }
        let mut due = Vec::new();
        while let Some(plain) = self.held.remove(&self.next) {
            due.push(plain);
            self.next += 1;
        }
        Opened::Records(due)
    }
}

/// `u16 length ‖ u64 n ‖ payload`
pub(crate) fn framed(n: u64, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 8).unwrap();
    [&length.to_be_bytes(), n.to_be_bytes().as_slice(), payload].concat()
}

/// The frames of some bytes, and what is left.
pub(crate) fn cut(bytes: &[u8]) -> (Vec<(u64, Vec<u8>)>, &[u8]) {
    let (mut frames, mut rest) = (Vec::new(), bytes);
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let Some((frame, after)) = after.split_at_checked(u16::from_be_bytes(*length).into())
        else {
            break;
        };
        let (n, payload) = frame.split_first_chunk::<8>().unwrap();
        frames.push((u64::from_be_bytes(*n), payload.to_vec()));
        rest = after;
    }
    (frames, rest)
}

pub(crate) fn pad(message: &mut Vec<u8>) {
    message.resize(message.len().next_multiple_of(256), 0);
}

pub(crate) fn decoded(plain: &[u8]) -> Message<'_> {
    let decoded = floater_proto::decode(plain, limits::INNER_MAX);
    decoded.unwrap().unwrap().0
}
