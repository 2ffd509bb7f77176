//! Pictures in a terminal: blurred until they are opened, in half blocks where nothing better is.

use super::look::{Depth, Look};
use crate::app::{Draft, Sent};
use floater_client::picture::RgbaImage;
use image::imageops::{FilterType, resize, thumbnail};
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use ratatui_image::protocol::Protocol;
use std::collections::BTreeMap;

/// Pictures that were opened and can be shown again at once; the oldest ones go.
const OPENED_MAX: usize = 16;
/// Columns and rows of a picture within the conversation.
const INLINE: (u16, u16) = (48, 14);
/// The same while it is blurred.
pub(super) const BLURRED: (u16, u16) = (24, 6);
/// What is darkest first, for terminals without colours.
const SHADES: [&str; 5] = [" ", "░", "▒", "▓", "█"];

/// A picture that was opened.
pub(super) struct Opened {
    pub(super) image: RgbaImage,
    /// As large as it is shown within the conversation.
    small: RgbaImage,
}

/// What was opened in this conversation.
#[derive(Default)]
pub(crate) struct Pictures {
    opened: BTreeMap<usize, Opened>,
    /// The one that is ready to be sent.
    preview: Option<(u64, Opened)>,
    /// The one that is shown large, as the terminal draws it.
    pub(super) large: Option<Large>,
}

/// A picture in the terminal's own graphics.
pub(super) struct Large {
    pub(super) number: usize,
    /// Columns and rows that there were.
    pub(super) room: (u16, u16),
    pub(super) drawn: Option<Protocol>,
    /// Whether it was drawn, or cannot be.
    pub(super) is_answered: bool,
}

impl Opened {
    fn new(image: RgbaImage) -> Self {
        let (columns, rows) = fitting(image.dimensions(), INLINE);
        let small = thumbnail(&image, columns.into(), u32::from(rows) * 2);
        Self { image, small }
    }

    /// Within the conversation, in at most so many columns and rows.
    pub(super) fn inline(&self, room: (u16, u16), look: &Look) -> Vec<Line<'static>> {
        let room = (room.0.min(INLINE.0), room.1.min(INLINE.1));
        if fitting(self.image.dimensions(), room) == fitting(self.image.dimensions(), INLINE) {
            return blocks(&self.small, look);
        }
        fitted(&self.small, room, look)
    }
}

impl Pictures {
    pub(super) fn insert(&mut self, number: usize, image: RgbaImage) {
        self.keep(number, Opened::new(image));
    }

    pub(super) fn prepare(&mut self, serial: u64, image: RgbaImage) {
        self.preview = Some((serial, Opened::new(image)));
    }

    /// What the draft looks like, if that is known.
    pub(super) fn preview(&self, draft: &Draft) -> Option<&Opened> {
        let of_it = |(serial, _): &&(u64, Opened)| *serial == draft.serial;
        self.preview
            .as_ref()
            .filter(of_it)
            .map(|(_, opened)| opened)
    }

    /// The one that was ready is a line now.
    pub(super) fn sent(&mut self, sent: &Sent) {
        if let Some((_, preview)) = self.preview.take_if(|(serial, _)| *serial == sent.serial) {
            self.keep(sent.number, preview);
        }
    }

    fn keep(&mut self, number: usize, opened: Opened) {
        self.opened.insert(number, opened);
        while self.opened.len() > OPENED_MAX {
            self.opened.pop_first();
        }
    }

    pub(super) fn get(&self, number: usize) -> Option<&Opened> {
        self.opened.get(&number)
    }
}

/// Columns and rows of a picture of so many pixels, in at most this room. A cell is twice as high as
/// it is wide.
pub(super) fn fitting((width, height): (u32, u32), room: (u16, u16)) -> (u16, u16) {
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let wide = f64::from(room.0.max(1)) / width;
    let high = f64::from(room.1.max(1)) * 2.0 / height;
    let by = wide.min(high);
    let columns = (width * by).round().clamp(1.0, f64::from(room.0.max(1)));
    let rows = (height * by / 2.0)
        .round()
        .clamp(1.0, f64::from(room.1.max(1)));
    (columns as u16, rows as u16)
}

