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
