use super::*;
use floater_proto::{Resource, encode};

/// A text request of `message` bytes, then `zeros` zeros.
fn plaintext(message: usize, zeros: usize) -> Vec<u8> {
    let write = |body: &[u8]| {
        let mut out = Vec::new();
        encode::request(&mut out, floater_proto::Method::Post, Resource::Text)
            .content_type("text/plain; charset=utf-8")
            .finish(body)
            .unwrap();
        out
    };
    let mut body = vec![b'a'; message + 1000 - write(&[b'a'; 1000]).len()];
    let mut out = write(&body);
    // The head says how long the body is, and its digits count too.
    body.resize(body.len() + message - out.len(), b'a');
    out = write(&body);
    assert_eq!(out.len(), message);
    out.resize(message + zeros, 0);
    out
}

#[test]
fn a_frame_is_no_longer_than_the_largest() {
    let begins = |length: usize| {
        let length = u16::try_from(length - 2).unwrap();
        let bytes = [length.to_be_bytes().as_slice(), &[0; 40]].concat();
        !matches!(cut(&bytes), Cut::Garbage)
    };
    assert!(begins(HEADER + TAG));
    assert!(!begins(HEADER + TAG - 1));
    assert!(begins(FRAME_MAX));
    for more in [1, 2, 4, 5] {
        assert!(!begins(FRAME_MAX + more), "{more}");
    }
}

#[test]
fn the_size_of_a_frame_is_known_before_it_is_sealed() {
    for length in [1, 255, 256, 257, 5_000, INNER_MAX] {
        let mut unsealed = Unsealed::with_capacity(length);
        unsealed.end().resize(HEADER + length, 1);
        unsealed.pad();
        let room = unsealed.0.capacity();
        let frame = unsealed.seal(&Aead::new(&[7; 32]), 1);
        assert_eq!(frame.len(), size_of(length), "{length}");
        assert_eq!(room, size_of(length), "{length}: nothing was moved");
    }
    assert_eq!(size_of(INNER_MAX), FRAME_MAX);
}

#[test]
fn a_message_is_padded_by_as_little_as_possible() {
    for (message, zeros, is_one) in [
        (1024, 0, true),
        (1024, 256, false),
        (1025, 255, true),
        (1025, 511, false),
        (1025, 254, false),
        (INNER_MAX, 0, true),
        (INNER_MAX - 1, 1, true),
        (INNER_MAX, 256, false),
        (INNER_MAX + 256, 0, false),
    ] {
        let plain = plaintext(message, zeros);
        assert_eq!(unpad(&plain).is_some(), is_one, "{message} and {zeros}");
    }
    let mut plain = plaintext(1025, 255);
    plain[1100] = 1;
    assert!(unpad(&plain).is_none(), "a byte in the padding");
}
