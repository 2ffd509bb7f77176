//! Every limit of FLOATER/1.0, in one place. The specification prints this table.

use std::time::Duration;

/// A head line, without its CRLF, in bytes.
pub const LINE_MAX: usize = 1024;
/// Fields in one head, the first line included.
pub const FIELDS_MAX: usize = 32;
/// A head, its empty line included, in bytes.
pub const HEAD_MAX: usize = 8 * 1024;
/// The body of a `/text`, in bytes of UTF-8.
pub const TEXT_MAX: usize = 16 * 1024;
/// One piece of a picture, in bytes.
pub const CHUNK_MAX: usize = 32 * 1024;
/// Any message on a link to the server, head and body, in bytes.
pub const MESSAGE_MAX: usize = 48 * 1024;
/// Any message between strangers, head and body, in bytes: the plaintext of one record.
pub const INNER_MAX: usize = 40 * 1024;
/// A frame with its length prefix: prefix, number, padded plaintext, tag.
pub const FRAME_MAX: usize = 2 + 8 + INNER_MAX + 16;
/// The body of a `/relay`, in bytes: room is left for the head that the server writes.
pub const RELAY_MAX: usize = MESSAGE_MAX - 512;
/// A head must be complete this long after its first byte.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Digits of a length or of a request id.
pub const DIGITS_MAX: usize = 19;
/// The largest frame a writer puts on a WebSocket, in bytes.
pub const WEBSOCKET_WRITE_MAX: usize = 16 * 1024;
/// The largest WebSocket message a reader takes, in bytes.
pub const WEBSOCKET_READ_MAX: usize = 68 * 1024;
/// The server pings a WebSocket this often.
pub const PING_EVERY: Duration = Duration::from_secs(10);
/// A link that showed no sign of life for this long is dead.
pub const LINK_DEAD_AFTER: Duration = Duration::from_secs(25);
/// A link on which nobody has logged in is closed after this long.
pub const LOG_IN_WITHIN: Duration = Duration::from_secs(60);
/// A client that has nothing to ask before it is logged in leaves its link after this long.
pub const DOOR_REST_AFTER: Duration = Duration::from_secs(45);
/// Requests one side may have open on a link; one more is answered `429`.
pub const OPEN_REQUESTS_MAX: usize = 32;

/// Grapheme clusters of a username.
pub const USERNAME_GRAPHEMES_MAX: usize = 24;
/// Bytes of a username in UTF-8: grapheme clusters alone have no bound.
pub const USERNAME_BYTES_MAX: usize = 256;
/// Combining marks in a row in a username: more would climb over the lines above and below.
pub const USERNAME_MARKS_MAX: usize = 4;
/// Bytes of an e-mail address (RFC 5321 §4.5.3.1.3, less the angle brackets).
pub const EMAIL_MAX: usize = 254;
/// Characters of a password in NFC, at least.
pub const PASSWORD_MIN: usize = 8;
/// Characters of a password in NFC, at most.
pub const PASSWORD_MAX: usize = 128;
/// Bytes of a ticket in its base64url form.
pub const TICKET_MAX: usize = 900;

/// A proposal must be accepted this soon.
pub const ACCEPT_WITHIN: Duration = Duration::from_secs(2);
/// Both must have greeted this long after `/match`.
pub const GREET_WITHIN: Duration = Duration::from_secs(45);
/// A match without keys after this long is `unreachable`.
pub const HANDSHAKE_WITHIN: Duration = Duration::from_secs(20);
/// A seat is held this long for whoever lost their link.
pub const GRACE: Duration = Duration::from_secs(120);
/// A ticket resumes and reports this long after its sealing.
pub const TICKET_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// A picture, in bytes.
pub const PICTURE_MAX: usize = 8 * 1024 * 1024;
/// A side of a picture that is sent, in pixels.
pub const PICTURE_SIDE_MAX: u32 = 4096;
/// Pixels of a picture that is received.
pub const PICTURE_PIXELS_MAX: u64 = 16_800_000;
/// Received and unopened pictures, in bytes.
pub const PICTURES_UNOPENED_MAX: usize = 32 * 1024 * 1024;
/// Bytes of a ThumbHash.
pub const THUMBHASH_MAX: usize = 25;

/// Signed messages in one report.
pub const REPORT_MESSAGES_MAX: usize = 20;
/// Characters of the note of a report.
pub const REPORT_NOTE_MAX: usize = 1000;
