//! What control frames say. FLOATER/1.0 §5.4

use crate::frame::Unsealed;
use crate::path::Binding;

/// Why a RESUME is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// It answers a RESUME.
    Answer,
    /// A path was joined, or the peer is said to be back.
    Join,
    /// Records wait too long for their acknowledgement.
    Probe,
}

/// A control frame's content. It is made anew each time and never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    /// The next sequence number that is expected.
    Ack { next: u64 },
    /// The same, and a question: what do you expect?
    Resume { why: Why, number: u64, next: u64 },
    /// Is this path alive?
    Ping { number: u64 },
    /// It is.
    Pong { number: u64 },
    /// This direct path is chosen; counts only on the connection whose proofs it carries.
    Select { binding: Binding },
    /// It is.
    Selected { binding: Binding },
}

impl Control {
    /// The plaintext of the frame.
    pub(crate) fn encode(self) -> Unsealed {
        let (kind, numbers): (&[u8], &[u64]) = match &self {
            Self::Select { binding } => return tagged(5, binding),
            Self::Selected { binding } => return tagged(6, binding),
            Self::Ack { next } => (&[1], &[*next]),
            Self::Resume {
                why: Why::Answer,
                number,
                next,
            } => (&[2, 0], &[*number, *next]),
            Self::Resume {
                why: Why::Join,
                number,
                next,
            } => (&[2, 1], &[*number, *next]),
            Self::Resume {
                why: Why::Probe,
                number,
                next,
            } => (&[2, 2], &[*number, *next]),
            Self::Ping { number } => (&[3], &[*number]),
            Self::Pong { number } => (&[4], &[*number]),
        };
        let mut out = Unsealed::with_capacity(0);
        out.end().extend_from_slice(kind);
        numbers
            .iter()
            .for_each(|n| out.end().extend_from_slice(&n.to_be_bytes()));
        out
    }

    /// Reads a plaintext; `None` for what this version does not know.
    pub(crate) fn decode(plain: &[u8]) -> Option<Self> {
        let (&kind, rest) = plain.split_first()?;
        match kind {
            1 => Some(Self::Ack { next: one(rest)? }),
            2 => resume(rest),
            3 => Some(Self::Ping { number: one(rest)? }),
            4 => Some(Self::Pong { number: one(rest)? }),
            5 => Some(Self::Select {
                binding: rest.try_into().ok()?,
            }),
            6 => Some(Self::Selected {
                binding: rest.try_into().ok()?,
            }),
            _ => None,
        }
    }
}

fn tagged(kind: u8, binding: &Binding) -> Unsealed {
    let mut out = Unsealed::with_capacity(0);
    out.end().push(kind);
    out.end().extend_from_slice(binding);
    out
}

fn one(rest: &[u8]) -> Option<u64> {
    rest.try_into().ok().map(u64::from_be_bytes)
}

fn resume(rest: &[u8]) -> Option<Control> {
    let (&why, rest) = rest.split_first()?;
    let (number, next) = rest.split_first_chunk::<8>()?;
    let why = match why {
        0 => Why::Answer,
        1 => Why::Join,
        2 => Why::Probe,
        _ => return None,
    };
    Some(Control::Resume {
        why,
        number: u64::from_be_bytes(*number),
        next: one(next)?,
    })
}
