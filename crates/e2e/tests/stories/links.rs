//! What counts on which way, and what does not. FLOATER/1.0 §5.4 to §5.6

use crate::pair::{A, B, Pair, begin, side};
use crate::pictures::{jpeg, picture};
use crate::stranger::{CONTROL, FIRST, Stranger, decode, frame, pad, split};
use crate::ways::{RELAY, Ways, carriers};
use floater_e2e::{Conversation, Event, Output, PathId, PathKind};
use floater_proto::{Method, Resource, Start, Status, encode};

const DIRECT: PathId = PathId(2);
const RESUME: u8 = 2;
const PING: u8 = 3;
const PONG: u8 = 4;

/// A control frame of one number.
fn numbered(kind: &[u8], numbers: &[u64]) -> Vec<u8> {
    let numbers = numbers.iter().flat_map(|number| number.to_be_bytes());
    kind.iter().copied().chain(numbers).collect()
}

/// A second connection, on which both have proved who they are.
fn proven(stranger: &mut Stranger) {
    let now = stranger.now;
    stranger.side.handle_proven(now, DIRECT, [7; 32]);
    stranger.side.handle_room(now, DIRECT, usize::MAX / 2);
    stranger.give(&[]);
    stranger.read();
}

fn give_on(stranger: &mut Stranger, path: PathId, bytes: &[u8]) {
    stranger.side.handle_bytes(stranger.now, path, bytes);
    stranger.give(&[]);
}

/// How many control frames of a kind our side has sent.
fn controls(stranger: &mut Stranger, kind: impl Fn(&[u8]) -> bool) -> usize {
    let read = stranger.read();
    let control = read.iter().filter(|(n, _)| *n >= CONTROL);
    control.filter(|(_, plain)| kind(plain)).count()
}

/// How often our side has answered a PING.
fn pongs(stranger: &mut Stranger) -> usize {
    controls(stranger, |plain| plain[0] == PONG)
}

#[test]
fn a_record_on_a_connection_that_is_not_chosen_is_not_heard() {
    let mut stranger = Stranger::greeted();
    proven(&mut stranger);
    let typing = br#"{"typing":true}"#;
    let mut said = Vec::new();
    encode::request(&mut said, Method::Post, Resource::Typing)
        .content_type("application/json")
        .finish(typing)
        .unwrap();
    pad(&mut said);
    let record = stranger.sealed(stranger.next, &said);
    let heard = Event::Typing(true);
    give_on(&mut stranger, DIRECT, &record);
    assert!(!stranger.events.contains(&heard));
    stranger.give(&record);
    assert!(stranger.events.contains(&heard), "on the relay it is");
}

#[test]
fn nothing_is_asked_on_a_connection_that_is_not_chosen() {
    let mut stranger = Stranger::greeted();
    proven(&mut stranger);
    let ping = stranger.sealed(CONTROL + 100, &numbered(&[PING], &[1]));
    give_on(&mut stranger, DIRECT, &ping);
    assert_eq!(pongs(&mut stranger), 0);
    let ping = stranger.sealed(CONTROL + 101, &numbered(&[PING], &[2]));
    stranger.give(&ping);
    assert_eq!(pongs(&mut stranger), 1, "on the relay it is");
}

#[test]
fn a_path_that_carried_nothing_is_not_missed() {
    let mut ways = Ways::greeted();
    let direct = ways.direct();
    let before = [RELAY, direct].map(|path| ways.sent_on(path));
    ways.cut(RELAY);
    ways.collect();
    assert_eq!([RELAY, direct].map(|path| ways.sent_on(path)), before);
    ways.relay_up();
    ways.pass(1_000);
    let before = ways.sent_on(RELAY);
    ways.cut(direct);
    ways.collect();
    assert!(ways.sent_on(RELAY) > before, "one that carried is");
}

#[test]
fn p5_a_full_path_that_stays_full_is_dark_and_one_that_empties_is_not() {
    for (room, carrier) in [(0, PathKind::Relay), (1, PathKind::Direct)] {
        let mut ways = Ways::greeted();
        let direct = ways.direct();
        ways.pass(5_000);
        ways.darken(direct, &[A, B]);
        ways.say(A, "在吗");
        ways.full.insert(direct);
        for _ in 0..20 {
            ways.sides[A].handle_room(ways.now, direct, 0);
            ways.sides[A].handle_room(ways.now, direct, room);
            ways.pass(50);
        }
        assert_eq!(ways.carrier(A), Some(carrier), "room for {room}");
    }
}

/// How often our side has said its handshake message since this was asked last.
fn first_messages(ours: &mut Conversation) -> usize {
    let mut sent = 0;
    while let Some(output) = ours.poll() {
        if let Output::Send { bytes, .. } = output {
            sent += usize::from(split(&bytes).0 == FIRST);
        }
    }
    sent
}

