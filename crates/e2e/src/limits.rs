//! The bounds and timers between the two. The specification prints this table. Sizes that the
//! wire shares with the server stand in `floater_proto::limits`.

/// A plaintext is padded with zeros to a multiple of this.
pub(crate) const PAD: usize = 256;
/// Frame bytes that may be unacknowledged on the relay.
pub(crate) const WINDOW_RELAY: usize = 128 * 1024;
/// Frame bytes that may be unacknowledged on a direct path.
pub(crate) const WINDOW_DIRECT: usize = 8 * 1024 * 1024;
/// Of the window, what picture chunks leave to everything else.
pub(crate) const WINDOW_TEXT: usize = 24 * 1024;
/// Of the window, what everything else leaves to `/end`: the end waits for no room.
pub(crate) const WINDOW_END: usize = 512;
/// Sequence numbers that a receiver looks ahead, whatever they weigh.
pub(crate) const AHEAD_MAX: u64 = WINDOW_DIRECT as u64 / PAD as u64;
/// Control frames that may come late.
pub(crate) const CONTROL_WINDOW: u64 = 1024;

/// Until a frame under S was opened, handshake message and `/hello` go out this often.
pub(crate) const REPEAT_EVERY: u64 = 1_000;
/// The longest time that a record waits for its acknowledgement to be sent.
pub(crate) const ACK_DELAY: u64 = 200;
/// Records after which an acknowledgement is sent at once.
pub(crate) const ACK_RECORDS: u32 = 32;
/// Frame bytes on the relay after which an acknowledgement is sent at once.
pub(crate) const ACK_BYTES_RELAY: usize = 64 * 1024;
/// Frame bytes on a direct path after which an acknowledgement is sent at once.
pub(crate) const ACK_BYTES_DIRECT: usize = 256 * 1024;
/// Records wait so long for an acknowledgement before the first probe.
pub(crate) const PROBE_FIRST: u64 = 1_000;
/// The wait doubles with each fruitless probe up to this.
pub(crate) const PROBE_MAX: u64 = 8_000;

/// A direct path that is idle is asked for a sign of life this often.
pub(crate) const PING_EVERY: u64 = 20_000;
/// While something waits, a direct path may be silent for four round trips, but always so long.
pub(crate) const SUSPECT_AFTER: u64 = 500;
/// The same while the round trip is not known.
pub(crate) const SUSPECT_UNKNOWN: u64 = 2_000;
/// A longer round trip of a direct path counts as this.
pub(crate) const ROUND_TRIP_MAX: u64 = 1_250;
/// A suspect direct path is dropped when it has not answered for so long.
pub(crate) const SUSPECT_FOR: u64 = 5_000;
/// A connection on which both have proved who they are waits so long to be chosen.
pub(crate) const SELECT_WITHIN: u64 = 8_000;

/// Questions that a joining peer causes are at least so far apart.
pub(crate) const PROBE_APART: u64 = 250;

/// Requests of one side that wait for their answer; one more is answered `429`.
pub(crate) const REQUESTS_OPEN_MAX: usize = 256;
/// Texts and offers of one's own that wait for their answer; one more waits in the composer.
pub(crate) const SIGNED_OPEN_MAX: usize = 128;
/// Answers that wait for the window; then requests are dropped unanswered. An honest peer has at
/// most [`SIGNED_OPEN_MAX`] and [`REQUESTS_OPEN_MAX`] open.
pub(crate) const ANSWERS_MAX: usize = 512;
/// Bytes of the messages that wait for the window; then nothing more is said or asked.
pub(crate) const LANE_BYTES_MAX: usize = 256 * 1024;
/// Pictures of the peer that are not opened yet.
pub(crate) const PICTURES_WAITING_MAX: usize = 64;
/// Ranges are open and none was answered for so long: the picture has failed. Longer than a seat is
/// held, by as much as a slow path may need for one range.
pub(crate) const RANGE_WITHIN: u64 = 240_000;
/// Bytes of one's own pictures that the peer may still fetch.
pub(crate) const PICTURES_OFFERED_BYTES_MAX: usize = 32 * 1024 * 1024;
/// One's own pictures that the peer may still fetch.
pub(crate) const PICTURES_OFFERED_MAX: usize = 64;
/// Signed messages kept for a report.
pub(crate) const ARCHIVE_MESSAGES_MAX: usize = 200;
/// Bytes of the signed messages kept for a report.
pub(crate) const ARCHIVE_BYTES_MAX: usize = 1024 * 1024;

/// While one types it is told this often.
pub(crate) const TYPING_EVERY: u64 = 3_000;
/// Without a repeat the peer has stopped to type after this.
pub(crate) const TYPING_FOR: u64 = 6_000;

#[cfg(test)]
mod tests;
