//! Whatever comes and is pressed, at any size: the screen holds.

use super::Depth;
use super::world::World;
use crate::app::Message;
use crate::files::Made;
use crate::settings::Theme;
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use floater_client::picture::RgbaImage;
use floater_client::proto::body::{Language, Policy};
use floater_client::proto::{Binary, Secret};
use floater_client::{Ending, Event, LinkState, PathInUse, PeerState, PictureState, Stage};
use proptest::prelude::*;

/// Something that happens.
#[derive(Debug, Clone)]
enum Step {
    Press(KeyCode, KeyModifiers),
    Paste(String),
    Event(u8, String),
    Draw(u16, u16),
    Theme(u8),
    Later(u64),
}

fn key() -> impl Strategy<Value = KeyCode> {
    prop_oneof![
        4 => any::<char>().prop_map(KeyCode::Char),
        2 => prop::char::range('a', 'z').prop_map(KeyCode::Char),
        6 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Up, KeyCode::Down, KeyCode::Left,
            KeyCode::Right, KeyCode::Tab, KeyCode::BackTab, KeyCode::PageUp, KeyCode::PageDown,
            KeyCode::Home, KeyCode::End, KeyCode::Backspace, KeyCode::Delete, KeyCode::Char('/'),
            KeyCode::Char(' '), KeyCode::F(1), KeyCode::F(2), KeyCode::F(3), KeyCode::F(4),
            KeyCode::F(9),
        ]),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let modifiers = prop::sample::select(vec![
        KeyModifiers::NONE,
        KeyModifiers::NONE,
        KeyModifiers::NONE,
        KeyModifiers::ALT,
        KeyModifiers::CONTROL,
        KeyModifiers::SHIFT,
    ]);
    prop_oneof![
        6 => (key(), modifiers).prop_map(|(key, modifiers)| Step::Press(key, modifiers)),
        1 => any::<String>().prop_map(Step::Paste),
        4 => (0..24_u8, any::<String>()).prop_map(|(which, text)| Step::Event(which, text)),
        3 => (1..220_u16, 1..60_u16).prop_map(|(columns, rows)| Step::Draw(columns, rows)),
        1 => (0..3_u8).prop_map(Step::Theme),
        1 => (0..200_000_u64).prop_map(Step::Later),
    ]
}

fn happens(world: &mut World, which: u8, text: &str) {
    let id = |name: u8| Binary([name; 16]);
    let username = "小明".to_owned();
    let now = world.now;
    match which {
        0 => world.stage(Stage::Door),
        1 => world.at_main(),
        2 => world.stage(Stage::Waiting {
            username,
            since: now,
            after: None,
        }),
        3 => world.greeting(),
        4..7 => world.talking(),
        7 => world.stage(Stage::Elsewhere { username }),
        8 => world.stage(Stage::Main {
            username,
            ending: Some(Ending::PeerLeft),
        }),
        9..12 => drop(world.line(false, text)),
        12 => drop(world.line(true, text)),
        13 => drop(world.picture(false, 1)),
        14 => drop(world.picture(true, 2)),
        15 => world.event(Event::Picture {
            id: id(1),
            state: PictureState::Complete,
        }),
        16 => world.event(Event::Picture {
            id: id(2),
            state: PictureState::Moving { done: 9 },
        }),
        17 => world.event(Event::Typing { typing: true }),
        18 => world.event(Event::Peer {
            peer: PeerState::Away { until: now + 9000 },
        }),
        19 => world.event(Event::Link {
            state: LinkState::Up,
        }),
        20 => world.event(Event::Link {
            state: LinkState::Lost {
                retry_at: now,
                held_until: Some(now + 9000),
            },
        }),
        21 => world.event(Event::Path {
            path: PathInUse {
                direct: false,
                policy: Policy::Hidden,
            },
        }),
        22 => {
            let image = RgbaImage::new(64, 64);
            let id = id(1);
            world.tell(Message::Made(Made::Picture {
                number: 1,
                id,
                image,
            }));
        }
        _ => world.tell(Message::Typed(Secret::from(text))),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// No state, no key and no size breaks the screen or is drawn outside of it.
    #[test]
    fn nothing_breaks_the_screen(steps in prop::collection::vec(step(), 1..80)) {
        let mut world = World::new(Language::Chinese);
        for step in steps {
            match step {
                Step::Press(code, modifiers) => world.input(Input::Key(KeyEvent::new(code, modifiers))),
                Step::Paste(text) => world.input(Input::Paste(text)),
                Step::Event(which, text) => happens(&mut world, which, &text),
                Step::Draw(columns, rows) => drop(world.draw(columns, rows)),
                Step::Theme(theme) => {
                    let depths = [Depth::None, Depth::Sixteen, Depth::Palette];
                    world.screen.look.depth = depths[usize::from(theme)];
                    let mut settings = world.app.settings();
                    settings.theme = [Theme::Terminal, Theme::Light, Theme::Dark][usize::from(theme)];
                    world.app.set_settings(settings);
                }
                Step::Later(span) => world.now += span,
            }
        }
        world.draw(80, 24);
    }
}
