//! Pictures: turned, scaled and re-encoded before they leave, and looked at with care when they
//! come. The page does the same with a canvas.

use crate::Picture;
use crate::proto::body::{PictureKind, PictureOffer};
use crate::proto::limits;
use data_encoding::BASE64URL_NOPAD;
use fast_image_resize::images::Image as Pixels;
use fast_image_resize::{MulDiv, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};
use std::io::Cursor;

pub use image::RgbaImage;

/// A file that is to be sent, in bytes.
pub const FILE_MAX: usize = 64 * 1024 * 1024;
/// Pixels of a file that is to be sent.
const PIXELS_MAX: u64 = 64 * 1024 * 1024;
/// A side of a file that is to be sent, in pixels.
const SIDE_MAX: u32 = 32 * 1024;
/// What a decoder may take for a file of one's own, in bytes.
const MEMORY_MAX: u64 = 4 * PIXELS_MAX;
/// What a decoder may take for a picture that came, in bytes: four samples of eight bits for each pixel,
/// which is what [`prepare`] sends at most.
const MEMORY_FOREIGN_MAX: u64 = 4 * limits::PICTURE_PIXELS_MAX;
/// Pixels of a JPEG of several scans that came: while it is decoded it is in memory as coefficients too,
/// 2 bytes for each sample, and only then as pixels. [`prepare`] sends none.
const SCANS_PIXELS_MAX: u64 = 8 * 1024 * 1024;
/// A PNG without holes that is larger than this is a photograph: JPEG serves it better.
const PNG_WORTH: usize = 1024 * 1024;
/// Each round has half the pixels: a picture that will not fit after four is noise.
const ROUNDS: u8 = 4;
const QUALITIES: [u8; 2] = [85, 75];
/// A side of the pixels that a ThumbHash is made of; it takes no more.
const BLUR_SIDE: u32 = 100;
/// An animated PNG says so before its image data, which begins here at the latest.
const HEAD: usize = 4096;

/// Why a picture cannot be sent or shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// Neither PNG, JPEG, WebP nor GIF.
    #[error("only PNG, JPEG, WebP and GIF pictures can be sent")]
    Kind,
    /// It ends early, or its data makes no picture.
    #[error("the picture is broken")]
    Broken,
    /// Over a limit, before or after scaling.
    #[error("the picture is too large")]
    Large,
    /// It is not what was offered.
    #[error("the picture is not what was offered")]
    Other,
}

/// Makes a picture to send of a file: turned as EXIF says, at most 4,096 pixels a side and 8 MiB,
/// and without whatever else the file told. Takes a while: not for an async task.
///
/// # Errors
/// [`PictureError`].
pub fn prepare(file: &[u8]) -> Result<(Picture, Vec<u8>), PictureError> {
    let format = format_of(file)?;
    let (image, orientation) = decode(file, format, &own_limits(), PIXELS_MAX)?;
    let mut longest = limits::PICTURE_SIDE_MAX.min(image.width().max(image.height()));
    for _ in 0..ROUNDS {
        let mut scaled = scale(image.clone(), longest)?;
        scaled.apply_orientation(orientation);
        if let Some((kind, bytes)) = encode(&scaled, format)? {
            let picture = Picture {
                kind,
                width: scaled.width(),
                height: scaled.height(),
                thumbhash: blur(&scaled)?,
                still: moves(file, format),
                quote: None,
            };
            return Ok((picture, bytes));
        }
        longest = (f64::from(longest) * std::f64::consts::FRAC_1_SQRT_2) as u32;
    }
    Err(PictureError::Large)
}

/// Whether the bytes of a picture that came are the picture that was offered, and a decoder of
/// bounded memory can show them.
///
/// # Errors
/// [`PictureError`].
pub fn check(offer: &PictureOffer, bytes: &[u8]) -> Result<(), PictureError> {
    foreign(offer, bytes).map(drop)
}

/// The same, and the picture itself with at most so many pixels on its longer side. Takes a while.
///
/// # Errors
/// [`PictureError`].
pub fn shown(offer: &PictureOffer, bytes: &[u8], side: u32) -> Result<RgbaImage, PictureError> {
    Ok(scale(foreign(offer, bytes)?, side)?.into_rgba8())
}

