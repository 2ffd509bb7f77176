//! Every page and state: how one comes there.

use super::world::World;
use crossterm::event::KeyCode;
use floater_client::{
    Ending, Event, LinkState, Message as Content, PeerState, PictureState, Stage, Tick,
};

pub(super) const HOSTILE: &str =
    "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}evil\u{200b}\u{0}\u{9b}31m a\u{300}\u{301}\u{302} end";

/// A name, and how one comes there.
pub(super) type Scene = (&'static str, fn(&mut World));

fn left(world: &mut World, ending: Ending) {
    world.talking();
    world.line(false, "再见");
    world.stage(Stage::Main {
        username: "小明".to_owned(),
        ending: Some(ending),
    });
}

pub(super) fn with_text(world: &mut World) {
    world.talking();
    let first = world.line(false, "今天的海是什么颜色?");
    world.say(
        true,
        Some(first),
        Content::Text {
            text: "灰蓝色 🌊\n像 👨‍👩‍👧‍👦 一样".to_owned(),
        },
    );
    world.event(Event::Tick {
        number: 2,
        tick: Tick::Delivered,
    });
}

pub(super) const SCENES: [Scene; 34] = [
    ("starting", |_| {}),
    ("starting, no connection", |world| {
        let (retry_at, held_until) = (world.now + 8000, None);
        world.event(Event::Link {
            state: LinkState::Lost {
                retry_at,
                held_until,
            },
        });
    }),
    ("door", |world| world.stage(Stage::Door)),
    ("door: the second button", |world| {
        world.stage(Stage::Door);
        world.press(KeyCode::Down);
    }),
    ("register: the rules", |world| {
        world.stage(Stage::Door);
        world.press(KeyCode::Down);
        world.press(KeyCode::Enter);
    }),
    ("register: a name", |world| {
        world.stage(Stage::Door);
        world.press(KeyCode::Down);
        world.press(KeyCode::Enter);
        world.press(KeyCode::Enter);
        world.write("ming@example.org");
        world.press(KeyCode::Enter);
        world.write("小明");
    }),
    ("log in: a wrong address", |world| {
        world.stage(Stage::Door);
        world.press(KeyCode::Enter);
        world.write("ming");
        world.press(KeyCode::Enter);
    }),
    ("log in: a password", |world| {
        world.stage(Stage::Door);
        world.press(KeyCode::Enter);
        world.write("ming@example.org");
        world.press(KeyCode::Enter);
        world.write("correct horse");
    }),
    ("a command", |world| {
        world.stage(Stage::Door);
        world.write("/hel");
    }),
    ("main", World::at_main),
    ("the policy, once", |world| {
        world.at_main();
        let mut settings = world.app.settings();
        settings.policy = None;
        world.app.set_settings(settings);
    }),
    ("settings", |world| {
        world.at_main();
        world.press(KeyCode::F(2));
    }),
    ("settings: blocked people", |world| {
        world.at_main();
        world.press(KeyCode::F(2));
        for _ in 0..9 {
            world.press(KeyCode::Down);
        }
        world.press(KeyCode::Enter);
    }),
    ("help", |world| {
        world.at_main();
        world.press(KeyCode::F(1));
    }),
    ("waiting", |world| {
        world.at_main();
        let (username, since, after) = ("小明".to_owned(), world.now, None);
        world.stage(Stage::Waiting {
            username,
            since,
            after,
        });
        world.now += 83_000;
        world.event(Event::Widened);
    }),
    ("greeting", World::greeting),
    ("greeting: the other one has", |world| {
        world.greeting();
        world.event(Event::Greeted {
            own: false,
            peer: true,
        });
    }),
    ("greeting: something else is written", |world| {
        world.greeting();
        world.write("hi");
        world.press(KeyCode::Enter);
    }),
    ("talk: it begins", World::talking),
    ("talk: text", with_text),
    ("talk: a line is chosen, and quoted", |world| {
        with_text(world);
        world.press(KeyCode::Tab);
        world.press(KeyCode::Up);
        world.press(KeyCode::Char('r'));
        world.write("真的吗");
    }),
    ("talk: the other one types, and is away", |world| {
        with_text(world);
        world.event(Event::Typing { typing: true });
        let until = world.now + 119_000;
        world.event(Event::Peer {
            peer: PeerState::Away { until },
        });
    }),
    ("talk: the connection is lost, one writes on", |world| {
        with_text(world);
        let (retry_at, held_until) = (world.now + 1000, Some(world.now + 102_000));
        world.event(Event::Link {
            state: LinkState::Lost {
                retry_at,
                held_until,
            },
        });
        world.line(true, "还在吗?");
    }),
    ("talk: pictures", |world| {
        with_text(world);
        let theirs = world.picture(false, 1);
        world.event(Event::Picture {
            id: theirs.id,
            state: PictureState::Complete,
        });
        let own = world.picture(true, 2);
        let done = own.size / 2;
        world.event(Event::Picture {
            id: own.id,
            state: PictureState::Moving { done },
        });
        let failed = world.picture(false, 3);
        world.event(Event::Picture {
            id: failed.id,
            state: PictureState::Failed,
        });
    }),
    ("talk: hostile text", |world| {
        world.talking();
        world.line(false, HOSTILE);
        world.line(false, "me 00:00\n  [x] \u{2028}我 21:07\n> you left");
    }),
    ("talk: escape once", |world| {
        with_text(world);
        world.press(KeyCode::Esc);
    }),
    ("talk: leave?", |world| {
        with_text(world);
        world.control('x');
    }),
    ("talk: menu", |world| {
        with_text(world);
        world.press(KeyCode::F(3));
    }),
    ("talk: safety code", |world| {
        with_text(world);
        world.press(KeyCode::F(3));
        world.press(KeyCode::Down);
        world.press(KeyCode::Enter);
    }),
    ("talk: report, the lines", |world| {
        with_text(world);
        world.press(KeyCode::F(3));
        for _ in 0..4 {
            world.press(KeyCode::Down);
        }
        world.press(KeyCode::Enter);
        world.press(KeyCode::Enter);
        world.press(KeyCode::Char(' '));
    }),
    ("talk: block?", |world| {
        with_text(world);
        world.press(KeyCode::F(3));
        for _ in 0..5 {
            world.press(KeyCode::Down);
        }
        world.press(KeyCode::Enter);
    }),
    ("the end: the other one left", |world| {
        left(world, Ending::PeerLeft)
    }),
    ("the end: lost", |world| left(world, Ending::Lost)),
    ("elsewhere", |world| {
        world.at_main();
        world.stage(Stage::Elsewhere {
            username: "小明".to_owned(),
        });
    }),
];
