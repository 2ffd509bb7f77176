//! Which public keys of a side are taken, and which are refused. FLOATER/1.0 §4.2

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::montgomery::MontgomeryPoint;
use floater_evidence::{Signer, Statement, WeakKey, check_keys};
use floater_proto::body::{Policy, PublicKeys};
use floater_proto::{Binary, Role};

/// p = 2^255 − 19, little endian.
const P: [u8; 32] = {
    let mut p = [0xff; 32];
    p[0] = 0xed;
    p[31] = 0x7f;
    p
};

fn keys(role: Role) -> PublicKeys {
    PublicKeys {
        x25519: Binary(MontgomeryPoint::mul_base_clamped([3; 32]).to_bytes()),
        ed25519: Signer::from_seed([7; 32]).public(),
        ek: (role == Role::B).then(|| Box::new(Binary([0; 1184]))),
        policy: Policy::Direct,
    }
}

fn with_x25519(key: [u8; 32]) -> Result<(), WeakKey> {
    check_keys(
        Role::A,
        &PublicKeys {
            x25519: Binary(key),
            ..keys(Role::A)
        },
    )
}

fn with_ed25519(key: [u8; 32]) -> Result<(), WeakKey> {
    check_keys(
        Role::A,
        &PublicKeys {
            ed25519: Binary(key),
            ..keys(Role::A)
        },
    )
}

fn with_ek(change: impl FnOnce(&mut [u8; 1184])) -> Result<(), WeakKey> {
    let mut ek = Box::new(Binary([0; 1184]));
    change(&mut ek.0);
    check_keys(
        Role::B,
        &PublicKeys {
            ek: Some(ek),
            ..keys(Role::B)
        },
    )
}

#[test]
fn honest_keys_are_taken() {
    assert_eq!(check_keys(Role::A, &keys(Role::A)), Ok(()));
    assert_eq!(check_keys(Role::B, &keys(Role::B)), Ok(()));
    for seed in 0..100 {
        let key = MontgomeryPoint::mul_base_clamped([seed; 32]).to_bytes();
        assert_eq!(with_x25519(key), Ok(()));
        assert_eq!(
            with_ed25519(Signer::from_seed([seed; 32]).public().0),
            Ok(())
        );
    }
}

#[test]
fn p28_x25519_keys_of_low_order_are_refused() {
    for point in EIGHT_TORSION {
        assert_eq!(
            with_x25519(point.to_montgomery().to_bytes()),
            Err(WeakKey::X25519)
        );
    }
    let mut least = [0; 32];
    for u in [0, 1] {
        least[0] = u;
        assert_eq!(with_x25519(least), Err(WeakKey::X25519));
    }
    let mut before_p = P;
    before_p[0] -= 1;
    assert_eq!(
        with_x25519(before_p),
        Err(WeakKey::X25519),
        "p − 1, on the twist"
    );
}

/// Why they are refused: the common secret is zero, whatever the other side's key.
#[test]
fn p28_what_is_refused_gives_a_known_secret() {
    let clamped = [0x48; 32];
    for point in EIGHT_TORSION {
        let secret = point.to_montgomery().mul_clamped(clamped);
        assert_eq!(secret.to_bytes(), [0; 32]);
    }
}

#[test]
fn p28_a_second_spelling_of_an_x25519_key_is_refused() {
    let honest = keys(Role::A).x25519.0;
    let mut top = honest;
    top[31] |= 0x80;
    assert_eq!(with_x25519(top), Err(WeakKey::X25519), "the top bit");
    for above in 0..=18 {
        let mut key = P;
        key[0] += above;
        assert_eq!(with_x25519(key), Err(WeakKey::X25519), "p + {above}");
    }
}

/// That a key is as large as p in some of its bytes makes it no second spelling.
#[test]
fn p28_what_looks_like_a_second_spelling_is_taken() {
    let mut highest = keys(Role::A).x25519.0;
    highest[31] = 0x7f;
    assert_eq!(with_x25519(highest), Ok(()), "only the last byte");
    highest[0] = 0xff;
    assert_eq!(with_x25519(highest), Ok(()), "the first and the last byte");
    let mut below = P;
    below[16] = 0xfe;
    assert_eq!(with_x25519(below), Ok(()), "all bytes but one");
}

#[test]
fn p28_weak_ed25519_keys_are_refused() {
    for point in EIGHT_TORSION {
        assert_eq!(
            with_ed25519(point.compress().to_bytes()),
            Err(WeakKey::Ed25519)
        );
    }
    for above in 0..=18 {
        let mut key = P;
        key[0] += above;
        assert_eq!(with_ed25519(key), Err(WeakKey::Ed25519), "p + {above}");
    }
    let mut no_point = [0; 32];
    no_point[0] = 2;
    assert_eq!(with_ed25519(no_point), Err(WeakKey::Ed25519));
}

#[test]
fn p28_only_side_b_brings_an_ml_kem_key() {
    assert_eq!(
        check_keys(Role::A, &keys(Role::B)),
        Err(WeakKey::EkUnexpected)
    );
    assert_eq!(check_keys(Role::B, &keys(Role::A)), Err(WeakKey::EkMissing));
}

#[test]
fn p28_each_coefficient_of_an_ml_kem_key_is_reduced() {
    for group in 0..384 {
        let low = |value: u16| {
            with_ek(|ek| {
                ek[group * 3] = value.to_le_bytes()[0];
                ek[group * 3 + 1] = value.to_le_bytes()[1];
            })
        };
        let high = |value: u16| {
            with_ek(|ek| {
                ek[group * 3 + 1] = (value << 4).to_le_bytes()[0];
                ek[group * 3 + 2] = (value >> 4).to_le_bytes()[0];
            })
        };
        assert_eq!((low(3328), high(3328)), (Ok(()), Ok(())), "group {group}");
        let refused = Err(WeakKey::EkMalformed);
        assert_eq!((low(3329), high(3329)), (refused, refused), "group {group}");
        assert_eq!((low(4095), high(4095)), (refused, refused), "group {group}");
    }
}

#[test]
fn the_seed_of_an_ml_kem_key_may_be_anything() {
    assert_eq!(with_ek(|ek| ek[1152..].fill(0xff)), Ok(()));
}

#[test]
fn neither_a_key_nor_what_is_signed_is_told() {
    let signer = Signer::from_seed([0x5a; 32]);
    assert_eq!(format!("{signer:?}"), "Signer([redacted])");
    let statement = Statement {
        match_id: &Binary([1; 16]),
        role: Role::A,
        number: 3,
        seen: 2,
        resource: "/text",
        content_type: "text/plain",
        referrer: None,
        body: b"between the two",
    };
    assert_eq!(format!("{statement:?}"), "Statement { A/3, [redacted] }");
}