#[test]
fn garbage_for_a_handshake_does_not_put_off_that_ours_is_said_again() {
    let mut ours = begin(A, &side(A)).unwrap();
    ours.handle_path_up(0, RELAY, PathKind::Relay);
    ours.handle_room(0, RELAY, 1 << 20);
    assert_eq!(first_messages(&mut ours), 1);
    for now in [400, 900] {
        ours.handle_bytes(now, RELAY, &frame(u64::MAX - 2, &[1; 48]));
        ours.handle_bytes(now, RELAY, &frame(FIRST, &[1; 48]));
    }
    assert_eq!(first_messages(&mut ours), 0);
    ours.handle_wake(1_000);
    assert_eq!(first_messages(&mut ours), 1);
}

/// What of a picture our side has served.
fn chunks(read: &[(u64, Vec<u8>)]) -> usize {
    let records = read.iter().filter(|(n, _)| *n < CONTROL);
    let served = |plain: &[u8]| match decode(plain).start {
        Start::Response { status } => status == Status::PARTIAL_CONTENT,
        Start::Request { .. } => false,
    };
    records.filter(|(_, plain)| served(plain)).count()
}

/// After a cut it is not known what has come: a chunk behind it would be sent twice.
#[test]
fn p18_no_chunk_goes_out_before_the_peer_has_said_what_it_has() {
    for is_anything_open in [true, false] {
        let mut stranger = Stranger::greeted();
        let picture = picture(&jpeg(100_000, 1));
        let (_, offer) = stranger.side.offer_picture(0, picture).unwrap();
        let resource = format!("/picture/{}", offer.id);
        stranger.get(&resource, Some("bytes=0-32767"));
        let read = stranger.read();
        assert_eq!(chunks(&read), 1);
        let last = read.iter().map(|(n, _)| *n).filter(|n| *n < CONTROL).max();
        let next = last.unwrap() + 1;
        if !is_anything_open {
            stranger.acknowledge(next);
        }
        stranger.side.handle_path_down(0, RELAY);
        stranger.side.handle_path_up(0, RELAY, PathKind::Relay);
        stranger.side.handle_room(0, RELAY, 1 << 20);
        stranger.get(&resource, Some("bytes=32768-65535"));
        let read = stranger.read();
        assert_eq!(chunks(&read), usize::from(!is_anything_open));
        let asked = |(_, plain): &&(u64, Vec<u8>)| plain[..2] == [RESUME, 1];
        let (_, asked) = read.iter().find(asked).unwrap();
        let number = u64::from_be_bytes(asked[2..10].try_into().unwrap());
        stranger.control(&numbered(&[RESUME, 0], &[number, next]));
        let read = stranger.read();
        assert_eq!(chunks(&read), usize::from(is_anything_open));
    }
}

/// Questions that our side asks after what the peer expects.
fn questions(stranger: &mut Stranger) -> usize {
    controls(stranger, |plain| plain[0] == RESUME && plain[1] > 0)
}

#[test]
fn who_is_asked_asks_back_only_where_something_may_be_lost() {
    for (is_anything_open, why, asks) in [(false, 1, 0), (false, 2, 0), (true, 1, 1), (true, 2, 0)]
    {
        let mut stranger = Stranger::secured();
        stranger.side.greet(0).unwrap();
        stranger.greet();
        let read = stranger.read();
        let records = read.iter().map(|(n, _)| *n).filter(|n| *n < CONTROL);
        stranger.acknowledge(records.max().unwrap() + 1);
        if is_anything_open {
            stranger.side.say(0, "在吗", None).unwrap();
        }
        stranger.pass(250);
        stranger.read();
        stranger.control(&numbered(&[RESUME, why], &[1, 0]));
        assert_eq!(questions(&mut stranger), asks, "{is_anything_open} {why}");
    }
}

#[test]
fn a_path_that_is_alone_is_asked_for_a_sign_of_life_and_nothing_else() {
    let mut ways = Ways::greeted();
    let direct = ways.direct();
    ways.pass(5_000);
    ways.cut(RELAY);
    ways.pass(100);
    ways.darken(direct, &[A]);
    ways.say(A, "在吗");
    ways.pass(900);
    assert_eq!(ways.held_on(direct), 2, "the line, and a PING");
}

#[test]
fn a_chooses_one_connection_and_closes_the_others_and_b_waits_for_that() {
    let mut ways = Ways::greeted();
    let [first, second] = [ways.prove(), ways.prove()];
    ways.sides[A].select(ways.now, first);
    ways.pass(1_000);
    assert_eq!(carriers(&ways), [Some(PathKind::Direct); 2]);
    assert!(ways.closed[A].contains(&second));
    assert!(!ways.closed[B].contains(&second));
    ways.sides[B].handle_path_down(ways.now, second);
    ways.say(A, "直接");
    ways.pass(100);
    assert_eq!(ways.texts(B), ["直接"]);
}

#[test]
fn where_nothing_waits_a_way_that_was_joined_is_asked_once() {
    let mut pair = Pair::greeted();
    pair.pass(10_000);
    pair.cut();
    pair.join();
    pair.pass(1_000);
    let before = pair.sent.each_ref().map(Vec::len);
    pair.pass(120_000);
    assert_eq!(pair.sent.each_ref().map(Vec::len), before);
}
