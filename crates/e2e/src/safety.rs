//! The safety code: commit (A), nonce (B), reveal (A), seven words. FLOATER/1.0 §6.7

use crate::labels;
use crate::words::{SafetyWord, WORDS};
use floater_proto::body::Safety as Step;
use floater_proto::{Binary, Role};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};

/// Where the exchange stands. Each step counts once, in its order.
pub(crate) struct Safety {
    role: Role,
    nonce: [u8; 32],
    stage: Stage,
}

#[expect(clippy::large_enum_variant, reason = "one a conversation")]
enum Stage {
    /// Nothing has passed.
    Fresh,
    /// A has committed and waits for B's nonce.
    Committed,
    /// B has A's commitment and has sent its nonce.
    Answered { commitment: [u8; 32] },
    /// The code is known.
    Known([SafetyWord; 7]),
    /// The peer did not keep to its commitment: there is no code.
    Broken,
}

impl Safety {
    pub(crate) const fn new(role: Role, nonce: [u8; 32]) -> Self {
        Self {
            role,
            nonce,
            stage: Stage::Fresh,
        }
    }

    /// A's first step, once S is known.
    pub(crate) fn begin(&mut self) -> Option<Step> {
        if self.role == Role::B || !matches!(self.stage, Stage::Fresh) {
            return None;
        }
        self.stage = Stage::Committed;
        Some(Step::Commit {
            commitment: Binary(commitment(&self.nonce)),
        })
    }

    /// Takes the peer's step: what to answer. `Err` when it is not its turn, or the nonce is not
    /// the one that was committed to.
    pub(crate) fn handle(&mut self, step: Step, hash: &[u8; 32]) -> Result<Option<Step>, ()> {
        match (&self.stage, self.role, step) {
            (Stage::Fresh, Role::B, Step::Commit { commitment }) => {
                self.stage = Stage::Answered {
                    commitment: commitment.0,
                };
                Ok(Some(Step::Nonce {
                    nonce: Binary(self.nonce),
                }))
            }
            (Stage::Committed, Role::A, Step::Nonce { nonce }) => {
                self.stage = Stage::Known(words(hash, &self.nonce, &nonce.0));
                Ok(Some(Step::Reveal {
                    nonce: Binary(self.nonce),
                }))
            }
            (Stage::Answered { commitment: kept }, Role::B, Step::Reveal { nonce }) => {
                let held = *kept == commitment(&nonce.0);
                self.stage = if held {
                    Stage::Known(words(hash, &nonce.0, &self.nonce))
                } else {
                    Stage::Broken
                };
                if held { Ok(None) } else { Err(()) }
            }
            _ => Err(()),
        }
    }

    pub(crate) const fn code(&self) -> Option<[SafetyWord; 7]> {
        match self.stage {
            Stage::Known(words) => Some(words),
            _ => None,
        }
    }
}

fn commitment(nonce: &[u8; 32]) -> [u8; 32] {
    Sha256::new()
        .chain_update(labels::COMMITMENT)
        .chain_update(nonce)
        .finalize()
        .into()
}

/// The low six bits of seven bytes each choose a word.
fn words(hash: &[u8; 32], a: &[u8; 32], b: &[u8; 32]) -> [SafetyWord; 7] {
    let mut nonces = [0; 64];
    nonces
        .iter_mut()
        .zip(a.iter().chain(b))
        .for_each(|(to, from)| *to = *from);
    let mut indices = [0_u8; 7];
    // Seven bytes are less than one block; only more than 255 blocks fail.
    let expanded = Hkdf::<Sha256>::new(Some(hash), &nonces).expand(labels::SAFETY, &mut indices);
    debug_assert!(expanded.is_ok());
    indices.map(|index| {
        let [first, ..] = WORDS;
        WORDS.get(usize::from(index & 63)).copied().unwrap_or(first)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: [u8; 32] = [9; 32];

    /// Side B, which has A's commitment to this nonce and has told its own.
    fn answered(nonce: &[u8; 32]) -> Safety {
        let mut safety = Safety::new(Role::B, [2; 32]);
        let commitment = Binary(commitment(nonce));
        let step = safety.handle(Step::Commit { commitment }, &HASH);
        assert!(matches!(step, Ok(Some(Step::Nonce { .. }))));
        safety
    }

    fn reveal(nonce: [u8; 32]) -> Step {
        Step::Reveal {
            nonce: Binary(nonce),
        }
    }

    /// Whoever could choose its nonce after B's would choose the words.
    #[test]
    fn who_reveals_another_nonce_gets_no_code_and_no_second_try() {
        let mut safety = answered(&[1; 32]);
        assert!(safety.handle(reveal([3; 32]), &HASH).is_err());
        assert!(safety.handle(reveal([1; 32]), &HASH).is_err());
        assert_eq!(safety.code(), None);

        let mut honest = answered(&[1; 32]);
        assert!(matches!(honest.handle(reveal([1; 32]), &HASH), Ok(None)));
        assert!(honest.code().is_some());
    }
}
