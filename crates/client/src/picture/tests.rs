use super::*;
use crate::proto::Binary;
use image::{GrayImage, Rgba};

const PICTURE: Picture = Picture {
    kind: PictureKind::Png,
    width: 0,
    height: 0,
    thumbhash: String::new(),
    still: false,
    quote: None,
};

fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Noise, which no encoder makes small.
fn noise(width: u32, height: u32) -> DynamicImage {
    let mut state = 1_u32;
    RgbImage::from_fn(width, height, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        image::Rgb([(state >> 8) as u8, (state >> 16) as u8, (state >> 24) as u8])
    })
    .into()
}

fn offer(picture: &Picture, bytes: &[u8]) -> PictureOffer {
    PictureOffer {
        id: Binary([0; 16]),
        kind: picture.kind,
        size: bytes.len() as u64,
        width: picture.width,
        height: picture.height,
        sha256: Binary([0; 32]),
        thumbhash: picture.thumbhash.clone(),
        still: picture.still,
    }
}

#[test]
fn what_is_prepared_passes_the_check_of_who_receives_it() {
    let table = [
        (
            noise(800, 600),
            ImageFormat::Jpeg,
            PictureKind::Jpeg,
            (800, 600),
            false,
        ),
        (
            noise(50, 40),
            ImageFormat::Png,
            PictureKind::Png,
            (50, 40),
            false,
        ),
        (
            noise(900, 900),
            ImageFormat::Png,
            PictureKind::Jpeg,
            (900, 900),
            false,
        ),
        (
            noise(64, 64),
            ImageFormat::WebP,
            PictureKind::Png,
            (64, 64),
            false,
        ),
        (
            noise(64, 64),
            ImageFormat::Gif,
            PictureKind::Png,
            (64, 64),
            true,
        ),
        (
            noise(5000, 100),
            ImageFormat::Png,
            PictureKind::Png,
            (4096, 81),
            false,
        ),
        (
            GrayImage::new(3, 9000).into(),
            ImageFormat::Png,
            PictureKind::Png,
            (1, 4096),
            false,
        ),
    ];
    for (image, format, kind, size, still) in table {
        let (picture, bytes) = prepare(&file(&image, format)).unwrap();
        let told = (picture.kind, (picture.width, picture.height), picture.still);
        assert_eq!(told, (kind, size, still), "{format:?}");
        assert!(bytes.len() <= limits::PICTURE_MAX);
        let hash = BASE64URL_NOPAD
            .decode(picture.thumbhash.as_bytes())
            .unwrap();
        assert!((5..=limits::THUMBHASH_MAX).contains(&hash.len()));
        assert_eq!(check(&offer(&picture, &bytes), &bytes), Ok(()));
    }
}

#[test]
fn holes_stay_holes() {
    let holed = RgbaImage::from_fn(40, 40, |x, _| Rgba([9, 9, 9, if x < 20 { 0 } else { 255 }]));
    let (picture, bytes) = prepare(&file(&holed.into(), ImageFormat::WebP)).unwrap();
    assert_eq!(picture.kind, PictureKind::Png);
    let back = image::load_from_memory(&bytes).unwrap().to_rgba8();
    assert_eq!(
        (back.get_pixel(0, 0).0[3], back.get_pixel(39, 0).0[3]),
        (0, 255)
    );
}