/// A picture that [`prepare`] made, with at most so many pixels on its longer side. Takes a while.
///
/// # Errors
/// [`PictureError`].
pub fn preview(bytes: &[u8], side: u32) -> Result<RgbaImage, PictureError> {
    let (image, _) = decode(bytes, format_of(bytes)?, &own_limits(), PIXELS_MAX)?;
    Ok(scale(image, side)?.into_rgba8())
}

/// What a ThumbHash shows: at most 32 pixels on a side. Nothing, if it is none.
#[must_use]
pub fn blurred(thumbhash: &str) -> Option<RgbaImage> {
    let hash = BASE64URL_NOPAD.decode(thumbhash.as_bytes()).ok()?;
    let (width, height, pixels) = thumbhash::thumb_hash_to_rgba(&hash).ok()?;
    RgbaImage::from_raw(width.try_into().ok()?, height.try_into().ok()?, pixels)
}

/// A picture that came, decoded within bounds; it is what was offered.
fn foreign(offer: &PictureOffer, bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    if PictureKind::of(bytes) != Some(offer.kind) {
        return Err(PictureError::Other);
    }
    let format = format_of(bytes)?;
    let mut bounds = Limits::no_limits();
    bounds.max_alloc = Some(MEMORY_FOREIGN_MAX);
    let pixels_max = if format == ImageFormat::Jpeg && !is_one_scan(bytes) {
        SCANS_PIXELS_MAX
    } else {
        limits::PICTURE_PIXELS_MAX
    };
    let (image, _) = decode(bytes, format, &bounds, pixels_max)?;
    if (image.width(), image.height()) == (offer.width, offer.height) {
        Ok(image)
    } else {
        Err(PictureError::Other)
    }
}

/// Whether a JPEG is of one scan that holds all components, so that it is decoded row by row: ITU-T
/// T.81, B.1.1.3 and B.2. Whatever is not plainly so counts as more: decoders read on where this stops.
fn is_one_scan(jpeg: &[u8]) -> bool {
    let mut rest = jpeg.get(2..).unwrap_or_default();
    let mut components = None;
    while let [0xff, marker, high, low, ..] = *rest {
        let length = usize::from(u16::from_be_bytes([high, low]));
        let (Some(body), Some(after)) = (rest.get(4..2 + length), rest.get(2 + length..)) else {
            return false;
        };
        match marker {
            // Baseline and extended sequential frames: precision, height, width, components.
            0xc0 | 0xc1 if components.is_none() => components = body.get(5).copied(),
            // The scan begins with how many of them it holds.
            0xda => return components.is_some() && body.first().copied() == components,
            // Tables, the restart interval, comments, and what programs add.
            0xc4 | 0xdb | 0xdd | 0xe0..=0xef | 0xfe => {}
            _ => return false,
        }
        rest = after;
    }
    false
}

/// By magic bytes, never by name. SVG and all else are nothing.
fn format_of(bytes: &[u8]) -> Result<ImageFormat, PictureError> {
    match PictureKind::of(bytes) {
        Some(PictureKind::Png) => Ok(ImageFormat::Png),
        Some(PictureKind::Jpeg) => Ok(ImageFormat::Jpeg),
        Some(PictureKind::Webp) => Ok(ImageFormat::WebP),
        None if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") => {
            Ok(ImageFormat::Gif)
        }
        None => Err(PictureError::Kind),
    }
}

fn own_limits() -> Limits {
    let mut bounds = Limits::no_limits();
    bounds.max_image_width = Some(SIDE_MAX);
    bounds.max_image_height = Some(SIDE_MAX);
    bounds.max_alloc = Some(MEMORY_MAX);
    bounds
}

