//! A screen over a program, as tests see it: events and keys in, a drawn screen out.

use super::{Depth, Keys, Look, Screen, Wish};
use crate::app::{App, Effect, Manner, Message, Start};
use crate::clock::Clock;
use crate::files::{Job, Place};
use crate::screen::look::Ground;
use crate::settings::{Settings, Theme};
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use floater_client::proto::body::{Here, Language, PictureKind, PictureOffer, Policy};
use floater_client::proto::{Binary, MessageRef, Role};
use floater_client::{
    Command, Event, Line, LinkState, Message as Content, Misuse, PathInUse, SafetyWord, Stage,
};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui_image::picker::Picker;
use std::collections::VecDeque;
use tempfile::TempDir;

/// Commands that are kept.
const COMMANDS_MAX: usize = 64;

pub(super) struct World {
    pub(super) app: App,
    pub(super) screen: Screen,
    pub(super) now: u64,
    /// What the engine was asked last.
    pub(super) commands: VecDeque<Command>,
    /// Pictures that the engine was given, in bytes.
    pub(super) offered: Vec<usize>,
    pub(super) quit: bool,
    /// Whether the engine takes no picture.
    pub(super) is_full: bool,
    /// Jobs that are not done yet, if they are to wait.
    pub(super) waiting: Option<Vec<Job>>,
    /// A home of one's own.
    pub(super) home: TempDir,
    place: Place,
    number: u64,
}

impl World {
    pub(super) fn new(language: Language) -> Self {
        let settings = Settings {
            policy: Some(Policy::Direct),
            theme: Theme::Terminal,
            ..Settings::default()
        };
        let start = Start {
            language,
            settings,
            email: None,
            password: None,
            manner: Manner::Screen,
            clock: Clock::new(1_795_000_000_000, 0, TimeZone::UTC),
        };
        let look = Look {
            depth: Depth::True,
            terminal: Ground::Dark,
            theme: Theme::Terminal,
        };
        let screen = Screen::new(look, Keys::default(), Picker::halfblocks());
        let home = tempfile::tempdir().unwrap();
        Self {
            app: App::new(start),
            screen,
            now: 1000,
            commands: VecDeque::new(),
            offered: Vec::new(),
            quit: false,
            is_full: false,
            waiting: None,
            place: Place::within(home.path()).unwrap(),
            home,
            number: 0,
        }
    }

    pub(super) fn tell(&mut self, message: Message) {
        self.update(Some(message));
    }

    /// As the program does: what follows by itself comes after each key too.
    fn update(&mut self, message: Option<Message>) {
        let mut messages = VecDeque::from_iter(message);
        loop {
            self.all(&mut messages);
            messages.extend(self.screen.follow(&self.app));
            if messages.is_empty() {
                return;
            }
        }
    }

    fn all(&mut self, messages: &mut VecDeque<Message>) {
        while let Some(message) = messages.pop_front() {
            for effect in self.app.update(self.now, message) {
                match effect {
                    Effect::Say(note) => self.screen.say(&self.app, &note),
                    Effect::Show(made) => self.screen.show(&self.app, made),
                    Effect::Unsaid(text) => self.screen.unsaid(&text),
                    Effect::Command(_, command) => {
                        self.commands.push_back(command);
                        if self.commands.len() > COMMANDS_MAX {
                            self.commands.pop_front();
                        }
                    }
                    Effect::Work(job) => match &mut self.waiting {
                        Some(waiting) => waiting.push(job),
                        None => messages.push_back(job.run(&self.place)),
                    },
                    Effect::Offer(tag, _, _) if self.is_full => {
                        messages.push_back(Message::Misuse(tag, Misuse::Picture));
                    }
                    Effect::Offer(_, _, bytes) => self.offered.push(bytes.len()),
                    Effect::Quit(_) => self.quit = true,
                    _ => {}
                }
            }
        }
    }

    /// What waited is done.
    pub(super) fn work(&mut self) {
        for job in self.waiting.take().unwrap_or_default() {
            self.done(job);
        }
    }

    pub(super) fn done(&mut self, job: Job) {
        let done = job.run(&self.place);
        self.tell(done);
    }

    pub(super) fn event(&mut self, event: Event) {
        self.tell(Message::Event(event));
    }

    pub(super) fn input(&mut self, input: Input) {
        self.app.set_time(self.now);
        match self.screen.press(&self.app, input) {
            Some(Wish::Tell(message)) => self.tell(message),
            _ => self.update(None),
        }
    }

