use super::*;
use proptest::prelude::*;

#[test]
fn usernames_are_trimmed_and_composed() {
    for (typed, name) in [
        ("  小明 ", "小明"),
        ("e\u{301}ve", "éve"),
        ("👩\u{200d}👩\u{200d}👧", "👩\u{200d}👩\u{200d}👧"),
        ("a  b", "a  b"),
        (
            "q\u{307}\u{307}\u{307}\u{307}",
            "q\u{307}\u{307}\u{307}\u{307}",
        ),
        // Five marks were typed; composed, four are left.
        (
            "e\u{301}\u{307}\u{307}\u{307}\u{307}",
            "é\u{307}\u{307}\u{307}\u{307}",
        ),
        ("ပြွန်", "ပြွန်"),
        ("བསྒྲུབས", "བསྒྲུབས"),
        (
            "1\u{fe0f}\u{20e3}2\u{fe0f}\u{20e3}",
            "1\u{fe0f}\u{20e3}2\u{fe0f}\u{20e3}",
        ),
    ] {
        assert_eq!(
            Username::new(typed).map(String::from),
            Ok(name.to_owned()),
            "{typed:?}"
        );
    }
}

#[test]
fn usernames_are_refused_with_the_reason() {
    let long = "名".repeat(25);
    let stacked = format!("a{}", "\u{301}\u{302}".repeat(70));
    let tower = format!("aq{}", "\u{307}".repeat(5));
    let high = format!("a{}", "\u{307}".repeat(120));
    let huge = "a".repeat(50_000);
    for (typed, error) in [
        ("", UsernameError::Empty),
        (" \u{3000} ", UsernameError::Empty),
        ("\u{200d}\u{200d}", UsernameError::Empty),
        ("\u{2800}", UsernameError::Empty),
        ("\u{fe0f}\u{301}", UsernameError::Empty),
        (long.as_str(), UsernameError::TooLong),
        (stacked.as_str(), UsernameError::TooLong),
        (huge.as_str(), UsernameError::TooLong),
        ("a\nb", UsernameError::Forbidden),
        ("a\u{7f}b", UsernameError::Forbidden),
        ("a\u{85}b", UsernameError::Forbidden),
        ("\u{202e}gpj.exe", UsernameError::Forbidden),
        ("a\u{2066}b", UsernameError::Forbidden),
        ("a\u{feff}b", UsernameError::Forbidden),
        ("x\u{e0041}", UsernameError::Forbidden),
        ("a\u{fdd0}", UsernameError::Forbidden),
        ("a\u{fffe}", UsernameError::Forbidden),
        ("a\u{10ffff}", UsernameError::Forbidden),
        ("a\u{378}", UsernameError::Forbidden),
        ("a\u{e000}", UsernameError::Forbidden),
        (tower.as_str(), UsernameError::Stacked),
        (high.as_str(), UsernameError::Stacked),
        (
            "q\u{307}\u{307}\u{200d}\u{307}\u{307}\u{307}",
            UsernameError::Stacked,
        ),
    ] {
        assert_eq!(Username::new(typed), Err(error), "{typed:?}");
    }
    assert!(Username::new(&"名".repeat(24)).is_ok());
}

#[test]
fn addresses_are_trimmed_and_lower_cased() {
    for (typed, address) in [
        (" Ming@Example.ORG ", "ming@example.org"),
        ("a.b+c@mail.example", "a.b+c@mail.example"),
        ("用户@例子.中国", "用户@例子.中国"),
        ("root@localhost", "root@localhost"),
    ] {
        assert_eq!(
            Email::new(typed).map(String::from),
            Ok(address.to_owned()),
            "{typed:?}"
        );
    }
}

#[test]
fn addresses_that_cannot_be_are_refused() {
    let long_local = format!("{}@example.org", "a".repeat(65));
    let long_label = format!("a@{}.org", "b".repeat(64));
    let long = format!("a@{}org", "bcd.".repeat(63));
    let huge = format!("a@{}", "b".repeat(40_000));
    for typed in [
        "",
        "@",
        "a",
        "a@",
        "@b",
        "a b@c.d",
        "a@b@c",
        ".a@b.c",
        "a..b@c.d",
        "a.@b.c",
        "a@-b.c",
        "a@b-.c",
        "a@b..c",
        "a@b.",
        "a@b.c\r\nBcc: x@y.z",
        "<a@b.c>",
        "a,b@c.d",
        "\"a b\"@c.d",
        "a@[127.0.0.1]",
        "a\0@b.c",
        &long_local,
        &long_label,
        &long,
        &huge,
    ] {
        assert_eq!(Email::new(typed), Err(EmailError), "{typed:?}");
    }
}

#[test]
fn an_address_prints_as_nothing() {
    let email = Email::new("ming@example.org").unwrap();
    assert_eq!(format!("{email:?}"), "[redacted]");
}

proptest! {
    #[test]
    fn what_is_a_username_stays_the_same(typed in "\\PC{0,40}") {
        if let Ok(name) = Username::new(&typed) {
            prop_assert_eq!(Username::new(name.as_str()), Ok(name.clone()));
            prop_assert!(name.as_str().len() <= limits::USERNAME_BYTES_MAX);
        }
    }

    #[test]
    fn what_is_an_address_stays_the_same(typed in "\\PC{1,20}@\\PC{1,20}") {
        if let Ok(email) = Email::new(&typed) {
            prop_assert_eq!(Email::new(email.as_str()), Ok(email.clone()));
        }
    }
}
