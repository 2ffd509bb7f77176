//! A JSON head and bytes in one body: a picture crosses IPC as the bytes that it is.
//! `web/src/engine/frame.ts` is the other side.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes of the length of the head, big-endian.
const LENGTH: usize = 4;
/// No head is longer.
const HEAD_MAX: usize = 64 * 1024;

/// What is no frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoFrame;

/// Head and bytes as one.
pub(crate) fn join(head: &impl Serialize, bytes: &[u8]) -> Result<Vec<u8>, NoFrame> {
    let head = serde_json::to_vec(head).map_err(|_| NoFrame)?;
    let length = u32::try_from(head.len()).map_err(|_| NoFrame)?;
    Ok([&length.to_be_bytes(), &head[..], bytes].concat())
}

/// The head, and the bytes that follow it.
pub(crate) fn split<T: DeserializeOwned>(frame: &[u8]) -> Result<(T, &[u8]), NoFrame> {
    let (length, rest) = frame.split_first_chunk::<LENGTH>().ok_or(NoFrame)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| NoFrame)?;
    if length > HEAD_MAX {
        return Err(NoFrame);
    }
    let (head, bytes) = rest.split_at_checked(length).ok_or(NoFrame)?;
    Ok((serde_json::from_slice(head).map_err(|_| NoFrame)?, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_its_parts_and_nothing_shorter_is_one() {
        let frame = join(&"你好", &[0, 255]).unwrap();
        assert_eq!(
            split::<String>(&frame),
            Ok(("你好".to_owned(), &[0, 255][..]))
        );
        for end in 0..frame.len() - 2 {
            assert_eq!(split::<String>(&frame[..end]), Err(NoFrame), "{end}");
        }
        assert_eq!(split::<String>(&[255; 8]), Err(NoFrame));
    }
}
