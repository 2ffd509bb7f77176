//! Every page and state, as it is drawn; and that nothing that comes or is pressed breaks it.

use super::scenes::{HOSTILE, SCENES, with_text};
use super::world::World;
use super::{Depth, Over, Screen};
use crate::app::Message;
use crate::files::Made;
use crate::note::{AccountNote, Note};
use crate::verb::Typed;
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use expect_test::expect_file;
use floater_client::picture::RgbaImage;
use floater_client::proto::body::{GREETING, Language, SessionLine};
use floater_client::proto::{Binary, MessageRef, Secret};
use floater_client::{Command, Ending, Stage};
use image::Rgba;
use ratatui_image::picker::ProtocolType;

const LANGUAGES: [Language; 2] = [Language::Chinese, Language::English];
fn all(language: Language, columns: u16, rows: u16) -> String {
    let mut told = String::new();
    for (name, come) in SCENES {
        let mut world = World::new(language);
        come(&mut world);
        let drawn = world.draw(columns, rows);
        told.push_str(&format!("── {name}\n{drawn}"));
    }
    told
}

#[test]
fn every_page_and_state_in_chinese() {
    expect_file!["snapshots/zh-80x24.txt"].assert_eq(&all(Language::Chinese, 80, 24));
}

#[test]
fn every_page_and_state_in_english() {
    expect_file!["snapshots/en-80x24.txt"].assert_eq(&all(Language::English, 80, 24));
}

#[test]
fn every_page_and_state_in_a_narrow_window() {
    expect_file!["snapshots/zh-40x20.txt"].assert_eq(&all(Language::Chinese, 40, 20));
    expect_file!["snapshots/en-40x20.txt"].assert_eq(&all(Language::English, 40, 20));
}

#[test]
fn every_page_and_state_in_a_wide_window() {
    expect_file!["snapshots/zh-200x50.txt"].assert_eq(&all(Language::Chinese, 200, 50));
}

#[test]
fn what_others_write_does_nothing_to_a_terminal() {
    for language in LANGUAGES {
        let mut world = World::new(language);
        world.talking();
        world.line(false, HOSTILE);
        let drawn = world.draw(80, 24);
        let bad = |it: char| (it.is_control() && it != '\n') || "\u{202e}\u{200b}".contains(it);
        assert!(!drawn.contains(bad), "{drawn:?}");
    }
}

#[test]
fn a_greeting_is_pressed_or_typed() {
    let mut world = World::new(Language::Chinese);
    world.greeting();
    world.press(KeyCode::Enter);
    assert!(matches!(world.commands.back(), Some(Command::Greet)));
    let mut world = World::new(Language::English);
    world.greeting();
    world.write(GREETING);
    world.press(KeyCode::Enter);
    assert!(matches!(world.commands.back(), Some(Command::Greet)));
}

#[test]
fn what_is_written_is_said_once_and_with_what_it_answers() {
    let mut world = World::new(Language::Chinese);
    with_text(&mut world);
    for key in [KeyCode::Tab, KeyCode::Up, KeyCode::Char('r')] {
        world.press(key);
    }
    world.write("真的");
    let alt = KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT);
    world.input(Input::Key(alt));
    world.write("吗");
    world.press(KeyCode::Enter);
    world.press(KeyCode::Enter);
    let said = world.commands.iter().filter_map(|it| match it {
        Command::Say { text, quote } => Some((text.as_str(), *quote)),
        _ => None,
    });
    let said: Vec<(&str, Option<MessageRef>)> = said.collect();
    let [(text, quote)] = said.as_slice() else {
        panic!("{said:?}");
    };
    assert_eq!(*text, "真的\n吗");
    assert_eq!(quote.map(|it| it.number), Some(1));
}

#[test]
fn a_paste_in_one_breath_with_escape_is_not_sent() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    world.press(KeyCode::Esc);
    world.write("[200~secret one");
    world.press(KeyCode::Enter);
    world.write("secret two");
    assert!(world.said().is_empty());
    let drawn = world.draw(80, 24);
    assert!(drawn.contains("› secret one\n   secret two"), "{drawn}");
}

#[test]
fn what_was_meant_for_a_conversation_that_ended_begins_no_other_one() {
    let mut world = World::new(Language::Chinese);
    with_text(&mut world);
    world.write("再见");
    let ending = Some(Ending::PeerLeft);
    world.stage(Stage::Main {
        username: "小明".to_owned(),
        ending,
    });
    let seeks = |world: &World| matches!(world.commands.back(), Some(Command::Seek));
    world.write("!");
    world.press(KeyCode::Enter);
    assert!(!seeks(&world));
    world.now += 1000;
    world.press(KeyCode::Enter);
    assert!(seeks(&world));
}

