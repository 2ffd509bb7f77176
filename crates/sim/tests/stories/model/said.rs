//! Lines and pictures that say which they are.

use floater_core::Picture;
use floater_proto::body::{PictureKind, PictureOffer};

/// What one said: whose line, in which conversation of theirs, which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said {
    pub(super) who: usize,
    pub(super) talk: usize,
    pub(super) number: u64,
}

impl Said {
    /// A line that says which it is.
    pub(crate) fn text(self) -> String {
        format!("{} {} {}", self.who, self.talk, self.number)
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split(' ').map(str::parse);
        let mut next = || numbers.next()?.ok();
        let (who, talk, number): (u64, u64, u64) = (next()?, next()?, next()?);
        Some(Self {
            who: who as usize,
            talk: talk as usize,
            number,
        })
    }

    /// A picture that says in its size which it is.
    pub(crate) fn picture(self) -> (Picture, Vec<u8>) {
        let (width, height) = (
            self.number as u32 + 1,
            (self.talk * 8 + self.who) as u32 + 1,
        );
        let picture = Picture {
            kind: PictureKind::Jpeg,
            width,
            height,
            thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI".to_owned(),
            still: false,
            quote: None,
        };
        let size = 3 + (width * 7_919 + height * 104_729) % 150_000;
        let mut bytes: Vec<u8> = (0..size).map(|it| (it * width + height) as u8).collect();
        bytes[..3].copy_from_slice(&[0xff, 0xd8, 0xff]);
        (picture, bytes)
    }

    pub(super) fn seen(offer: &PictureOffer) -> Option<Self> {
        let height = offer.height.checked_sub(1)? as usize;
        Some(Self {
            who: height % 8,
            talk: height / 8,
            number: u64::from(offer.width).checked_sub(1)?,
        })
    }
}
