//! The screen as a whole: what stands above and below each page, and what lies over it.

use super::keys::Action;
use super::{Over, Screen, Step};
use crate::app::App;
use crate::form::Field;
use crate::verb::Place;
use crate::words::{Tone, labels};
use crate::wrap::{Long, clipped, width, wrap};
use floater_client::LinkState;
use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

/// Rows of something that was said.
const NOTICE_ROWS: usize = 6;
/// Less than this shows nothing that one could use.
const SMALLEST: (u16, u16) = (20, 8);
/// Whether so many columns and rows show something.
pub(super) const fn is_usable((columns, rows): (u16, u16)) -> bool {
    columns >= SMALLEST.0 && rows >= SMALLEST.1
}

/// A column of text is at most so wide.
pub(super) const COLUMN: u16 = 64;

/// Lines of text within so many columns.
pub(super) fn paragraph(text: &str, columns: u16, style: Style) -> Vec<Line<'static>> {
    let columns = usize::from(columns);
    let mut rows = Vec::new();
    for line in text.lines() {
        for part in wrap(line, columns, columns, Long::Broken) {
            let part = line.get(part).unwrap_or_default().to_owned();
            rows.push(Line::styled(part, style));
        }
    }
    rows
}

/// The middle of an area, at most so wide and high.
pub(super) fn middle(area: Rect, columns: u16, rows: u16) -> Rect {
    let (columns, rows) = (columns.min(area.width), rows.min(area.height));
    Rect {
        x: area.x + (area.width - columns) / 2,
        y: area.y + (area.height - rows) / 2,
        width: columns,
        height: rows,
    }
}

/// The first rows of an area, and the rest.
pub(super) fn split(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    let first = Rect {
        height: rows,
        ..area
    };
    let rest = Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    };
    (first, rest)
}

pub(super) fn length<T>(rows: &[T]) -> u16 {
    u16::try_from(rows.len()).unwrap_or(u16::MAX)
}

/// The same area without its first and last column.
pub(super) fn inset(area: Rect) -> Rect {
    Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    }
}

/// Marks where something is written; the room behind the mark.
pub(super) fn prompt(frame: &mut Frame<'_>, area: Rect, style: Style) -> Rect {
    let (mark, _) = split(area, 1);
    frame.render_widget(Line::from(Span::styled("› ", style)), mark);
    Rect {
        x: area.x + 2,
        width: area.width.saturating_sub(2),
        ..area
    }
}

/// A list of which one line is chosen, so that it is in the window. Only what is in it is asked for.
pub(super) fn list(
    frame: &mut Frame<'_>,
    area: Rect,
    (count, at): (usize, usize),
    chosen: Style,
    told: impl Fn(usize) -> (String, String),
) {
    let (height, columns) = (usize::from(area.height), usize::from(area.width));
    let from = (at + 1).saturating_sub(height);
    for row in (from..count).take(height) {
        let (name, value) = told(row);
        let y = area.y + u16::try_from(row - from).unwrap_or(0);
        let style = if row == at { chosen } else { Style::new() };
        let value = clipped(&value, columns / 2);
        let room = columns.saturating_sub(width(&value) + 3);
        let name = clipped(&name, room);
        let gap = columns.saturating_sub(width(&name) + width(&value) + 2);
        let told = format!(" {name}{:gap$}{value} ", "");
        frame
            .buffer_mut()
            .set_stringn(area.x, y, told, columns, style);
    }
}

impl Screen {
    /// Draws everything.
    pub(crate) fn draw(&mut self, app: &App, frame: &mut Frame<'_>) {
        let (area, words) = (frame.area(), labels(app.language()));
        self.size = (area.width, area.height);
        frame.buffer_mut().set_style(area, self.look.paper());
        if !is_usable(self.size) {
            frame.render_widget(Paragraph::new(words.small), area);
            return;
        }
        if let Some(Over::Large(number)) = self.over.as_ref().filter(|_| self.is_large(app)) {
            let number = *number;
            self.large(app, frame, area, number);
            let notice = self.notice_rows(app, area.width);
            let (_, told) = split(area, area.height.saturating_sub(length(&notice) + 1));
            let (told, _) = split(told, length(&notice));
            frame.render_widget(Clear, told);
            return frame.render_widget(Paragraph::new(notice), told);
        }
        let (above, rest) = split(area, 1);
        let (page, below) = split(rest, rest.height - 1);
        self.above(app, frame, above);
        let notice = self.notice_rows(app, page.width);
        let (page, told) = split(page, page.height.saturating_sub(length(&notice)));
        if app.form.is_some() || app.awaits_answer() && app.place == Place::Door {
            self.questions(app, frame, page);
        } else {
            self.page(app, frame, page);
        }
        frame.render_widget(Paragraph::new(notice), told);
        self.below(app, frame, below);
        self.draw_over(app, frame, page);
    }