#[test]
fn nothing_that_is_open_hides_a_greeting() {
    for key in [KeyCode::F(1), KeyCode::F(2), KeyCode::Char('/')] {
        let mut world = World::new(Language::Chinese);
        world.at_main();
        world.press(key);
        world.greeting();
        assert!(world.draw(80, 24).contains("遇见了一位陌生人"), "{key:?}");
        world.press(KeyCode::Enter);
        assert!(
            matches!(world.commands.back(), Some(Command::Greet)),
            "{key:?}"
        );
    }
}

#[test]
fn nothing_by_itself_puts_the_question_away_whether_to_leave() {
    let mut world = World::new(Language::Chinese);
    with_text(&mut world);
    world.control('x');
    world.press(KeyCode::Right);
    world.tell(Message::Wanted(Typed::Open(1)));
    world.press(KeyCode::Enter);
    assert!(matches!(world.commands.back(), Some(Command::Leave)));
}

fn session(name: u8) -> SessionLine {
    SessionLine {
        session: Binary([name; 16]),
        agent: "floater/0.1.0".to_owned(),
        created: 0,
        used: 0,
        current: name == 0,
    }
}

#[test]
fn all_other_sessions_end_by_their_own_line_only() {
    let mut world = World::new(Language::Chinese);
    world.at_main();
    let ends = |world: &World| matches!(world.commands.back(), Some(Command::EndOtherSessions));
    // Before the list is there, and when it is shorter than it was.
    for (sessions, at) in [(0_u8, 0), (1, 1), (1, 2), (2, 3)] {
        world.screen.over = Some(Over::Sessions(at));
        world.app.sessions = (0..sessions).map(session).collect();
        world.press(KeyCode::Enter);
        assert!(!ends(&world), "{sessions} sessions, line {at}");
    }
    // One of three was ended: where it stood, now all others could be.
    world.screen.over = Some(Over::Sessions(2));
    let sessions = (0..2).map(session).collect();
    let note = Note::Account(AccountNote::Sessions(sessions));
    world.screen.say(&world.app, &note);
    world.press(KeyCode::Enter);
    assert!(!ends(&world));
    world.screen.over = Some(Over::Sessions(2));
    world.press(KeyCode::Enter);
    assert!(ends(&world));
}

#[test]
fn what_is_no_command_stays_to_be_mended() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    world.write("/etc/hosts 是什么?");
    world.press(KeyCode::Enter);
    assert!(world.draw(80, 24).contains("/etc/hosts 是什么?"));
    world.press(KeyCode::Home);
    world.write("/");
    world.press(KeyCode::Enter);
    let said = |it: &Command| matches!(it, Command::Say { text, .. } if text.starts_with("/etc"));
    assert!(world.commands.iter().any(said), "{:?}", world.commands);
}

#[test]
fn a_picture_of_a_conversation_that_is_over_is_not_shown_in_the_next() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    world.picture(false, 1);
    world.talking();
    world.picture(false, 2);
    let (id, image) = (Binary([1; 16]), RgbaImage::new(8, 8));
    world.tell(Message::Made(Made::Picture {
        number: 1,
        id,
        image,
    }));
    assert!(world.screen.pictures.get(1).is_none());
}

#[test]
fn a_password_is_hidden_until_it_is_to_be_seen() {
    let mut world = World::new(Language::Chinese);
    world.stage(Stage::Door);
    world.press(KeyCode::Enter);
    world.write("ming@example.org");
    world.press(KeyCode::Enter);
    world.write("correct horse");
    assert!(!world.draw(80, 24).contains("correct horse"));
    world.press(KeyCode::F(2));
    assert!(world.draw(80, 24).contains("correct horse"));
    world.press(KeyCode::F(2));
    assert!(!world.draw(80, 24).contains("correct horse"));
}

#[test]
fn a_new_password_is_weighed_in_words() {
    let mut world = World::new(Language::Chinese);
    world.at_main();
    world.tell(Message::Typed(Secret::from("/password")));
    world.write("the one of now");
    assert!(
        !world.draw(80, 24).contains("强度"),
        "only a new one is weighed"
    );
    world.press(KeyCode::Enter);
    world.write("12345678");
    assert!(world.draw(80, 24).contains("强度：很容易被猜到"));
    world.control('u');
    world.write("海上生明月天涯共此时");
    assert!(world.draw(80, 24).contains("强度：很好"));
}

#[test]
fn the_limit_is_told_before_it_is_met_and_nothing_is_lost_behind_it() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    world.input(Input::Paste("海".repeat(5300)));
    assert!(world.draw(80, 24).contains("还能写约 161 个字"));
    world.input(Input::Paste("海".repeat(200)));
    assert!(world.draw(80, 24).contains("超出上限约 39 个字"));
    world.press(KeyCode::Enter);
    assert!(world.said().is_empty());
    assert!(
        world.draw(80, 24).contains('海'),
        "it stays where it is written"
    );
}

