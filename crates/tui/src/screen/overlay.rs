//! What lies over a page, as it is drawn.

use super::draw::{COLUMN, length, list, middle, paragraph, split};
use super::pictures::fitted;
use super::{Asking, Browse, For, Over, Report, Screen, Step, dialog, settings};
use crate::app::{App, Confirm};
use crate::files::Entry;
use crate::harmless::harmless;
use crate::transcript::gist;
use crate::words::{labels, size};
use crate::wrap::{clipped, width};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Padding, Paragraph};

/// Columns of the menu.
const MENU: u16 = 32;
/// Rows of the list of files.
const FILES: u16 = 16;
/// Lines of a conversation that are chosen from at once.
const LINES: u16 = 12;

/// Two buttons, of which the first is the safe one.
struct Choice<'a> {
    stays: &'a str,
    goes: &'a str,
    going: bool,
}

impl Screen {
    pub(super) fn draw_over(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let words = labels(app.language());
        let listed = |rows: Vec<(String, String)>, at: &usize| (rows, *at);
        match &self.over {
            None | Some(Over::Large(_)) => {}
            Some(Over::Panel { title, lines, from }) => {
                self.panel(frame, area, title, (lines, *from));
            }
            Some(Over::Menu(at)) => {
                let items = dialog::items(app).into_iter();
                let named = |it| (dialog::item(words, it).to_owned(), String::new());
                self.listing(
                    frame,
                    area,
                    words.menu,
                    listed(items.map(named).collect(), at),
                );
            }
            Some(Over::Settings(at)) => {
                let email = app.account.as_ref().map(|it| harmless(it.email.as_str()));
                let title = match email {
                    Some(email) => format!("{} · {email}", words.settings),
                    None => words.settings.to_owned(),
                };
                self.listing(frame, area, &title, listed(settings::told(app), at));
            }
            Some(Over::Blocks(at)) => {
                let mut rows = settings::blocks(app);
                if rows.is_empty() {
                    rows.push((words.set.no_blocks.to_owned(), String::new()));
                }
                self.listing(frame, area, words.set.blocks, listed(rows, at));
            }
            Some(Over::Sessions(at)) => {
                let rows = settings::sessions(app);
                self.listing(frame, area, words.set.sessions, listed(rows, at));
            }
            Some(Over::Report(report)) => self.report(app, frame, area, report),
            Some(Over::Picker(browse)) => self.browser(app, frame, area, browse),
            Some(Over::Block(going)) => {
                let title = (words.block_title)(&peer(app));
                let choice = Choice {
                    stays: words.key.back,
                    goes: words.block,
                    going: *going,
                };
                self.question(frame, area, (&title, words.block_lead), &choice);
            }
            Some(Over::Ask(asking)) => self.asking_line(app, frame, area, asking),
        }
        if let Some(confirm) = app.confirm {
            let choice = Choice {
                stays: words.stay,
                goes: match confirm {
                    Confirm::Leave => words.leave,
                    Confirm::LogOut => words.set.log_out,
                    Confirm::Quit | Confirm::Interrupt => words.quit,
                },
                going: self.goes,
            };
            let lead = (words.leave_lead)(&peer(app));
            self.question(frame, area, (words.leave_title, &lead), &choice);
        }
    }

    /// A box over the page, for so many columns and rows; what is left in it.
    fn boxed(&self, frame: &mut Frame<'_>, area: Rect, title: &str, room: (u16, u16)) -> Rect {
        let whole = middle(area, room.0.saturating_add(4), room.1.saturating_add(2));
        frame.render_widget(Clear, whole);
        // A wide letter that begins before the box would reach into it.
        for y in whole.top()..whole.bottom() {
            let before = whole.x.checked_sub(1).map(|x| (x, y));
            if let Some(cell) = before.and_then(|place| frame.buffer_mut().cell_mut(place))
                && width(cell.symbol()) > 1
            {
                cell.set_symbol(" ");
            }
        }
        frame.buffer_mut().set_style(whole, self.look.paper());
        let title = match title {
            "" => String::new(),
            title => format!(" {title} "),
        };
        let border = Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(self.look.line())
            .padding(Padding::horizontal(1))
            .title(Span::styled(title, self.look.bold()));
        let inner = border.inner(whole);
        frame.render_widget(border, whole);
        inner
    }

    /// Lines to read, from one on.
    fn panel(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        title: &str,
        (lines, from): (&[String], usize),
    ) {
        let columns = columns(area);
        let rows = |line: &String| match line.as_str() {
            "" => vec![Line::default()],
            line => paragraph(line, columns, Style::new()),
        };
        let rows: Vec<Line<'static>> = lines.iter().flat_map(rows).collect();
        let inner = self.boxed(frame, area, title, (columns, length(&rows)));
        let most = rows.len().saturating_sub(inner.height.into());
        let rows: Vec<_> = rows.into_iter().skip(from.min(most)).collect();
        frame.render_widget(Paragraph::new(rows), inner);
    }

    /// Lines of which one is chosen.
    fn listing(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        title: &str,
        (rows, at): (Vec<(String, String)>, usize),
    ) {
        let plain = rows.iter().all(|(_, value)| value.is_empty());
        let columns = if plain {
            columns(area).min(MENU)
        } else {
            columns(area)
        };
        let inner = self.boxed(frame, area, title, (columns, length(&rows).max(1)));
        self.chosen_of(frame, inner, &rows, at);
    }

    fn chosen_of(&self, frame: &mut Frame<'_>, area: Rect, rows: &[(String, String)], at: usize) {
        let told = |row: usize| rows.get(row).cloned().unwrap_or_default();
        list(frame, area, (rows.len(), at), self.look.chosen(), told);
    }

