//! The signed statement of a text or picture: bytes, sign, verify.