#[test]
fn nobody_leaves_by_one_key() {
    let mut world = World::new(Language::Chinese);
    with_text(&mut world);
    let leaves = |world: &World| matches!(world.commands.back(), Some(Command::Leave));
    world.control('x');
    world.press(KeyCode::Enter);
    assert!(!leaves(&world), "the safe button is the first");
    world.press(KeyCode::Esc);
    world.now += 5000;
    world.press(KeyCode::Esc);
    assert!(world.app.confirm.is_none(), "too late for the second");
    world.press(KeyCode::Esc);
    assert!(world.app.confirm.is_some());
    world.press(KeyCode::Esc);
    assert!(world.app.confirm.is_none());
    world.control('x');
    world.press(KeyCode::Right);
    world.press(KeyCode::Enter);
    assert!(leaves(&world));
}

#[test]
fn what_was_not_seen_is_not_told_to_be() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    let seen = |world: &World| {
        let all = world.commands.iter();
        all.filter(|it| matches!(it, Command::Seen { .. })).count()
    };
    world.draw(80, 24);
    world.input(Input::FocusLost);
    world.line(false, "a");
    assert_eq!(seen(&world), 0);
    assert!(world.screen.title(&world.app).starts_with("(1)"));
    world.input(Input::FocusGained);
    assert_eq!(seen(&world), 1);
    assert!(world.screen.title(&world.app).starts_with("hong"));
    world.draw(10, 4);
    world.line(false, "b");
    assert_eq!(seen(&world), 1, "the window is too small to read in");
    world.draw(80, 24);
    world.tell(Message::Typed(Secret::from("/password")));
    assert_eq!(seen(&world), 1, "a question stands over it");
    world.press(KeyCode::Esc);
    assert_eq!(seen(&world), 2);
}

#[test]
fn without_colours_all_is_there_too() {
    let mut world = World::new(Language::Chinese);
    world.screen.look.depth = Depth::None;
    with_text(&mut world);
    world.picture(false, 1);
    let drawn = world.draw(80, 24);
    assert!(
        drawn.contains("灰蓝色") && drawn.contains("5.6 MB"),
        "{drawn}"
    );
    assert!(!drawn.contains('▀'));
}

/// The rows at the top and at the foot of a window.
fn ends(drawn: &str) -> String {
    drawn
        .lines()
        .skip(1)
        .take(1)
        .chain(drawn.lines().rev().skip(4).take(2))
        .collect()
}

#[test]
fn ten_thousand_lines_scroll_to_their_ends() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    for number in 0..12_000 {
        world.now += 100;
        world.line(
            number % 3 == 0,
            &format!("line {number} {}", "海 ".repeat(number % 40)),
        );
    }
    let drawn = world.draw(80, 24);
    assert!(drawn.contains("line 11999"), "{drawn}");
    world.press(KeyCode::Tab);
    world.press(KeyCode::Home);
    let first = world.draw(80, 24);
    // The oldest are forgotten.
    assert!(
        first.contains("line 2000 ") || first.contains("line 2000\n"),
        "{first}"
    );
    assert!(!first.contains("line 1999"), "{first}");
    world.press(KeyCode::End);
    assert!(world.draw(80, 24).contains("line 11999"));
    for _ in 0..3 {
        world.press(KeyCode::PageUp);
    }
    let up = world.draw(80, 24);
    for _ in 0..3 {
        world.press(KeyCode::PageDown);
    }
    assert!(world.draw(80, 24).contains("line 11999"));
    assert!(!up.contains("line 11999"));
    world.line(false, "news");
    assert_ne!(ends(&up), ends(&drawn));
}

/// A picture that came, and is shown large.
fn enlarged(protocol: ProtocolType) -> World {
    let mut world = World::new(Language::Chinese);
    world.screen.picker.set_protocol_type(protocol);
    world.talking();
    world.picture(false, 1);
    // Higher than wide: it fills the window to its foot.
    let image = RgbaImage::from_fn(320, 480, |x, y| Rgba([x as u8, y as u8, 128, 255]));
    let id = Binary([1; 16]);
    world.tell(Message::Made(Made::Picture {
        number: 1,
        id,
        image,
    }));
    world.draw(80, 24);
    assert!(
        !world.cells().contains('\u{1b}'),
        "in half blocks in the conversation"
    );
    world.press(KeyCode::Tab);
    world.press(KeyCode::Enter);
    world
}

