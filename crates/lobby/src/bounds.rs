//! Every bound and span of the lobby.

use floater_proto::limits;

/// Rounds are drawn on a grid of so many milliseconds.
pub const ROUND: u64 = 250;
/// Candidates that are looked at for one who is drawn.
pub const CANDIDATES: usize = 8;
/// Fruitless rounds after which whoever one met today may come again.
pub const FRUITLESS: u8 = 3;
/// Draws of one call; the round goes on in the next call, so that commands get in between.
pub const DRAWS_A_CALL: usize = 2_000;
/// After a start that finds that conversations were live, no round is drawn for so many
/// milliseconds: whoever has a ticket comes first.
pub const QUIET_AFTER_START: u64 = 12_000;
/// Ends that are remembered here, beside the tombstones of the store.
pub const ENDS_REMEMBERED: usize = 65_536;
/// How long ends are remembered here, in milliseconds: longer than any store needs to write one.
pub const ENDS_REMEMBERED_FOR: u64 = 600_000;
/// A direct path that was reported alive holds the partner's seat for so many milliseconds more.
pub const DIRECT_ALIVE: u64 = 30_000;
/// A ticket younger than so many seconds is not renewed in an answer to `/status`.
pub const RENEW_AFTER: u64 = 3_600;
/// Accounts that may be seated at once.
pub const SEATS_MAX: usize = 1 << 20;
/// Links that may be in session at once.
pub const LINKS_MAX: usize = 1 << 20;
/// Links one account may have in session at once; the oldest gives way.
pub const LINKS_AN_ACCOUNT: usize = 16;
/// Digests of blocks that one account brings.
pub const BLOCKS_MAX: usize = 10_000;
/// Offers of direct paths in one match.
pub const OFFERS_A_MATCH: u32 = 200;
/// Bytes queued on the relay for one direction of one match.
pub const RELAY_QUEUE: usize = 192 * 1024;

const _: () = assert!(LINKS_MAX >= SEATS_MAX);
const _: () = assert!(RELAY_QUEUE >= 4 * limits::RELAY_MAX);
