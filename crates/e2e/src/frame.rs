//! `u16 length ‖ u64 n ‖ bytes`: the same on every path. FLOATER/1.0 §5.1

use crate::limits::PAD;
use crate::noise::{Aead, TAG};
use floater_proto::limits::{FRAME_MAX, INNER_MAX};

/// n of A's handshake message.
pub(crate) const HANDSHAKE_A: u64 = u64::MAX - 1;
/// n of B's handshake message.
pub(crate) const HANDSHAKE_B: u64 = u64::MAX - 2;
/// n of the first control frame; data lies below.
pub(crate) const CONTROL: u64 = 1 << 63;
/// Bytes before what is sealed.
pub(crate) const HEADER: usize = 10;

/// A frame as it came.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) n: u64,
    pub(crate) payload: &'a [u8],
}

/// What the front of some bytes is.
pub(crate) enum Cut<'a> {
    /// A frame and what follows it.
    Frame(Frame<'a>, &'a [u8]),
    /// More bytes are needed.
    Partial,
    /// No frame begins like this.
    Garbage,
}

/// Cuts one frame off the front.
pub(crate) fn cut(bytes: &[u8]) -> Cut<'_> {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else {
        return Cut::Partial;
    };
    let length = usize::from(u16::from_be_bytes(*length));
    if !(8 + TAG..=FRAME_MAX - 2).contains(&length) {
        return Cut::Garbage;
    }
    let Some((frame, rest)) = rest.split_at_checked(length) else {
        return Cut::Partial;
    };
    match frame.split_first_chunk::<8>() {
        Some((n, payload)) => Cut::Frame(
            Frame {
                n: u64::from_be_bytes(*n),
                payload,
            },
            rest,
        ),
        None => Cut::Garbage,
    }
}

/// Writes a frame whose payload is already sealed.
pub(crate) fn write(n: u64, payload: &[u8]) -> Vec<u8> {
    let mut out = header(n, payload.len());
    out.extend_from_slice(payload);
    out
}

/// Seals a plaintext into a frame.
pub(crate) fn seal(key: &Aead, n: u64, plain: &[u8]) -> Vec<u8> {
    let mut out = header(n, plain.len().saturating_add(TAG));
    out.extend_from_slice(plain);
    key.seal(n, &[], &mut out, HEADER);
    out
}

fn header(n: u64, payload: usize) -> Vec<u8> {
    let length = u16::try_from(payload.saturating_add(8)).unwrap_or(u16::MAX);
    let mut out = Vec::with_capacity(payload.saturating_add(HEADER));
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&n.to_be_bytes());
    out
}

/// Adds zeros to the next multiple of 256. FLOATER/1.0 §5.2
pub(crate) fn pad(message: &mut Vec<u8>) {
    message.resize(padded(message.len()), 0);
}

fn padded(message: usize) -> usize {
    message.div_ceil(PAD).saturating_mul(PAD)
}

/// Bytes of the frame that carries a message of this length.
pub(crate) fn size_of(message: usize) -> usize {
    padded(message).saturating_add(HEADER + TAG)
}

/// The message in a padded plaintext, its padding checked: as little as possible, all zeros.
/// `None` if this is not one whole message.
pub(crate) fn unpad(plain: &[u8]) -> Option<floater_proto::Message<'_>> {
    if !plain.len().is_multiple_of(PAD) || plain.len() > INNER_MAX {
        return None;
    }
    let (message, length) = floater_proto::decode(plain, INNER_MAX).ok()??;
    let zeros = plain.get(length..)?;
    (zeros.len() < PAD && zeros.iter().all(|&b| b == 0)).then_some(message)
}
