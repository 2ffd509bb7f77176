//! `u16 length ‖ u64 n ‖ bytes`: the same on every path. FLOATER/1.0 §5.1

use crate::aead::{Aead, TAG};
use crate::limits::PAD;
use crate::plain::Plain;
use bytes::Bytes;
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

/// Moves off the front of `rest` what completes the frame that begins in `begun`, as far as it is
/// there.
pub(crate) fn complete(begun: &mut Vec<u8>, rest: &mut &[u8]) {
    // The length comes first; it tells of the rest.
    for _ in 0..2 {
        let whole = begun.first_chunk::<2>().map_or(2, |length| {
            usize::from(u16::from_be_bytes(*length)).saturating_add(2)
        });
        let missing = whole.saturating_sub(begun.len()).min(rest.len());
        let (next, behind) = rest.split_at_checked(missing).unwrap_or_default();
        begun.extend_from_slice(next);
        *rest = behind;
    }
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
pub(crate) fn write(n: u64, payload: &[u8]) -> Bytes {
    [&header(n, payload.len())[..], payload].concat().into()
}

/// A plaintext that is being written, where the frame of it will stand: nothing is moved when it is
/// sealed. Until then it is wiped when it is dropped.
pub(crate) struct Unsealed(Plain);

impl Unsealed {
    /// With room for a plaintext of this length, padding included, so that nothing is left behind
    /// where it grows.
    pub(crate) fn with_capacity(plain: usize) -> Self {
        let mut out = Plain::with_capacity(size_of(plain));
        out.resize(HEADER, 0);
        Self(out)
    }

    /// The plaintext is written to the end of this.
    pub(crate) fn end(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }

    /// Bytes of the plaintext.
    pub(crate) fn len(&self) -> usize {
        self.0.len().saturating_sub(HEADER)
    }

    /// Adds zeros up to the length of [`padded`].
    pub(crate) fn pad(&mut self) {
        let length = padded(self.len()).saturating_add(HEADER);
        self.0.resize(length, 0);
    }

    /// The frame.
    pub(crate) fn seal(mut self, key: &Aead, n: u64) -> Bytes {
        let header = header(n, self.len().saturating_add(TAG));
        self.0
            .iter_mut()
            .zip(header)
            .for_each(|(to, from)| *to = from);
        key.seal(n, &[], &mut self.0, HEADER);
        std::mem::take(&mut *self.0).into()
    }
}

fn header(n: u64, payload: usize) -> [u8; HEADER] {
    let length = u16::try_from(payload.saturating_add(8)).unwrap_or(u16::MAX);
    let ([a, b], [c, d, e, f, g, h, i, j]) = (length.to_be_bytes(), n.to_be_bytes());
    [a, b, c, d, e, f, g, h, i, j]
}

/// The next multiple of 256. FLOATER/1.0 §5.2
pub(crate) fn padded(message: usize) -> usize {
    message.div_ceil(PAD).saturating_mul(PAD)
}

/// Bytes of the frame that carries a message of this length.
pub(crate) fn size_of(message: usize) -> usize {
    padded(message).saturating_add(HEADER + TAG)
}

/// The message in a padded plaintext, its padding checked: as little as possible, all zeros.
/// `None` if this is not one whole message.
pub(crate) fn unpad(plain: &[u8]) -> Option<floater_proto::Message<'_>> {
    if !plain.len().is_multiple_of(PAD) {
        return None;
    }
    let (message, length) = floater_proto::decode(plain, INNER_MAX).ok()??;
    let zeros = plain.get(length..)?;
    (zeros.len() < PAD && zeros.iter().all(|&b| b == 0)).then_some(message)
}

#[cfg(test)]
mod tests;