    /// On the left where one is, on the right the connection, unless it is good.
    fn above(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let words = labels(app.language());
        let link = match app.link {
            LinkState::Up => String::new(),
            // The starting page says so itself.
            LinkState::Connecting if app.place == Place::Starting => String::new(),
            state => (words.link)(state, app.now),
        };
        let columns = usize::from(area.width);
        let link = clipped(&link, columns.saturating_sub(10));
        let room = columns.saturating_sub(width(&link) + 2);
        if app.place == Place::Talk {
            self.talk_head(
                app,
                frame,
                Rect {
                    width: u16::try_from(room).unwrap_or(0),
                    ..area
                },
            );
        } else {
            let name = Span::styled(" FLOATER", self.look.accent().patch(self.look.bold()));
            frame.render_widget(Line::from(name), area);
        }
        let link = Line::from(Span::styled(format!("{link} "), self.look.amber()));
        frame.render_widget(link.alignment(Alignment::Right), area);
    }

    fn notice_rows(&mut self, app: &App, columns: u16) -> Vec<Line<'static>> {
        if self.notice.as_ref().is_some_and(|it| it.until <= app.now) {
            self.notice = None;
        }
        let Some(notice) = &self.notice else {
            return Vec::new();
        };
        let style = match notice.tone {
            Tone::Wrong => self.look.amber(),
            Tone::Quiet => self.look.soft(),
            Tone::Said | Tone::Told => self.look.accent(),
        };
        let rows = |line: &String| paragraph(line, columns.saturating_sub(2), style);
        let mut rows: Vec<Line<'static>> = notice.lines.iter().flat_map(rows).collect();
        rows.truncate(NOTICE_ROWS.min(usize::from(self.size.1) / 2));
        for row in &mut rows {
            row.spans.insert(0, Span::raw(" "));
        }
        rows
    }

    /// What keys do here.
    fn below(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let words = labels(app.language());
        let over = self.over.is_some() || app.confirm.is_some() || app.form.is_some();
        let mut all = if over {
            self.keys_over(app)
        } else {
            self.keys_on(app)
        };
        if !over {
            let name = |action| self.keys.name(action);
            all.extend([
                (name(Action::Help), words.help),
                (name(Action::Quit), words.key.quit),
            ]);
        }
        let all = all
            .into_iter()
            .filter_map(|(name, does)| Some((name?, does)));
        frame.render_widget(self.keys_row(all, area.width), area);
    }

    /// As many keys as there is room for.
    pub(super) fn keys_row(
        &self,
        keys: impl IntoIterator<Item = (String, &'static str)>,
        columns: u16,
    ) -> Line<'static> {
        let mut row = Line::from(" ");
        for (name, does) in keys {
            if row.width() + width(&name) + width(does) + 3 > columns.into() {
                break;
            }
            row.push_span(Span::styled(name, self.look.bold()));
            row.push_span(Span::styled(format!(" {does}   "), self.look.soft()));
        }
        row
    }

    /// While something lies over the page, or is asked.
    fn keys_over(&self, app: &App) -> Vec<(Option<String>, &'static str)> {
        let words = labels(app.language());
        let key = &words.key;
        let keys: &[(&str, &'static str)] = match &self.over {
            _ if app.confirm.is_some() => {
                &[("←→", key.choose), ("Enter", key.go), ("Esc", words.stay)]
            }
            Some(Over::Panel { .. }) => &[("↑↓", key.scroll), ("Esc", key.back)],
            Some(Over::Ask(_)) => &[("Enter", key.go), ("Esc", key.back)],
            Some(Over::Report(report)) if report.step == Step::Lines => &[
                ("↑↓", key.choose),
                ("Space", key.mark),
                ("Enter", key.next),
                ("Esc", key.before),
            ],
            Some(_) => &[("↑↓", key.choose), ("Enter", key.go), ("Esc", key.back)],
            None if self.asked == Some(Field::Adult) => {
                &[("Enter", key.go), ("↑↓", key.scroll), ("Esc", key.back)]
            }
            None => &[("Enter", key.next), ("↑", key.before), ("Esc", key.back)],
        };
        let secret = self.answer.shows_secret().filter(|_| self.over.is_none());
        let turn = secret.map(|shown| ("F2", if shown { key.hide } else { key.show }));
        let keys = keys.iter().copied().chain(turn);
        keys.map(|(key, does)| (Some(key.to_owned()), does))
            .collect()
    }

    /// On the page itself.
    fn keys_on(&self, app: &App) -> Vec<(Option<String>, &'static str)> {
        let words = labels(app.language());
        let key = &words.key;
        let name = |action| self.keys.name(action);
        let fixed = |key: &str| Some(key.to_owned());
        match app.place {
            Place::Talk if self.reads => vec![
                (fixed("↑↓"), key.choose),
                (fixed("r"), key.quote),
                (fixed("Enter"), key.open),
                (fixed("s"), key.save),
                (fixed("v"), key.viewer),
                (fixed("Esc"), key.write),
            ],
            Place::Talk => vec![
                (fixed("Enter"), key.send),
                (name(Action::Menu), words.menu),
                (name(Action::Picture), key.picture),
                (name(Action::Lines), key.lines),
                (name(Action::Break), key.line),
                (name(Action::Leave), words.leave),
            ],
            Place::Greeting => vec![(fixed("Enter"), words.greet), (fixed("Esc"), words.leave)],
            Place::Waiting => vec![(fixed("Esc"), words.stop), (fixed("/"), key.command)],
            Place::Starting => Vec::new(),
            _ => vec![
                (fixed("↑↓"), key.choose),
                (fixed("Enter"), key.go),
                (fixed("/"), key.command),
            ],
        }
    }
}