    pub(super) fn press(&mut self, code: KeyCode) {
        self.input(Input::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    pub(super) fn control(&mut self, letter: char) {
        let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
        self.input(Input::Key(key));
    }

    pub(super) fn write(&mut self, text: &str) {
        for letter in text.chars() {
            self.press(KeyCode::Char(letter));
        }
    }

    /// Every cell as it is written to a terminal.
    pub(super) fn cells(&mut self) -> String {
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        let (app, screen) = (&self.app, &mut self.screen);
        terminal.draw(|frame| screen.draw(app, frame)).unwrap();
        let cells = terminal.backend().buffer().content();
        cells.iter().map(|cell| cell.symbol()).collect()
    }

    /// The screen as lines of text; a wide letter takes two columns, of which the second is left out.
    pub(super) fn draw(&mut self, columns: u16, rows: u16) -> String {
        self.app.set_time(self.now);
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        let (app, screen) = (&self.app, &mut self.screen);
        terminal.draw(|frame| screen.draw(app, frame)).unwrap();
        let buffer = terminal.backend().buffer();
        let mut told = String::new();
        for y in 0..rows {
            let mut row = String::new();
            let mut skipped = 0;
            for x in 0..columns {
                let symbol = buffer[(x, y)].symbol();
                if skipped == 0 {
                    row.push_str(symbol);
                    skipped = crate::wrap::width(symbol).saturating_sub(1);
                } else {
                    skipped -= 1;
                }
            }
            told.push_str(row.trim_end());
            told.push('\n');
        }
        told
    }

    /// All that was said, in its order.
    pub(super) fn said(&self) -> Vec<&str> {
        let said = self.commands.iter().filter_map(|it| match it {
            Command::Say { text, .. } => Some(text.as_str()),
            _ => None,
        });
        said.collect()
    }

    pub(super) fn stage(&mut self, stage: Stage) {
        self.event(Event::Stage { stage });
    }

    pub(super) fn at_main(&mut self) {
        self.event(Event::Link {
            state: LinkState::Up,
        });
        self.stage(Stage::Main {
            username: "小明".to_owned(),
            ending: None,
        });
        let (at_least, below) = (0, Some(10));
        self.event(Event::Here {
            here: Here { at_least, below },
        });
    }

    pub(super) fn greeting(&mut self) {
        self.at_main();
        self.stage(Stage::Greeting {
            own: "小明".to_owned(),
            peer: "hong 🌊".to_owned(),
            role: Role::A,
            until: self.now + 45_000,
            met_before: false,
        });
    }

    pub(super) fn talking(&mut self) {
        self.greeting();
        self.talking_on();
    }

    /// Both have greeted.
    pub(super) fn talking_on(&mut self) {
        self.event(Event::Greeted {
            own: true,
            peer: true,
        });
        self.stage(Stage::Talk {
            own: "小明".to_owned(),
            peer: "hong 🌊".to_owned(),
            role: Role::A,
        });
        self.event(Event::Path {
            path: PathInUse {
                direct: true,
                policy: Policy::Direct,
            },
        });
        let word = |emoji, zh, en| SafetyWord { emoji, zh, en };
        self.event(Event::Safety {
            words: vec![
                word("🐶", "狗", "dog"),
                word("🌊", "海浪", "wave"),
                word("🎈", "气球", "balloon"),
                word("🌵", "仙人掌", "cactus"),
                word("🚲", "自行车", "bicycle"),
                word("⚓", "锚", "anchor"),
                word("🍎", "苹果", "apple"),
            ],
        });
    }

    pub(super) fn line(&mut self, own: bool, text: &str) -> MessageRef {
        self.say(
            own,
            None,
            Content::Text {
                text: text.to_owned(),
            },
        )
    }

    pub(super) fn say(
        &mut self,
        own: bool,
        quote: Option<MessageRef>,
        message: Content,
    ) -> MessageRef {
        self.number += 1;
        let by = if own { Role::A } else { Role::B };
        let of = MessageRef {
            by,
            number: self.number,
        };
        let line = Line {
            of,
            own,
            at: self.now,
            quote,
            message,
        };
        self.event(Event::Line { line });
        of
    }

    pub(super) fn picture(&mut self, own: bool, name: u8) -> PictureOffer {
        let offer = PictureOffer {
            id: Binary([name; 16]),
            kind: PictureKind::Jpeg,
            size: 5_921_697,
            width: 4096,
            height: 3072,
            sha256: Binary([0; 32]),
            thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI".to_owned(),
            still: false,
        };
        let content = Content::Picture {
            offer: offer.clone(),
        };
        self.say(own, None, content);
        offer
    }
}
