//! The conversation: head, log, and what one writes. Where there is room, side by side.

use super::Screen;
use super::draw::{inset, length, paragraph, prompt, split};
use crate::app::App;
use crate::harmless::{harmless, lines};
use crate::transcript::gist;
use crate::words::{clock, labels, size};
use crate::wrap::{clipped, width};
use floater_client::proto::limits;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Borders, Paragraph};

/// From so many columns on, log and own pane stand side by side.
const BESIDE: u16 = 120;
/// Columns of the own pane then.
const OWN: u16 = 48;
/// From so many columns on, one's own name stands beside the other's.
const BOTH: u16 = 60;
/// Rows of what one writes; more scroll.
const WRITTEN_ROWS: usize = 6;
/// When fewer bytes than this are left, that is told.
const NEARLY_FULL: usize = 1500;
/// Rows of the picture that is ready.
const PREVIEW_ROWS: u16 = 8;

impl Screen {
    /// The other's name, and the path.
    pub(super) fn talk_head(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let words = labels(app.language());
        let Some(talk) = &app.talk else {
            return;
        };
        let mut row = Line::from(" ");
        let name = clipped(&harmless(&talk.peer), usize::from(area.width / 2));
        row.push_span(Span::styled(
            name,
            self.look.accent().patch(self.look.bold()),
        ));
        if area.width >= BOTH {
            let own = clipped(&harmless(&talk.own), usize::from(area.width / 4));
            row.push_span(Span::styled(format!(" · {own}"), self.look.soft()));
        }
        if let Some(path) = talk.path {
            let chip = format!(" [{}]", (words.path)(path));
            row.push_span(Span::styled(chip, self.look.soft()));
        }
        // A part of the code would be worth nothing.
        let code: Vec<&str> = talk.safety.iter().map(|it| it.emoji).collect();
        let (name, code) = (format!("  {} ", words.safety), code.join(" "));
        if !code.is_empty() && row.width() + width(&name) + width(&code) <= area.width.into() {
            row.push_span(Span::styled(name, self.look.soft()));
            row.push_span(Span::raw(code));
        }
        frame.render_widget(row, area);
    }

    pub(super) fn talk_page(&mut self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        if area.width >= BESIDE {
            let left = Rect {
                width: area.width - OWN,
                ..area
            };
            let right = Rect {
                x: area.x + left.width,
                width: OWN,
                ..area
            };
            let rows = self.own_rows(app, OWN - 3);
            self.log_pane(app, frame, left);
            self.own_pane(app, frame, (right, Borders::LEFT), rows);
        } else {
            let rows = self.own_rows(app, area.width.saturating_sub(2));
            let written = self
                .draft
                .height(area.width.saturating_sub(4))
                .clamp(1, WRITTEN_ROWS);
            let own = u16::try_from(rows.len() + written + 1).unwrap_or(u16::MAX);
            let (above, below) = split(
                area,
                area.height.saturating_sub(own).max(area.height.min(3)),
            );
            self.log_pane(app, frame, above);
            self.own_pane(app, frame, (below, Borders::TOP), rows);
        }
    }

    fn log_pane(&mut self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let words = labels(app.language());
        let (log, status) = split(area, area.height.saturating_sub(1));
        self.page = log.height;
        let inner = inset(log);
        let mut window = self.log;
        let Some(sight) = self.sight(app) else {
            return;
        };
        let rows = window.window(&sight, inner.width, inner.height);
        let unseen = window.unseen(&sight);
        self.log = window;
        let opened = paragraph(words.opened, inner.width, self.look.soft());
        let above = if rows.len() + opened.len() < usize::from(inner.height) {
            opened
        } else {
            Vec::new()
        };
        // What was said last stands at the foot.
        let taken = u16::try_from(rows.len() + above.len()).unwrap_or(u16::MAX);
        let (_, place) = split(inner, inner.height.saturating_sub(taken));
        let chosen = self.log.chosen.filter(|_| self.reads);
        let before = u16::try_from(above.len()).unwrap_or(0);
        for (at, (number, _)) in rows.iter().enumerate() {
            if chosen == Some(*number) {
                let y = place.y + before + u16::try_from(at).unwrap_or(0);
                let row = Rect {
                    y,
                    height: 1,
                    ..place
                };
                frame
                    .buffer_mut()
                    .set_style(row.intersection(place), self.look.chosen());
            }
        }
        let rows = above
            .into_iter()
            .chain(rows.into_iter().map(|(_, row)| row));
        frame.render_widget(Paragraph::new(rows.collect::<Vec<_>>()), place);
        frame.render_widget(self.status(app, unseen), status);
    }