#[test]
fn each_graphics_protocol_draws_a_picture_and_leaves_nothing_behind() {
    for (protocol, begins) in [
        (ProtocolType::Kitty, "\u{1b}_G"),
        (ProtocolType::Sixel, "\u{1b}P"),
        (ProtocolType::Iterm2, "\u{1b}]1337;File="),
    ] {
        let mut world = enlarged(protocol);
        assert!(world.cells().contains(begins), "{protocol:?}");
        let app = &world.app;
        assert!(!world.screen.leaves_graphics(app), "it is being looked at");
        world.control('c');
        assert!(world.draw(80, 24).contains("要结束这段对话吗"));
        assert!(world.screen.leaves_graphics(&world.app), "{protocol:?}");
        world.press(KeyCode::Esc);
        world.press(KeyCode::Esc);
        assert!(!world.cells().contains('\u{1b}'), "{protocol:?}");
    }
    let mut world = enlarged(ProtocolType::Halfblocks);
    let cells = world.cells();
    assert!(cells.contains('▀') && !cells.contains('\u{1b}'));
}

#[test]
fn a_picture_is_found_looked_at_and_sent_or_put_away() {
    let mut world = World::new(Language::Chinese);
    let folder = world.home.path().join("海边");
    std::fs::create_dir(&folder).unwrap();
    let image = RgbaImage::from_fn(64, 48, |x, y| Rgba([x as u8, y as u8, 128, 255]));
    image.save(folder.join("boat.png")).unwrap();
    std::fs::write(folder.join("letter.txt"), "no picture").unwrap();
    world.talking();
    world.screen.folder = world.home.path().to_owned();
    world.press(KeyCode::F(4));
    world.write("海");
    world.press(KeyCode::Enter);
    let listed = world.draw(80, 24);
    assert!(
        listed.contains("boat.png") && !listed.contains("letter"),
        "{listed}"
    );
    world.press(KeyCode::Enter);
    let ready = world.draw(80, 24);
    assert!(
        ready.contains("要发送的图片") && ready.contains('▀'),
        "{ready}"
    );
    assert!(world.offered.is_empty(), "it is looked at first");
    world.press(KeyCode::Esc);
    assert!(!world.draw(80, 24).contains("要发送的图片"));
    world.press(KeyCode::F(4));
    world.press(KeyCode::Enter);
    world.write("看");
    world.press(KeyCode::Enter);
    assert_eq!(world.offered.len(), 1);
    assert!(world.said().is_empty(), "the words come after the picture");
    world.picture(true, 1);
    assert_eq!(world.said(), ["看"]);
}

#[test]
fn a_transcript_holds_what_was_said() {
    let mut world = World::new(Language::English);
    with_text(&mut world);
    world.picture(false, 1);
    let path = world.home.path().join("talk.txt");
    world.tell(Message::Typed(Secret::from(
        format!("/transcript {}", path.display()).as_str(),
    )));
    let text = std::fs::read_to_string(path).unwrap();
    let wanted = "小明 and hong 🌊 · 2026-11-18 11:06\n\n\
        [2026-11-18 11:06] hong 🌊: 今天的海是什么颜色?\n\
        [2026-11-18 11:06] 小明: 灰蓝色 🌊\n    像 👨‍👩‍👧‍👦 一样  (quoting: 今天的海是什么颜色?)\n\
        [2026-11-18 11:06] hong 🌊: [picture 5.6 MB]\n";
    assert_eq!(text, wanted);
}

/// By hand, for the figure in `docs/performance.md`:
/// `cargo test --release -p floater-tui key_to_frame -- --ignored --nocapture`
#[test]
#[ignore = "a figure, not a rule"]
fn key_to_frame() {
    let mut world = World::new(Language::Chinese);
    world.talking();
    for number in 0..10_000 {
        world.line(
            number % 3 == 0,
            &"一行话 and words ".repeat(1 + number % 20),
        );
    }
    world.line(false, &"海".repeat(5461));
    let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(200, 50)).unwrap();
    let keys = [
        KeyCode::Tab,
        KeyCode::Up,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Esc,
        KeyCode::Char('a'),
    ];
    let mut taken = Vec::new();
    for round in 0..2000 {
        let begun = tokio::time::Instant::now();
        world.press(keys[round % keys.len()]);
        let (app, screen): (_, &mut Screen) = (&world.app, &mut world.screen);
        terminal.draw(|frame| screen.draw(app, frame)).unwrap();
        taken.push(begun.elapsed());
    }
    taken.sort();
    let at = |percent: usize| taken[taken.len() * percent / 100];
    println!(
        "10,001 lines, 200 x 50: p50 {:?}, p95 {:?}, p99 {:?}, most {:?}",
        at(50),
        at(95),
        at(99),
        taken.last()
    );
}