    fn question(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        (title, lead): (&str, &str),
        of: &Choice<'_>,
    ) {
        let mut rows = paragraph(lead, columns(area), Style::new());
        rows.push(Line::default());
        rows.push(Line::from(vec![
            Span::styled(
                format!("  {}  ", of.stays),
                self.look.button(!of.going, false),
            ),
            Span::raw("  "),
            Span::styled(format!("  {}  ", of.goes), self.look.button(of.going, true)),
        ]));
        let inner = self.boxed(frame, area, title, (columns(area), length(&rows)));
        frame.render_widget(Paragraph::new(rows), inner);
    }

    /// A line that is asked for.
    fn asking_line(&self, app: &App, frame: &mut Frame<'_>, area: Rect, asking: &Asking) {
        let lead = match asking.of {
            For::Command | For::Name => "",
            _ => labels(app.language()).save_where,
        };
        let rows = paragraph(lead, columns(area), self.look.soft());
        let title = dialog::title(app, asking.of);
        let inner = self.boxed(frame, area, title, (columns(area), length(&rows) + 1));
        let (lead, line) = split(inner, length(&rows));
        frame.render_widget(Paragraph::new(rows), lead);
        asking.line.draw(frame, line, self.look.soft(), "");
    }

    fn report(&self, app: &App, frame: &mut Frame<'_>, area: Rect, report: &Report) {
        let words = labels(app.language());
        let theirs = match report.step {
            Step::Lines => dialog::theirs(app),
            _ => Vec::new(),
        };
        let (lead, rows) = match report.step {
            Step::Offence => (words.report_lead, dialog::OFFENCES.len()),
            Step::Lines => (words.report_lines, theirs.len().max(1)),
            Step::Note => (words.report_note, 1),
        };
        let lead = paragraph(lead, columns(area), self.look.soft());
        let above = length(&lead) + 1;
        let rows_shown = u16::try_from(rows).unwrap_or(u16::MAX).min(LINES);
        let inner = self.boxed(
            frame,
            area,
            words.report,
            (columns(area), above + rows_shown),
        );
        let (told, below) = split(inner, above);
        frame.render_widget(Paragraph::new(lead), told);
        let told = |row: usize| match report.step {
            Step::Offence => {
                let of = dialog::OFFENCES.get(row);
                of.map_or("", |it| (words.offence)(*it)).to_owned()
            }
            _ => reported(app, report, theirs.get(row).copied()),
        };
        match report.step {
            Step::Note => report.note.draw(frame, below, self.look.soft(), ""),
            _ => list(frame, below, (rows, report.at), self.look.chosen(), |row| {
                (told(row), String::new())
            }),
        }
    }

    fn browser(&self, app: &App, frame: &mut Frame<'_>, area: Rect, browse: &Browse) {
        let words = labels(app.language());
        let inner = self.boxed(frame, area, words.pick, (columns(area), FILES));
        let (path, below) = split(inner, 1);
        let Some(listing) = &browse.listing else {
            return frame.render_widget(Line::raw(words.one_moment), path);
        };
        let told = harmless(&listing.path.display().to_string());
        let told = clipped(&format!("{told} {}", browse.filter), path.width.into());
        frame.render_widget(Line::styled(told, self.look.soft()), path);
        let told = |entry: &Entry| {
            let name = harmless(&entry.name.to_string_lossy());
            match entry.is_file {
                true => (name, size(entry.size)),
                false => (format!("{name}/"), String::new()),
            }
        };
        let mut rows: Vec<_> = browse.found().iter().map(told).collect();
        if rows.is_empty() {
            let why = match listing.trouble {
                Some(_) => words.unreadable,
                None => words.nothing_here,
            };
            rows.push((why.to_owned(), String::new()));
        }
        self.chosen_of(frame, below, &rows, browse.at);
    }

    /// A picture alone.
    pub(super) fn large(&self, app: &App, frame: &mut Frame<'_>, area: Rect, number: usize) {
        let words = labels(app.language());
        let (above, below) = split(area, area.height - 1);
        let large = self.pictures.large.as_ref();
        if let Some(drawn) = large.and_then(|it| it.drawn.as_ref()) {
            let image = ratatui_image::Image::new(drawn).allow_clipping(true);
            let size = drawn.size();
            frame.render_widget(image, middle(above, size.width, size.height));
        } else if let Some(opened) = self.pictures.get(number) {
            let rows = fitted(&opened.image, (above.width, above.height), &self.look);
            let wide = rows.first().map_or(0, Line::width);
            let place = middle(
                above,
                u16::try_from(wide).unwrap_or(u16::MAX),
                length(&rows),
            );
            frame.render_widget(Paragraph::new(rows), place);
        }
        let keys = [
            ("Esc", words.key.back),
            ("s", words.key.save),
            ("v", words.key.viewer),
        ];
        let keys = keys.map(|(key, does)| (key.to_owned(), does));
        frame.render_widget(self.keys_row(keys, below.width), below);
    }
}

/// A line of the other one, and whether it is to be opened.
fn reported(app: &App, report: &Report, number: Option<usize>) -> String {
    let shown = number.and_then(|it| app.talk.as_ref()?.line(it));
    let (Some(number), Some(shown)) = (number, shown) else {
        return labels(app.language()).report_none.to_owned();
    };
    let mark = if report.chosen.contains(&number) {
        "[x]"
    } else {
        "[ ]"
    };
    format!("{mark} {}", gist(shown, app.language()))
}

/// Columns of what lies over a page.
fn columns(area: Rect) -> u16 {
    COLUMN.min(area.width.saturating_sub(6))
}

fn peer(app: &App) -> String {
    let talk = app.talk.as_ref();
    talk.map(|talk| harmless(&talk.peer)).unwrap_or_default()
}
