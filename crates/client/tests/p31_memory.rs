//! P31: what pictures take of the memory while they are looked at. One test, for the process is what
//! is measured.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use floater_client::picture::{PictureError, prepare, shown};
use floater_client::proto::Binary;
use floater_client::proto::body::{PictureKind, PictureOffer};
use png::{BitDepth, ColorType, Compression, Encoder};
use std::fs;
use std::io::Write;

/// The whole process, whatever picture comes.
const PEAK_MAX: u64 = 128;
/// What is refused is refused before it is unfolded.
const REFUSED_MAX: u64 = 8;

/// A whole PNG of one colour: each pixel is there.
fn png(side: u32, color: ColorType, depth: BitDepth) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, side, side);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.set_compression(Compression::Fastest);
    let mut writer = encoder.write_header().unwrap();
    let bits = side as usize * color.samples() * depth as usize;
    let row = vec![0; bits.div_ceil(8)];
    let mut rows = writer.stream_writer().unwrap();
    for _ in 0..side {
        rows.write_all(&row).unwrap();
    }
    rows.finish().unwrap();
    drop(writer);
    bytes
}

fn offer(side: u32, bytes: &[u8]) -> PictureOffer {
    PictureOffer {
        id: Binary([0; 16]),
        kind: PictureKind::Png,
        size: bytes.len() as u64,
        width: side,
        height: side,
        sha256: Binary([0; 32]),
        thumbhash: String::new(),
        still: false,
    }
}

/// A line of what Linux tells of this process, in MiB.
fn told(line: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let found = status.lines().find_map(|it| it.strip_prefix(line)).unwrap();
    let kib: u64 = found.trim().trim_end_matches(" kB").parse().unwrap();
    kib / 1024
}

/// What something takes at its peak: of the whole process, and beyond what the process had before.
fn peak<T>(what: impl FnOnce() -> T) -> (T, u64, u64) {
    let before = told("VmRSS:");
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let made = what();
    let most = told("VmHWM:");
    (made, most, most.saturating_sub(before))
}

#[test]
fn p31_no_picture_takes_more_than_128_mib() {
    use BitDepth::{Eight, One, Sixteen};
    use ColorType::{Grayscale, Rgb, Rgba};
    // (side, colour, bits of a sample, whether it is shown)
    let cases = [
        // 400 million pixels in some ten kilobytes; 1.6 GB as they would be drawn.
        (20_000, Grayscale, One, false),
        (4_099, Grayscale, Eight, false),
        (4_096, Rgba, Sixteen, false),
        (4_096, Rgb, Sixteen, false),
        (4_096, Rgba, Eight, true),
        (4_096, Grayscale, One, true),
    ];
    for (side, color, depth, is_shown) in cases {
        let bytes = png(side, color, depth);
        let offer = offer(side, &bytes);
        let (made, whole, more) = peak(|| shown(&offer, &bytes, 1_024));
        println!("{side} {color:?} {depth:?}: {more} MiB, {whole} in all");
        assert!(whole <= PEAK_MAX, "{side} {color:?} {depth:?}: {whole} MiB");
        if !is_shown {
            assert_eq!(made.err(), Some(PictureError::Large), "{side} {color:?}");
            assert!(more <= REFUSED_MAX, "{side} {color:?}: {more} MiB more");
        } else {
            assert_eq!(made.unwrap().width(), 1_024);
        }
    }
    let bomb = png(20_000, Grayscale, One);
    let (made, _, more) = peak(|| prepare(&bomb));
    assert_eq!(made.err(), Some(PictureError::Large));
    assert!(more <= REFUSED_MAX, "{more} MiB more");
}
