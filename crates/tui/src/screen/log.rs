//! The conversation: what is to be seen of it. Only lines that are near the window are laid out,
//! however many there are.

use super::look::{Depth, Look};
use super::pictures::{BLURRED, Pictures, fitted};
use crate::app::{App, Shown, Standing, Talk};
use crate::harmless::{harmless, lines};
use crate::transcript::gist;
use crate::words::{Labels, size};
use crate::wrap::{Long, clipped, wrap};
use floater_client::proto::body::PictureOffer;
use floater_client::{Message, Tick, picture};
use ratatui::text::{Line, Span};

/// Columns before what is said.
const INDENT: usize = 2;
/// Columns of a bar that shows how far a picture is.
const BAR: usize = 20;
/// Lines of one person within this many milliseconds stand together.
const TOGETHER: u64 = 60_000;

/// A line and a row of it, from 0.
type Place = (usize, usize);

/// Where the window is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Log {
    /// The line and the row of it at the top; nothing: the end is at the foot.
    top: Option<Place>,
    pub(super) chosen: Option<usize>,
    /// The number after the last line that was at the foot.
    seen: usize,
    rows: usize,
    columns: usize,
}

/// What a line looks like depends on all this.
pub(super) struct Sight<'a> {
    pub(super) talk: &'a Talk,
    pub(super) app: &'a App,
    pub(super) look: &'a Look,
    pub(super) words: &'a Labels,
    pub(super) pictures: &'a Pictures,
}

impl Log {
    pub(super) const fn is_at_end(&self) -> bool {
        self.top.is_none()
    }

    /// Lines that came while the window was elsewhere.
    pub(super) fn unseen(&self, sight: &Sight<'_>) -> usize {
        match self.top {
            Some(_) => sight.talk.numbers().end.saturating_sub(self.seen),
            None => 0,
        }
    }

    pub(super) const fn follow_end(&mut self) {
        self.top = None;
        self.chosen = None;
    }

    /// The rows in the window from its top, each with the line that it is of.
    pub(super) fn window(
        &mut self,
        sight: &Sight<'_>,
        columns: u16,
        rows: u16,
    ) -> Vec<(usize, Line<'static>)> {
        (self.columns, self.rows) = (columns.into(), rows.into());
        let Some(last) = sight.last() else {
            self.follow_end();
            return Vec::new();
        };
        self.settle(sight, last);
        let found = self.from(sight, self.place(sight, last));
        if let Some((number, _)) = found.last() {
            self.seen = self.seen.max(number + 1);
        }
        found
    }

    /// Moves the window: up, if it is less than nothing.
    pub(super) fn scroll(&mut self, sight: &Sight<'_>, by: isize) {
        let Some(last) = sight.last() else {
            return;
        };
        let first = sight.talk.numbers().start;
        let (mut number, row) = self.place(sight, last);
        let mut row = isize::try_from(row).unwrap_or(0).saturating_add(by);
        let rows = |number| isize::try_from(self.lay(sight, number).len()).unwrap_or(isize::MAX);
        while row < 0 && number > first {
            number -= 1;
            row += rows(number);
        }
        while row >= rows(number) && number < last {
            row -= rows(number);
            number += 1;
        }
        self.top = Some((number, usize::try_from(row).unwrap_or(0)));
        self.settle(sight, last);
    }

    /// Chooses the line before or after; what is chosen is in the window.
    pub(super) fn choose(&mut self, sight: &Sight<'_>, by: isize) {
        let Some(last) = sight.last() else {
            return;
        };
        let first = sight.talk.numbers().start;
        let chosen = match self.chosen {
            Some(chosen) => chosen.saturating_add_signed(by).clamp(first, last),
            None => last,
        };
        self.chosen = Some(chosen);
        let above = self.above(sight, chosen);
        let place = self.place(sight, last);
        if place > (chosen, 0) {
            self.top = Some((chosen, 0));
        } else if place < above {
            self.top = Some(above);
        }
        self.settle(sight, last);
    }

    /// Lines that are forgotten take the window along, and below the end there is nothing to see.
    fn settle(&mut self, sight: &Sight<'_>, last: usize) {
        let first = sight.talk.numbers().start;
        let end = self.above(sight, last);
        let top = self.top.map(|place| place.max((first, 0)));
        self.top = top.filter(|place| *place < end);
    }

    fn place(&self, sight: &Sight<'_>, last: usize) -> Place {
        self.top.unwrap_or_else(|| self.above(sight, last))
    }

    /// Where the top is when the last row of this line is at the foot.
    fn above(&self, sight: &Sight<'_>, number: usize) -> Place {
        let first = sight.talk.numbers().start;
        let mut left = self.rows;
        for number in (first..=number).rev() {
            match self.lay(sight, number).len() {
                rows if rows >= left => return (number, rows - left),
                rows => left -= rows,
            }
        }
        (first, 0)
    }

    /// As many rows as the window has, from this one.
    fn from(&self, sight: &Sight<'_>, (first, row): Place) -> Vec<(usize, Line<'static>)> {
        let mut found = Vec::new();
        for number in first..sight.talk.numbers().end {
            let skipped = if number == first { row } else { 0 };
            let of = self.lay(sight, number).into_iter().skip(skipped);
            found.extend(of.map(|line| (number, line)));
            if found.len() >= self.rows {
                break;
            }
        }
        found.truncate(self.rows);
        found
    }