/// A picture in at most this room.
pub(super) fn fitted(image: &RgbaImage, room: (u16, u16), look: &Look) -> Vec<Line<'static>> {
    let (columns, rows) = fitting(image.dimensions(), room);
    let (columns, pixels) = (u32::from(columns), u32::from(rows) * 2);
    let larger = columns > image.width() || pixels > image.height();
    let scaled = if larger {
        resize(image, columns, pixels, FilterType::Triangle)
    } else {
        thumbnail(image, columns, pixels)
    };
    blocks(&scaled, look)
}

/// A pixel a column, two pixels a row.
fn blocks(image: &RgbaImage, look: &Look) -> Vec<Line<'static>> {
    let row = |y: u32| {
        let cell = |x: u32| {
            let at = |y: u32| {
                image
                    .get_pixel_checked(x, y)
                    .map_or([0; 3], |it| on_black(it.0))
            };
            let (upper, lower) = (at(y), at(y + 1));
            match look.depth {
                Depth::None => Span::raw(shade(upper, lower)),
                depth => {
                    let style = Style::new()
                        .fg(colour(upper, depth))
                        .bg(colour(lower, depth));
                    Span::styled("▀", style)
                }
            }
        };
        Line::from_iter((0..image.width()).map(cell))
    };
    (0..image.height()).step_by(2).map(row).collect()
}

fn on_black([red, green, blue, alpha]: [u8; 4]) -> [u8; 3] {
    [red, green, blue].map(|it| (u16::from(it) * u16::from(alpha) / 255) as u8)
}

fn brightness([red, green, blue]: [u8; 3]) -> u32 {
    (u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1000
}

fn shade(upper: [u8; 3], lower: [u8; 3]) -> &'static str {
    let bright = (brightness(upper) + brightness(lower)) / 2;
    let at = usize::try_from(bright * 5 / 256).unwrap_or(0);
    SHADES.get(at).copied().unwrap_or(" ")
}

fn colour([red, green, blue]: [u8; 3], depth: Depth) -> Color {
    match depth {
        Depth::True => Color::Rgb(red, green, blue),
        Depth::Palette => Color::Indexed(of_cube([red, green, blue])),
        Depth::Sixteen => of_sixteen([red, green, blue]),
        Depth::None => Color::Reset,
    }
}

/// In the 6 × 6 × 6 cube of the palette of 256, or on its ramp of greys.
fn of_cube([red, green, blue]: [u8; 3]) -> u8 {
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    if most - least < 12 {
        return match most {
            0..8 => 16,
            239.. => 231,
            grey => 232 + (grey - 8) / 10,
        };
    }
    let step = |it: u8| match it {
        0..48 => 0,
        48..115 => 1,
        it => (it - 35) / 40,
    };
    16 + 36 * step(red) + 6 * step(green) + step(blue)
}

fn of_sixteen(pixel: [u8; 3]) -> Color {
    const NORMAL: [Color; 8] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
    ];
    let bits = pixel.map(|it| usize::from(it > 110));
    let [red, green, blue] = bits;
    match (bits, brightness(pixel)) {
        ([0, 0, 0], 55..) => Color::DarkGray,
        ([1, 1, 1], 220..) => Color::White,
        _ => NORMAL
            .get(red + 2 * green + 4 * blue)
            .copied()
            .unwrap_or(Color::Gray),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_keeps_its_shape_and_its_room() {
        assert_eq!(fitting((400, 200), (40, 20)), (40, 10));
        assert_eq!(fitting((200, 400), (40, 10)), (10, 10));
        assert_eq!(fitting((4096, 1), (40, 10)), (40, 1));
        assert_eq!(fitting((0, 0), (0, 0)), (1, 1));
    }

    #[test]
    fn colours_are_near_in_every_palette() {
        assert_eq!(of_cube([255, 0, 0]), 196);
        assert_eq!(of_cube([0, 0, 0]), 16);
        assert_eq!(of_cube([255, 255, 255]), 231);
        assert_eq!(of_cube([128, 128, 128]), 244);
        assert_eq!(of_sixteen([250, 30, 20]), Color::Red);
        assert_eq!(of_sixteen([250, 250, 250]), Color::White);
        assert_eq!(shade([255; 3], [255; 3]), "█");
        assert_eq!(shade([0; 3], [0; 3]), " ");
    }
}
