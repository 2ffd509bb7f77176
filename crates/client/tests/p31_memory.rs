//! P31: what a picture takes of the memory while it is looked at, each in a process of its own: what
//! making it left behind would count.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use floater_client::picture::{PictureError, prepare, shown};
use floater_client::proto::Binary;
use floater_client::proto::body::{PictureKind, PictureOffer};
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder};
use png::{BitDepth, ColorType, Compression, Encoder};
use std::io::Write;
use std::process::Command;
use std::{env, fs};

/// The whole process, whatever picture comes.
const PEAK_MAX: u64 = 128;
/// What is refused is refused before it is unfolded.
const REFUSED_MAX: u64 = 8;
/// Where the process that looks finds the picture, and its side in pixels.
const PICTURE: &str = "P31_PICTURE";
const SIDE: &str = "P31_SIDE";
const LOOKS: &str = "looks_at_one";
/// So it says what came of it: `P31`, the outcome, MiB of the whole process, MiB more than before.
const TOLD: &str = "P31\t";

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

/// A whole JPEG of one colour, in scans or at once.
fn jpeg(side: u16, is_progressive: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
    encoder.set_progressive(is_progressive);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
    let pixels = vec![90; usize::from(side) * usize::from(side) * 3];
    let kind = jpeg_encoder::ColorType::Rgb;
    encoder.encode(&pixels, side, side, kind).unwrap();
    bytes
}

/// The same in scans, with a byte before its frame that decoders skip.
fn astray(side: u16) -> (u32, Vec<u8>) {
    let mut bytes = jpeg(side, true);
    let frame = bytes.windows(2).position(|it| it == [0xff, 0xc2]).unwrap();
    bytes.insert(frame, 0);
    (u32::from(side), bytes)
}

/// A whole WebP without losses.
fn webp(side: u32, kind: ExtendedColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    let samples = usize::from(kind.channel_count());
    let pixels = vec![90; side as usize * side as usize * samples];
    let encoder = WebPEncoder::new_lossless(&mut bytes);
    encoder.write_image(&pixels, side, side, kind).unwrap();
    bytes
}

fn offer(side: u32, bytes: &[u8]) -> PictureOffer {
    PictureOffer {
        id: Binary([0; 16]),
        kind: PictureKind::of(bytes).unwrap(),
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
fn peak(what: impl FnOnce() -> Result<(), PictureError>) -> String {
    let before = told("VmRSS:");
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let outcome = what();
    let most = told("VmHWM:");
    let more = most.saturating_sub(before);
    format!("{TOLD}{outcome:?}\t{most}\t{more}")
}

#[test]
#[ignore = "the process of the next one"]
fn looks_at_one() {
    let bytes = fs::read(env::var_os(PICTURE).unwrap()).unwrap();
    let side: u32 = env::var(SIDE).unwrap().parse().unwrap();
    let offer = offer(side, &bytes);
    println!(
        "{}",
        peak(|| shown(&offer, &bytes, 1_024).map(|it| assert_eq!(it.width(), 1_024)))
    );
    println!("{}", peak(|| prepare(&bytes).map(drop)));
}

/// What came of looking at a picture, and of preparing it to be sent: outcome, MiB, MiB more.
fn look(side: u32, bytes: &[u8]) -> Vec<(String, u64, u64)> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let looking = Command::new(env::current_exe().unwrap())
        .args(["--exact", LOOKS, "--ignored", "--nocapture"])
        .env(PICTURE, file.path())
        .env(SIDE, side.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8(looking.stdout).unwrap();
    let said: Vec<_> = said.lines().filter_map(|it| it.split_once(TOLD)).collect();
    let each = said.into_iter().map(|(_, told)| {
        let told: Vec<&str> = told.split('\t').collect();
        let [outcome, whole, more]: [&str; 3] = told.try_into().unwrap();
        (
            outcome.to_owned(),
            whole.parse().unwrap(),
            more.parse().unwrap(),
        )
    });
    each.collect()
}

#[test]
fn p31_no_picture_takes_more_than_128_mib() {
    use BitDepth::{Eight, One, Sixteen};
    use ColorType::{Grayscale, Rgb, Rgba};
    let png = |side, color, depth| (side, png(side, color, depth));
    let jpeg = |side: u16, is_progressive| (u32::from(side), jpeg(side, is_progressive));
    let webp = |side, kind| (side, webp(side, kind));
    // What it is, how it is made, and whether it is shown.
    type Case<'a> = (&'a str, &'a dyn Fn() -> (u32, Vec<u8>), bool);
    let cases: [Case<'_>; 12] = [
        // 400 million pixels in some ten kilobytes; 1.6 GB as they would be drawn.
        ("PNG, far too large", &|| png(20_000, Grayscale, One), false),
        (
            "PNG, a little too large",
            &|| png(4_099, Grayscale, Eight),
            false,
        ),
        ("PNG, 16 bits, holes", &|| png(4_096, Rgba, Sixteen), false),
        ("PNG, 16 bits", &|| png(4_096, Rgb, Sixteen), false),
        ("PNG, holes", &|| png(4_096, Rgba, Eight), true),
        ("PNG, one bit", &|| png(4_096, Grayscale, One), true),
        ("JPEG", &|| jpeg(4_096, false), true),
        ("JPEG in scans", &|| jpeg(4_096, true), false),
        ("JPEG in scans, a byte astray", &|| astray(4_096), false),
        ("JPEG in scans, smaller", &|| jpeg(2_896, true), true),
        ("WebP", &|| webp(4_096, ExtendedColorType::Rgb8), true),
        (
            "WebP, holes",
            &|| webp(4_096, ExtendedColorType::Rgba8),
            true,
        ),
    ];
    let refused = format!("Err({:?})", PictureError::Large);
    for (what, make, is_shown) in cases {
        let (side, bytes) = make();
        let told = look(side, &bytes);
        let (outcome, whole, more) = &told[0];
        println!("P31 {what}: {outcome}, {more} MiB, {whole} in all");
        assert!(*whole <= PEAK_MAX, "{what}: {whole} MiB");
        if is_shown {
            assert_eq!(outcome, "Ok(())", "{what}");
        } else {
            assert_eq!(outcome, &refused, "{what}");
            assert!(*more <= REFUSED_MAX, "{what}: {more} MiB more");
        }
    }
    let (side, bomb) = png(20_000, Grayscale, One);
    let (outcome, _, more) = &look(side, &bomb)[1];
    assert_eq!(outcome, &refused, "to be sent");
    assert!(*more <= REFUSED_MAX, "{more} MiB more");
}