    /// What goes on just now: the most important of it.
    fn status(&self, app: &App, unseen: usize) -> Line<'static> {
        let words = labels(app.language());
        let Some(talk) = &app.talk else {
            return Line::default();
        };
        let peer = harmless(&talk.peer);
        if self
            .escaped
            .is_some_and(|at| app.now.saturating_sub(at) <= super::ESCAPES_WITHIN)
        {
            return Line::styled(format!(" {}", words.escape), self.look.amber());
        }
        if let Some(until) = talk.away_until {
            let left = clock(until.saturating_sub(app.now).div_ceil(1000));
            return Line::styled(format!(" {}", (words.away)(&left)), self.look.amber());
        }
        if unseen > 0 {
            return Line::styled(
                format!(" {}", (words.new_below)(unseen)),
                self.look.accent(),
            );
        }
        if talk.typing {
            return Line::styled(format!(" {}", (words.typing)(&peer)), self.look.soft());
        }
        Line::default()
    }

    /// What stands over what one writes: the quoted line, the picture that is ready, what is too long.
    fn own_rows(&self, app: &App, columns: u16) -> Vec<Line<'static>> {
        let words = labels(app.language());
        let mut rows = Vec::new();
        let quoted = self.quote.and_then(|it| app.talk.as_ref()?.line(it));
        if let Some(quoted) = quoted {
            let gist = gist(quoted, app.language());
            let told = clipped(&format!("│ {}: {gist}", words.quoting), columns.into());
            rows.push(Line::styled(told, self.look.soft()));
        }
        if let Some(draft) = &app.draft {
            if let Some(preview) = self.pictures.preview(draft) {
                rows.extend(preview.inline((columns, PREVIEW_ROWS), &self.look));
            }
            let bytes = size(u64::try_from(draft.bytes.len()).unwrap_or(u64::MAX));
            let told = format!("{} · {bytes} · {}", words.ready, words.stripped);
            rows.extend(paragraph(&told, columns, self.look.accent()));
        }
        if app.is_full() {
            rows.extend(paragraph(words.full, columns, self.look.amber()));
        }
        // Three bytes a letter, as Chinese has.
        let length = self.draft.text().len();
        if let Some(over) = length
            .checked_sub(limits::TEXT_MAX)
            .filter(|over| *over > 0)
        {
            let told = (words.over)(over.div_ceil(3));
            rows.extend(paragraph(&told, columns, self.look.amber()));
        } else if limits::TEXT_MAX - length < NEARLY_FULL {
            let told = (words.room)((limits::TEXT_MAX - length) / 3);
            rows.extend(paragraph(&told, columns, self.look.soft()));
        }
        rows
    }

    fn own_pane(
        &self,
        app: &App,
        frame: &mut Frame<'_>,
        (area, borders): (Rect, Borders),
        rows: Vec<Line<'static>>,
    ) {
        let border = Block::new()
            .borders(borders)
            .border_type(BorderType::Plain)
            .border_style(self.look.line());
        let inner = inset(border.inner(area));
        frame.render_widget(border, area);
        let most = inner.height.saturating_sub(1);
        let (told, line) = split(inner, length(&rows).min(most));
        frame.render_widget(Paragraph::new(rows), told);
        let field = prompt(frame, line, self.look.accent());
        let soft = self.look.soft();
        if self.reads || self.over.is_some() || app.confirm.is_some() {
            // The cursor is where one acts.
            let text: Vec<String> = lines(&self.draft.text()).collect();
            let rows = paragraph(&text.join("\n"), field.width, soft);
            frame.render_widget(Paragraph::new(rows), field);
        } else {
            let words = labels(app.language());
            self.draft.draw(frame, field, soft, words.placeholder);
        }
    }
}
