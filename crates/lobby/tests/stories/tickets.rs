//! Nothing but an own, recent, unchanged ticket opens.

use crate::hall::{Hall, WALL, person};
use floater_lobby::{Account, InstanceHash, Lobby, Sealer, SealingKey, Setup, Ticket, TicketError};
use floater_proto::{Binary, Role, Secret, limits};
use rand_chacha::ChaCha12Rng;
use rand_core::SeedableRng;

const DAY: u64 = 24 * 3600;

fn key(id: u32, born: u64) -> SealingKey {
    SealingKey {
        id,
        born,
        secret: [u8::try_from(id).unwrap(); 32],
    }
}

fn ticket(sealed: u64) -> Ticket {
    Ticket {
        match_id: Binary([1; 16]),
        role: Role::B,
        account: Account(7),
        instance: InstanceHash::of(&Binary([2; 16])),
        key: Binary([3; 32]),
        peer: Account(8),
        peer_instance: InstanceHash::of(&Binary([4; 16])),
        peer_key: Binary([5; 32]),
        sealed,
    }
}

fn seal(sealer: &Sealer, ticket: &Ticket) -> String {
    let mut rng = ChaCha12Rng::from_seed([0; 32]);
    sealer.seal(ticket, &mut rng).unwrap().expose().clone()
}

#[test]
fn a_ticket_opens_as_it_was_sealed_and_fits_its_limit() {
    let sealer = Sealer::new(vec![key(1, WALL)], WALL);
    let text = seal(&sealer, &ticket(WALL));
    assert!(text.len() <= limits::TICKET_MAX);
    assert_eq!(sealer.open(Account(7), &text, WALL), Ok(ticket(WALL)));
}

#[test]
fn a_ticket_of_another_account_is_foreign() {
    let sealer = Sealer::new(vec![key(1, WALL)], WALL);
    let text = seal(&sealer, &ticket(WALL));
    assert_eq!(
        sealer.open(Account(8), &text, WALL),
        Err(TicketError::Foreign)
    );
}

#[test]
fn each_changed_character_fails() {
    let sealer = Sealer::new(vec![key(1, WALL)], WALL);
    let text = seal(&sealer, &ticket(WALL));
    for at in 0..text.len() {
        let mut forged = text.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        assert_eq!(
            sealer.open(Account(7), &forged, WALL),
            Err(TicketError::Expired),
            "{at}"
        );
    }
    for length in 0..text.len() {
        assert_eq!(
            sealer.open(Account(7), &text[..length], WALL),
            Err(TicketError::Expired)
        );
    }
}

#[test]
fn a_ticket_of_another_server_does_not_open() {
    let ours = Sealer::new(vec![key(1, WALL)], WALL);
    let theirs = Sealer::new(
        vec![SealingKey {
            secret: [9; 32],
            ..key(1, WALL)
        }],
        WALL,
    );
    let text = seal(&theirs, &ticket(WALL));
    assert_eq!(
        ours.open(Account(7), &text, WALL),
        Err(TicketError::Expired)
    );
}

#[test]
fn a_ticket_lives_seven_days_from_its_sealing_whichever_key_opens_it() {
    let old = Sealer::new(vec![key(1, WALL)], WALL);
    let sealed = WALL + 6 * DAY;
    let text = seal(&old, &ticket(sealed));
    let later = WALL + 8 * DAY;
    let rotated = Sealer::new(vec![key(1, WALL), key(2, WALL + 7 * DAY)], later);
    assert_eq!(rotated.open(Account(7), &text, later), Ok(ticket(sealed)));
    let last = sealed + 7 * DAY - 1;
    assert_eq!(rotated.open(Account(7), &text, last), Ok(ticket(sealed)));
    assert_eq!(
        rotated.open(Account(7), &text, last + 1),
        Err(TicketError::Expired)
    );
}

#[test]
fn a_key_seals_seven_days_opens_seven_more_and_is_gone() {
    let sealer = Sealer::new(vec![key(1, WALL)], WALL);
    assert!(!sealer.needs_key(WALL + 7 * DAY - 1));
    assert!(sealer.needs_key(WALL + 7 * DAY));
    assert!(Sealer::default().needs_key(WALL), "a first start");
    let gone = Sealer::new(vec![key(1, WALL)], WALL + 14 * DAY);
    let text = seal(&sealer, &ticket(WALL + 13 * DAY));
    assert_eq!(
        gone.open(Account(7), &text, WALL + 14 * DAY),
        Err(TicketError::Expired)
    );
    // A server that ran on for two weeks does not use it either.
    assert_eq!(
        sealer.open(Account(7), &text, WALL + 14 * DAY),
        Err(TicketError::Expired)
    );
    assert!(Sealer::destroy_before(WALL + 14 * DAY) > WALL);
    assert!(Sealer::destroy_before(WALL + 14 * DAY - 1) <= WALL);
}

#[test]
fn two_keys_exist_at_most_and_the_newest_seals() {
    let keys = vec![key(1, WALL), key(3, WALL + 2), key(2, WALL + 1)];
    let sealer = Sealer::new(keys, WALL + 3);
    let text = seal(&sealer, &ticket(WALL));
    let newest = Sealer::new(vec![key(3, WALL + 2)], WALL + 3);
    assert!(newest.open(Account(7), &text, WALL + 3).is_ok());
    let oldest = seal(&Sealer::new(vec![key(1, WALL)], WALL), &ticket(WALL));
    assert!(
        sealer.open(Account(7), &oldest, WALL + 3).is_err(),
        "the third is gone"
    );
    assert_eq!(sealer.next_id(), 4);
}

#[test]
fn keys_print_as_nothing() {
    assert_eq!(format!("{:?}", key(7, WALL)), "SealingKey(7, [redacted])");
    let sealer = format!("{:?}", Sealer::new(vec![key(7, WALL)], WALL));
    assert_eq!(sealer, "Sealer { keys: [SealingKey(7, [redacted])] }");
}

#[test]
fn a_new_sealing_key_seals_from_then_on_and_the_old_one_opens() {
    let mut hall = Hall::new();
    let links: Vec<_> = (1..=4).map(|n| hall.enter(person(n))).collect();
    let before = hall.meet(links[0], links[1]);
    let first = SealingKey {
        id: 1,
        born: WALL,
        secret: [1; 32],
    };
    hall.lobby
        .set_sealer(Sealer::new(vec![first, key(2, WALL + 1)], WALL));
    hall.open_ticket(person(1), &before.a_ticket);
    let after = hall.meet(links[2], links[3]);
    let newest = Sealer::new(vec![key(2, WALL + 1)], WALL);
    let open = |ticket: &Secret<String>, n| newest.open(person(n).account, ticket.expose(), WALL);
    assert!(open(&after.a_ticket, 3).is_ok() && open(&before.a_ticket, 1).is_err());
}

#[test]
fn a_lobby_and_what_it_is_made_of_print_no_secret() {
    let setup = Setup::for_tests(7);
    assert_eq!(format!("{setup:?}"), "Setup { was_live: false, .. }");
    let lobby = format!("{:?}", Lobby::new(setup));
    assert_eq!(lobby, "Lobby { here: 0, waiting: 0, talking: 0, .. }");
}
