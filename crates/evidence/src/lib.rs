//! The signed statement of a text or picture: bytes, sign, verify.
//!
//! Every text and every picture offer carries an Ed25519 signature over a [`Statement`]: which
//! match, which side, the how-manieth message, what its sender had seen, and a keyed hash of what
//! it says. The receiver verifies before it shows, so what can be seen can be reported; the
//! server verifies a report with the same code.
//!
//! ```
//! use floater_evidence::{Signer, Statement, verify};
//! use floater_proto::{Binary, Role};
//!
//! let signer = Signer::from_seed([7; 32]);
//! let statement = Statement {
//!     match_id: &Binary([1; 16]),
//!     role: Role::A,
//!     number: 1,
//!     seen: 0,
//!     resource: "/text",
//!     content_type: "text/plain; charset=utf-8",
//!     referrer: None,
//!     body: "你好".as_bytes(),
//! };
//! let proof = signer.sign(&statement, [9; 32]);
//! verify(&statement, &proof, &signer.public())?;
//!
//! let forged = Statement { body: "再见".as_bytes(), ..statement };
//! assert!(verify(&forged, &proof, &signer.public()).is_err());
//! # Ok::<(), floater_evidence::Refused>(())
//! ```

mod keys;
mod signer;
mod statement;

pub use keys::{WeakKey, check_keys};
pub use signer::{Proof, Refused, Signer, verify, verify_message};
pub use statement::Statement;