    /// All rows of one line; one at least.
    fn lay(&self, sight: &Sight<'_>, number: usize) -> Vec<Line<'static>> {
        let Some(shown) = sight.talk.line(number) else {
            return vec![Line::default()];
        };
        let before = number.checked_sub(1).and_then(|it| sight.talk.line(it));
        let mut rows = Vec::new();
        if !stands_together(before, shown) {
            if before.is_some() {
                rows.push(Line::default());
            }
            rows.push(sight.head(shown));
        }
        rows.extend(sight.quote(shown, self.columns));
        match &shown.line.message {
            Message::Text { text } => rows.extend(said(text, self.columns)),
            Message::Picture { offer } => {
                rows.extend(sight.picture(number, shown, offer, self.columns));
            }
        }
        if let (Some(tick), Some(last)) = (sight.tick(number, shown), rows.last_mut()) {
            last.push_span(Span::styled(format!("  {tick}"), sight.look.soft()));
        }
        rows
    }
}

fn stands_together(before: Option<&Shown>, shown: &Shown) -> bool {
    before.is_some_and(|before| {
        let near = shown.line.at.saturating_sub(before.line.at) < TOGETHER;
        near && before.line.own == shown.line.own
    })
}

fn said(text: &str, columns: usize) -> Vec<Line<'static>> {
    let room = columns.saturating_sub(INDENT);
    let mut rows = Vec::new();
    for line in lines(text) {
        for part in wrap(&line, room, room, Long::Broken) {
            let part = line.get(part).unwrap_or_default();
            rows.push(Line::raw(format!("{:INDENT$}{part}", "")));
        }
    }
    rows
}

/// So much of a hundred has passed.
fn bar(percent: u64) -> String {
    let filled = usize::try_from(percent).unwrap_or(0) * BAR / 100;
    let filled = filled.min(BAR);
    format!("{}{}", "█".repeat(filled), "░".repeat(BAR - filled))
}

impl Sight<'_> {
    /// The number of the last line, if there is one.
    fn last(&self) -> Option<usize> {
        let numbers = self.talk.numbers();
        let last = numbers.end.checked_sub(1);
        last.filter(|last| *last >= numbers.start)
    }

    fn head(&self, shown: &Shown) -> Line<'static> {
        let name = if shown.line.own {
            Span::styled(self.words.me.to_owned(), self.look.soft())
        } else {
            let name = harmless(&self.talk.peer);
            Span::styled(name, self.look.accent().patch(self.look.bold()))
        };
        let at = self.app.clock().minute(shown.line.at);
        Line::from(vec![name, Span::styled(format!(" {at}"), self.look.soft())])
    }

    fn quote(&self, shown: &Shown, columns: usize) -> Option<Line<'static>> {
        let of = shown.line.quote?;
        let quoted = self.talk.number_of(of).and_then(|it| self.talk.line(it));
        let gist = match quoted {
            Some(quoted) => gist(quoted, self.app.language()),
            None => self.words.quote_gone.to_owned(),
        };
        let row = format!("{:INDENT$}│ {gist}", "");
        Some(Line::styled(clipped(&row, columns), self.look.soft()))
    }

    fn picture(
        &self,
        number: usize,
        shown: &Shown,
        offer: &PictureOffer,
        columns: usize,
    ) -> Vec<Line<'static>> {
        let own = shown.line.own;
        let standing = self.talk.standing(offer.id);
        let opened = self.pictures.get(number);
        let mut about = vec![format!(
            "{} · {} × {}",
            size(offer.size),
            offer.width,
            offer.height
        )];
        if offer.still {
            about.push(self.words.still.to_owned());
        }
        match standing {
            Standing::Complete if !own && opened.is_none() => {
                about.push(self.words.view.to_owned())
            }
            Standing::Complete => {}
            standing => about.push((self.words.standing)(own, standing)),
        }
        if let Standing::Moving(percent) = standing {
            about.push(bar(percent));
        }
        let room = columns.saturating_sub(INDENT);
        let mut rows = Vec::new();
        let most = (u16::try_from(room).unwrap_or(u16::MAX), u16::MAX);
        let drawn = match opened {
            Some(opened) => opened.inline(most, self.look),
            None if self.look.depth == Depth::None || standing == Standing::Failed => Vec::new(),
            None => picture::blurred(&offer.thumbhash)
                .map(|image| fitted(&image, (BLURRED.0.min(most.0), BLURRED.1), self.look))
                .unwrap_or_default(),
        };
        rows.extend(drawn.into_iter().map(|mut row| {
            row.spans.insert(0, Span::raw(format!("{:INDENT$}", "")));
            row
        }));
        let about = about.join(" · ");
        let style = match standing {
            Standing::Failed => self.look.amber(),
            _ => self.look.soft(),
        };
        for part in wrap(&about, room, room, Long::Broken) {
            let part = about.get(part).unwrap_or_default();
            rows.push(Line::styled(format!("{:INDENT$}{part}", ""), style));
        }
        rows
    }

    /// What became of a line of one's own: told of the last one, and of those that are on their way.
    fn tick(&self, number: usize, shown: &Shown) -> Option<&'static str> {
        let is_last = || {
            let mut after = (number + 1..self.talk.numbers().end).take(64);
            !after.any(|it| self.talk.line(it).is_some_and(|it| it.line.own))
        };
        let told =
            shown.line.own && (matches!(shown.tick, Tick::Waiting | Tick::Sent) || is_last());
        told.then(|| (self.words.tick)(shown.tick))
    }
}
