//! The pages: door, main, waiting, greeting.

use super::Screen;
use super::draw::{COLUMN, inset, length, middle, paragraph, prompt, split};
use super::press::{Button, DOOR};
use crate::app::App;
use crate::form::{Field, Form, Purpose};
use crate::harmless::harmless;
use crate::note::{AccountNote, Note, WayNote};
use crate::strength::strength;
use crate::verb::Place;
use crate::words::{Labels, clock, labels, tell};
use crate::wrap::clipped;
use floater_client::proto::body::Policy;
use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Rows of a page, and which of them has the cursor, if one has.
type Rows = Vec<Line<'static>>;

impl Screen {
    pub(super) fn page(&mut self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let words = labels(app.language());
        let columns = COLUMN.min(area.width.saturating_sub(4));
        let rows = match app.place {
            Place::Starting => vec![Line::raw(words.starting)],
            Place::Door => self.door_page(columns, words),
            Place::Main if app.settings().policy.is_none() => {
                return self.policy_page(frame, area, columns, words);
            }
            Place::Main => self.main_page(app, columns),
            Place::Waiting => self.waiting_page(app, columns),
            Place::Greeting => return self.greeting_page(app, frame, area, columns),
            Place::Talk => return self.talk_page(app, frame, area),
            Place::Elsewhere => self.elsewhere_page(columns, words),
        };
        centred(frame, area, columns, rows);
    }