#[test]
fn what_is_no_picture_is_refused_before_it_is_decoded() {
    let jpeg = file(&noise(200, 200), ImageFormat::Jpeg);
    let png = file(&noise(200, 200), ImageFormat::Png);
    // 60,000 x 60,000 pixels in 57 bytes.
    let mut bomb = file(&noise(1, 1), ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let table: [(&[u8], PictureError); 6] = [
        (
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            PictureError::Kind,
        ),
        (b"", PictureError::Kind),
        (b"GIF8", PictureError::Kind),
        (&jpeg[..20], PictureError::Broken),
        (&png[..png.len() / 2], PictureError::Broken),
        (b"\x89PNG\r\n\x1a\n", PictureError::Broken),
    ];
    for (bytes, wanted) in table {
        assert_eq!(
            prepare(bytes).map(|_| ()),
            Err(wanted),
            "{} bytes",
            bytes.len()
        );
    }
    // The checksum of the head may be seen first; nothing of this size is decoded.
    let refused = prepare(&bomb).map(|_| ());
    assert!(matches!(
        refused,
        Err(PictureError::Large | PictureError::Broken)
    ));
}

#[test]
fn what_comes_must_be_what_was_offered() {
    let image = noise(64, 48);
    let (picture, bytes) = prepare(&file(&image, ImageFormat::Jpeg)).unwrap();
    let wrong_size = Picture {
        width: 65,
        ..picture.clone()
    };
    assert_eq!(
        check(&offer(&wrong_size, &bytes), &bytes),
        Err(PictureError::Other)
    );
    let wrong_kind = Picture {
        kind: PictureKind::Webp,
        ..picture.clone()
    };
    assert_eq!(
        check(&offer(&wrong_kind, &bytes), &bytes),
        Err(PictureError::Other)
    );
    let html = b"<html><script>alert(1)</script>";
    assert_eq!(
        check(&offer(&PICTURE, html), html),
        Err(PictureError::Other)
    );
    let wide = file(&GrayImage::new(4200, 4100).into(), ImageFormat::Png);
    let large = Picture {
        width: 4200,
        height: 4100,
        ..PICTURE
    };
    assert_eq!(
        check(&offer(&large, &wide), &wide),
        Err(PictureError::Large)
    );
}

/// A place in a photograph: EXIF whose one part is GPS, with a latitude that is nowhere else.
const PLACE: &[u8] = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x88\x25\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0\
    \0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0latitude 47.3769";
/// What follows the end of a picture, or hides in it, and is something else for another program.
const ELSE: [&[u8]; 4] = [
    b"<script>alert(1)</script>",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"PK\x05\x06 the end of an archive",
    b"%PDF-1.7 a document",
];

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|it| it == part)
}

/// A JPEG with a segment behind its beginning.
fn with_segment(jpeg: &[u8], marker: u8, segment: &[u8]) -> Vec<u8> {
    let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
    let (begin, rest) = jpeg.split_at(2);
    [begin, &[0xff, marker], &length, segment, rest].concat()
}

#[test]
fn p31_a_photograph_leaves_without_its_place() {
    let plain = file(&noise(64, 48), ImageFormat::Jpeg);
    let told = with_segment(&plain, 0xe1, PLACE);
    assert!(has(&told, b"47.3769"));
    let (_, sent) = prepare(&told).unwrap();
    for part in [b"Exif".as_slice(), b"47.3769", b"latitude"] {
        assert!(
            !has(&sent, part),
            "{:?} left",
            String::from_utf8_lossy(part)
        );
    }
}

#[test]
fn p31_what_is_a_picture_and_something_else_leaves_as_a_picture() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let plain = file(&noise(64, 48), format);
        for other in ELSE {
            let mut files = vec![[plain.as_slice(), other].concat()];
            if format == ImageFormat::Jpeg {
                files.push(with_segment(&plain, 0xfe, other));
            }
            for both in files {
                let (_, sent) = prepare(&both).unwrap();
                assert!(!has(&sent, other), "{format:?} with {other:?}");
            }
        }
    }
}

/// A page of PNG that says how large it is, and holds nothing.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut png = file(&noise(1, 1), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc32(&png[12..29]).to_be_bytes();
    png[29..33].copy_from_slice(&crc);
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |mut crc: u32, byte| {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
        crc
    })
}

#[test]
fn p31_what_would_unfold_to_gigabytes_is_neither_prepared_nor_shown() {
    for (width, height) in [
        (30_000, 30_000),
        (65_535, 65_535),
        (u32::MAX >> 1, 1),
        (1, 1 << 30),
    ] {
        let bomb = bomb(width, height);
        let prepared = prepare(&bomb).err();
        assert_eq!(prepared, Some(PictureError::Large), "{width} by {height}");
        for (said_width, said_height) in [(width, height), (64, 64)] {
            let said = Picture {
                width: said_width,
                height: said_height,
                ..PICTURE
            };
            let told = check(&offer(&said, &bomb), &bomb);
            assert_eq!(told, Err(PictureError::Large), "as {said_width}");
        }
    }
}
