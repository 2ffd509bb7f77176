//! Every bound that no configuration changes.

/// Reflector addresses that are asked.
pub const REFLECTORS_MAX: usize = 8;
/// Ports that a report names: two a family.
pub const PORTS_MAX: usize = 4;
/// Private endpoints of one port that are believed.
pub const PRIVATE_MAX: usize = 8;
/// Candidates of one round, over both ports.
pub const CANDIDATES_MAX: usize = 32;
/// Predicted ports that are dialled from each port.
pub const PREDICTED_MAX: u16 = 3;
/// The largest difference between two consecutive ports that counts as a sequence.
pub const STEP_MAX: u16 = 16;
/// Connections that one attempt has in flight or open, over all its rounds.
pub const SOCKETS_MAX: usize = 2_048;
/// Accepted connections that have not proven themselves.
pub const UNPROVEN_MAX: usize = 32;
/// Proven connections kept beside the first.
pub const PROVEN_MAX: usize = 16;
/// Bytes that a proven connection may bring before it is elected.
pub const EARLY_MAX: usize = 16 * 1024;
/// Dials of a birthday round that begin in one call, so that a late timer makes no burst.
pub const BURST_MAX: u64 = 32;
/// The lowest port that is dialled because the peer says so; below stand well-known services.
pub const PORT_MIN: u16 = 1_024;