/// The first frame, and how it is to be turned. Nothing is allocated for a picture over a limit.
fn decode(
    bytes: &[u8],
    format: ImageFormat,
    bounds: &Limits,
    pixels_max: u64,
) -> Result<(DynamicImage, Orientation), PictureError> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(bounds.clone());
    let mut decoder = reader.into_decoder().map_err(|error| why(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > pixels_max
        || decoder.total_bytes() > bounds.max_alloc.unwrap_or(0)
    {
        return Err(PictureError::Large);
    }
    // EXIF that cannot be read turns nothing.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| why(&error))?;
    Ok((image, orientation))
}

fn why(error: &image::ImageError) -> PictureError {
    match error {
        image::ImageError::Limits(_) => PictureError::Large,
        image::ImageError::Unsupported(_) => PictureError::Kind,
        _ => PictureError::Broken,
    }
}

/// At most so many pixels on its longer side, in RGB or, if it may have holes, RGBA. A large picture is
/// in memory once: nothing of it is copied unless its samples are of another kind.
fn scale(image: DynamicImage, longest: u32) -> Result<DynamicImage, PictureError> {
    let (width, height) = (image.width(), image.height());
    let now = width.max(height).max(1);
    let alpha = image.color().has_alpha();
    let image = if alpha {
        DynamicImage::from(image.into_rgba8())
    } else {
        DynamicImage::from(image.into_rgb8())
    };
    if longest >= now {
        return Ok(image);
    }
    let to = |side: u32| {
        let scaled = u64::from(side) * u64::from(longest) / u64::from(now);
        u32::try_from(scaled).unwrap_or(longest).max(1)
    };
    let (to_width, to_height) = (to(width), to(height));
    let kind = if alpha {
        PixelType::U8x4
    } else {
        PixelType::U8x3
    };
    let mut from = Pixels::from_vec_u8(width, height, image.into_bytes(), kind)
        .map_err(|_| PictureError::Broken)?;
    let mut into = Pixels::new(to_width, to_height, kind);
    // The resizer would do it on a copy.
    let weight = MulDiv::new();
    if alpha {
        let weighted = weight.multiply_alpha_inplace(&mut from);
        weighted.map_err(|_| PictureError::Broken)?;
    }
    let filter = ResizeAlg::Convolution(fast_image_resize::FilterType::Lanczos3);
    let options = ResizeOptions::new().resize_alg(filter).use_alpha(false);
    Resizer::new()
        .resize(&from, &mut into, &options)
        .map_err(|_| PictureError::Broken)?;
    if alpha {
        let divided = weight.divide_alpha_inplace(&mut into);
        divided.map_err(|_| PictureError::Broken)?;
    }
    let bytes = into.into_vec();
    let scaled = if alpha {
        RgbaImage::from_raw(to_width, to_height, bytes).map(DynamicImage::from)
    } else {
        RgbImage::from_raw(to_width, to_height, bytes).map(DynamicImage::from)
    };
    scaled.ok_or(PictureError::Broken)
}

/// PNG for what has holes and for small drawings, else JPEG; nothing if it is too large.
fn encode(
    image: &DynamicImage,
    source: ImageFormat,
) -> Result<Option<(PictureKind, Vec<u8>)>, PictureError> {
    if source != ImageFormat::Jpeg {
        let mut png = Vec::new();
        image
            .write_with_encoder(PngEncoder::new(&mut png))
            .map_err(|_| PictureError::Broken)?;
        let holes = has_holes(image);
        if holes || png.len() <= PNG_WORTH {
            let fits = png.len() <= limits::PICTURE_MAX;
            return Ok(fits.then_some((PictureKind::Png, png)));
        }
    }
    let opaque = image.to_rgb8();
    for quality in QUALITIES {
        let mut jpeg = Vec::new();
        opaque
            .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, quality))
            .map_err(|_| PictureError::Broken)?;
        if jpeg.len() <= limits::PICTURE_MAX {
            return Ok(Some((PictureKind::Jpeg, jpeg)));
        }
    }
    Ok(None)
}

fn has_holes(image: &DynamicImage) -> bool {
    let pixels = image.as_rgba8();
    pixels.is_some_and(|pixels| pixels.pixels().any(|pixel| pixel.0[3] != u8::MAX))
}

fn blur(image: &DynamicImage) -> Result<String, PictureError> {
    let small = scale(image.clone(), BLUR_SIDE)?.into_rgba8();
    let side = |side: u32| usize::try_from(side).unwrap_or(0);
    let (width, height) = (side(small.width()), side(small.height()));
    let hash = thumbhash::rgba_to_thumb_hash(width, height, small.as_raw());
    Ok(BASE64URL_NOPAD.encode(&hash))
}

/// Whether the original moves, so that only its first frame is sent.
fn moves(bytes: &[u8], format: ImageFormat) -> bool {
    let has = |within: &[u8], what: &[u8]| within.windows(what.len()).any(|it| it == what);
    match format {
        ImageFormat::Gif => true,
        // The animation bit of the extended header.
        ImageFormat::WebP => {
            bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 2 != 0)
        }
        ImageFormat::Png => {
            let head = bytes.get(..HEAD.min(bytes.len())).unwrap_or_default();
            let data = head.windows(4).position(|it| it == b"IDAT");
            has(
                head.get(..data.unwrap_or(head.len())).unwrap_or_default(),
                b"acTL",
            )
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