    fn button(&self, words: &str, chosen: bool) -> Line<'static> {
        let mark = if chosen { "›" } else { " " };
        let told = format!("  {mark} {words}    ");
        Line::from(Span::styled(told, self.look.button(chosen, false)))
    }

    fn door_page(&self, columns: u16, words: &Labels) -> Rows {
        let [first, second] = words.verse;
        let mut rows = vec![
            Line::styled(first, self.look.soft()),
            Line::styled(second, self.look.soft()),
            Line::default(),
        ];
        for (at, purpose) in DOOR.into_iter().enumerate() {
            rows.push(self.button((words.purpose)(purpose), at == self.at));
        }
        rows.push(Line::default());
        rows.extend(paragraph(words.promise, columns, self.look.soft()));
        rows
    }

    fn policy_page(&self, frame: &mut Frame<'_>, area: Rect, columns: u16, words: &Labels) {
        let mut rows = vec![
            Line::styled(words.policy_title, self.look.bold()),
            Line::default(),
        ];
        rows.extend(paragraph(words.policy_lead, columns, Style::new()));
        for (at, policy) in [Policy::Direct, Policy::Hidden].into_iter().enumerate() {
            let [title, note] = (words.policy)(policy);
            rows.push(Line::default());
            rows.push(self.button(title, at == self.at).alignment(Alignment::Left));
            rows.extend(paragraph(note, columns, self.look.soft()));
        }
        rows.push(Line::default());
        rows.push(Line::styled(words.later, self.look.soft()));
        let place = middle(area, columns, length(&rows));
        frame.render_widget(Paragraph::new(rows), place);
    }

    fn main_page(&self, app: &App, columns: u16) -> Rows {
        let words = labels(app.language());
        let mut rows = Vec::new();
        let peer = app.talk.as_ref().map(|talk| harmless(&talk.peer));
        if let Some(ending) = app.ending {
            let [what, note] = (words.ending)(ending);
            rows.push(Line::styled(what, self.look.bold()));
            rows.extend(paragraph(note, columns, self.look.soft()));
        } else {
            let name = (words.hello)(&harmless(&app.username));
            rows.push(Line::raw(clipped(&name, columns.into())));
        }
        rows.push(Line::default());
        let buttons = Self::buttons(app);
        for (at, button) in buttons.iter().enumerate() {
            let told = match button {
                Button::Seek => words.seek,
                Button::Settings => words.settings,
                Button::Report => words.report,
                Button::Block => words.block,
                Button::Keep => words.keep,
                Button::Forget => words.forget,
            };
            if let (Button::Report, Some(peer)) = (button, &peer) {
                rows.push(Line::default());
                rows.extend(paragraph(&(words.with)(peer), columns, self.look.soft()));
            }
            rows.push(self.button(told, at == self.at));
        }
        rows.push(Line::default());
        let here = match app.here {
            Some(here) => tell(app.language(), &Note::Way(WayNote::Here(here))).concat(),
            None => words.here_unknown.to_owned(),
        };
        rows.extend(paragraph(&here, columns, self.look.soft()));
        rows
    }

    fn waiting_page(&self, app: &App, columns: u16) -> Rows {
        let words = labels(app.language());
        let mut rows = Vec::new();
        if let Some(ending) = app.ending {
            let [what, note] = (words.ending)(ending);
            rows.push(Line::styled(what, self.look.bold()));
            rows.extend(paragraph(note, columns, self.look.soft()));
            rows.push(Line::default());
        }
        let elapsed = clock(app.now.saturating_sub(app.waits_since) / 1000);
        rows.push(Line::styled(words.waiting, self.look.bold()));
        rows.push(Line::default());
        rows.push(Line::styled((words.elapsed)(&elapsed), self.look.accent()));
        rows.push(Line::default());
        let looking = if app.widened {
            words.widened
        } else {
            words.looking
        };
        rows.extend(paragraph(looking, columns, self.look.soft()));
        rows.push(Line::default());
        rows.push(self.button(words.stop, true));
        rows
    }

    fn greeting_page(&self, app: &App, frame: &mut Frame<'_>, area: Rect, columns: u16) {
        let words = labels(app.language());
        let (Some(talk), Some(meeting)) = (&app.talk, app.meeting) else {
            return;
        };
        let left = meeting.until.saturating_sub(app.now).div_ceil(1000);
        let both = (words.both)(&harmless(&talk.own), &harmless(&talk.peer));
        let mut rows = vec![Line::styled(words.met, self.look.bold())];
        rows.extend(paragraph(&both, columns, Style::new()));
        if meeting.met_before {
            rows.extend(paragraph(words.met_before, columns, self.look.soft()));
        }
        rows.push(Line::default());
        rows.push(Line::from(Span::styled(
            format!("    {}    ", words.greet),
            self.look.button(!meeting.greeted.0, false),
        )));
        rows.push(Line::default());
        rows.push(Line::from(vec![
            Span::styled((words.greeted)(meeting.greeted), self.look.accent()),
            Span::styled(format!(" · {}", (words.left)(left)), self.look.soft()),
        ]));
        rows.push(Line::default());
        rows.extend(paragraph(words.greet_note, columns, self.look.soft()));
        let (above, line) = split(area, area.height.saturating_sub(1));
        centred(frame, above, columns, rows);
        if !self.draft.is_empty() {
            self.draft.draw(frame, inset(line), self.look.soft(), "");
        } else if !self.early.is_empty() {
            let kept = paragraph(
                &harmless(&self.early.text()),
                inset(line).width,
                self.look.soft(),
            );
            frame.render_widget(Paragraph::new(kept), inset(line));
        }
    }

    fn elsewhere_page(&self, columns: u16, words: &Labels) -> Rows {
        let [title, note] = words.elsewhere;
        let mut rows = vec![Line::styled(title, self.look.bold()), Line::default()];
        rows.extend(paragraph(note, columns, self.look.soft()));
        rows.push(Line::default());
        for (at, told) in [words.end_elsewhere, words.set.log_out]
            .into_iter()
            .enumerate()
        {
            rows.push(self.button(told, at == self.at));
        }
        rows
    }

    /// The rules, which scroll, and what accepts them, which does not.
    fn rules(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let words = labels(app.language());
        let mut rows = Vec::new();
        for line in tell(app.language(), &Note::Account(AccountNote::Rules)) {
            rows.extend(paragraph(&line, area.width, Style::new()));
        }
        let agree = paragraph(
            &format!("› {}", words.agree),
            area.width,
            self.look.button(true, false),
        );
        let whole = length(&rows)
            .saturating_add(length(&agree) + 1)
            .min(area.height);
        let (above, below) = split(
            middle(area, area.width, whole),
            whole - length(&agree).min(whole),
        );
        let most = rows.len().saturating_sub(above.height.into());
        let rows = rows.into_iter().skip(self.at.min(most));
        frame.render_widget(Paragraph::new(rows.collect::<Rows>()), above);
        frame.render_widget(Paragraph::new(agree), below);
    }

    /// The questions of a form; the one that is asked has a line, which stays in the window.
    pub(super) fn questions(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let columns = COLUMN.min(area.width.saturating_sub(4));
        let Some(form) = &app.form else {
            let words = labels(app.language());
            return centred(frame, area, columns, vec![Line::raw(words.one_moment)]);
        };
        if form.missing() == Some(Field::Adult) {
            return self.rules(app, frame, middle(area, columns, area.height));
        }
        let (rows, line) = self.asked(app, form, columns);
        let high = usize::from(area.height);
        let asked_at = line.unwrap_or(rows.len().saturating_sub(1));
        let from = (asked_at + 2)
            .saturating_sub(high)
            .min(rows.len().saturating_sub(1));
        let shown: Rows = rows.into_iter().skip(from).take(high).collect();
        let place = middle(area, columns, length(&shown));
        frame.render_widget(Paragraph::new(shown), place);
        let row = line.and_then(|line| u16::try_from(line.checked_sub(from)?).ok());
        if let Some(row) = row.filter(|row| *row < place.height) {
            let line = Rect {
                y: place.y + row,
                height: 1,
                ..place
            };
            let field = prompt(frame, line, self.look.accent());
            self.answer.draw(frame, field, self.look.soft(), "");
        }
    }

    /// The questions one under the other, and the row of the line for the one that is asked.
    fn asked(&self, app: &App, form: &Form, columns: u16) -> (Rows, Option<usize>) {
        let words = labels(app.language());
        let mut rows = vec![
            Line::styled((words.purpose)(form.purpose), self.look.bold()),
            Line::default(),
        ];
        if form.purpose == Purpose::Delete {
            for line in tell(app.language(), &Note::Account(AccountNote::AskDelete)) {
                rows.extend(paragraph(&line, columns, Style::new()));
            }
            rows.push(Line::default());
        }
        let mut line = None;
        // The rules have a page of their own.
        for (field, answer) in form.fields().filter(|(field, _)| *field != Field::Adult) {
            let name = (words.field)(field);
            let is_asked = form.missing() == Some(field);
            let style = if is_asked {
                self.look.bold()
            } else {
                self.look.soft()
            };
            let told = match answer {
                Some(_) if field.is_secret() => format!("{name}  ••••••••"),
                Some(answer) => format!("{name}  {}", harmless(answer.expose())),
                None => name.to_owned(),
            };
            rows.push(Line::styled(clipped(&told, columns.into()), style));
            if is_asked {
                line = Some(rows.len());
                rows.push(Line::default());
                if field == Field::NewPassword && !self.answer.is_empty() {
                    let word = words.strength.get(strength(&self.answer.text()));
                    let told = (words.strength_is)(word.copied().unwrap_or_default());
                    rows.push(Line::styled(told, self.look.accent()));
                }
                let note = (words.field_note)(field);
                rows.extend(paragraph(note, columns, self.look.soft()));
            }
        }
        (rows, line)
    }
}

fn centred(frame: &mut Frame<'_>, area: Rect, columns: u16, rows: Rows) {
    let place = middle(area, columns, length(&rows));
    frame.render_widget(Paragraph::new(rows).alignment(Alignment::Center), place);
}
